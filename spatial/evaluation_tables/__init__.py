"""Whether a plan is on its way: its goals against values that a planner reports, and counts year by year.

Nothing is worked out between figures that were not counted alike.
"""
