"""几何覆盖代理指标: how much of each zone lies within a stated distance of a site.

Geometry alone: discs on a map know no walls, no power and no load. It is never signal coverage, and
every figure that leaves this room says so.
"""
