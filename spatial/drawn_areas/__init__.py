"""Areas that a planner draws: what they are, what lies in them, how they change, how they are handed on.

A drawn area is a question, not a boundary: its outline is exactly what was clicked, and it says
用户绘制 wherever it is shown. Counts, areas and verdicts come from `spatial.tally` and `spatial.check`.
"""
