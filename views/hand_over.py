"""A file made for one planner, handed over inside the session.

The framework's own download puts the bytes at an address that any client may read while the
session lasts; these travel to the browser with the page and are saved there.
"""

from __future__ import annotations

import base64
import secrets

import streamlit as st

from layers.escape import script_json

__all__ = ["hand_over"]


def hand_over(name: str, data: bytes, *, media_type: str) -> None:
    """Let the browser save ``data`` as a file called ``name``."""
    content = base64.b64encode(data).decode("ascii")
    arguments = ", ".join(script_json(word) for word in (name, content, media_type))
    call = f"window.haizhuAtlas.save({arguments})"
    # A script that has run is not run again: the mark makes each request a new one.
    st.html(f"<script>/* {secrets.token_hex(8)} */ {call};</script>", unsafe_allow_javascript=True)
