"""What a package says about itself: README, dictionary, metadata, schemas, definition."""
