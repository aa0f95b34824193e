"""What if: stations added, moved, removed or built as planned, another target; all of it one small file."""
