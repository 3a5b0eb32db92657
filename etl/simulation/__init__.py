"""The simulated country, room by room: what it is drawn from, what exists, what each unit reports, the rows."""
