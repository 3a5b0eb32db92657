"""The script that Streamlit runs for every reader; `app.py` wraps it with routes and headers."""

from ui.frame import shell

shell.run()
