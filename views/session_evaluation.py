"""The verdicts of a view as a session sees them: the demonstration's are shared, a planner's own are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from views import cache
from views.evaluation import evaluate, survey_stations
from views.session import brought_inventory, own_work
from views.session_frames import session_frames

if TYPE_CHECKING:
    from spatial.definition import Definition
    from views.evaluation import Evaluation
    from views.state import ViewState

__all__ = ["session_evaluation"]


def session_evaluation(view: ViewState, definition: Definition) -> Evaluation:
    """Return the verdicts: shared for the pack as it comes, this session's own otherwise."""
    brought, frames = brought_inventory(), session_frames(view.pack)
    if brought is None and frames is cache.frames(view.pack):
        return cache.shared_evaluation(view.pack, definition)
    memory = own_work()
    if view.pack not in memory.surveys:
        memory.surveys[view.pack] = survey_stations(frames, brought=brought)
    if (view.pack, definition) not in memory.evaluations:
        memory.evaluations[view.pack, definition] = evaluate(frames, memory.surveys[view.pack], definition)
    return memory.evaluations[view.pack, definition]
