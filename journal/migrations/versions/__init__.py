"""One file a revision, `v0001_….py`, `v0002_….py`; what has once been released is never changed."""
