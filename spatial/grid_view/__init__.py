"""The sites of an area by square cells and as a smooth surface: where the holes are, never a verdict."""
