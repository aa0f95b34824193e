"""What a planner has confirmed, kept as one file and opened again with nothing lost."""
