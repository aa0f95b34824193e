"""Rows to the canonical frame of a subject; each row is used or reported."""
