"""How likely a zone meets its target, given how well its points and its boundary are known."""
