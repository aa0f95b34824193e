"""Counting a stream of points by zone: memory stays flat however many rows there are."""
