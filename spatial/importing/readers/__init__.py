"""Bytes of each format to a `SourceLayer`: what the file holds, nothing decided about it."""
