"""The forms that the database of visits and marks has had, and how each becomes the next: run by `journal.upgrades`."""
