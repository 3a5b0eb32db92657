"""The ASGI application: the Streamlit shell with the routes and the page language that a browser needs."""

import streamlit as st
from starlette.middleware import Middleware

from ui.document import Document
from ui.layers import ROUTES

app = st.App("shell.py", routes=ROUTES, middleware=[Middleware(Document)])
