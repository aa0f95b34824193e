"""Cells, metres and reference systems to positions, with the reading that was chosen and why."""
