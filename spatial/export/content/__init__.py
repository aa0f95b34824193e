"""What a package holds: layers, fields and texts, gathered from a pack or from files."""
