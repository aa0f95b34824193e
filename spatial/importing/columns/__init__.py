"""Headers of a file to the fields of its subject, and cells to values."""
