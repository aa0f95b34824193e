"""Files that planners bring: examined in a process of their own, used only once they are confirmed.

Rooms: `readers` (bytes of each format to a `SourceLayer`), `columns` (headers to fields), `place`
(cells and reference systems to positions), `build` (rows to canonical frames, each used or
reported), `isolation` (the process in which all of this happens). None knows `isolation`;
`readers`, `columns` and `place` do not know one another.
"""
