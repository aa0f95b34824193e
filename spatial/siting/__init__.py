"""Which poles should carry a station, so that every zone reaches what it needs with the fewest."""
