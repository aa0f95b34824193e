"""The hand-over package: what leaves the atlas, checked, described and provably unchanged."""
