"""A sheet of paper for one zone: what it says, its frame, its map, its text."""
