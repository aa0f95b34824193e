"""The verdicts of a view as a session sees them: the demonstration's are shared, a planner's own are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from views import cache
from views.evaluation import evaluate, survey_stations
from views.session import brought_inventory, own_work
from views.session_audit import audit_view
from views.session_frames import session_frames

if TYPE_CHECKING:
    from spatial.definition import Definition
    from views.evaluation import Evaluation, StationSurvey
    from views.session_audit import ViewAudit
    from views.state import ViewState

__all__ = ["session_audit", "session_evaluation"]


def session_evaluation(view: ViewState, definition: Definition) -> Evaluation:
    """Return the verdicts: shared for the pack as it comes, this session's own otherwise."""
    brought, frames = brought_inventory(), session_frames(view.pack)
    if brought is None and frames is cache.frames(view.pack):
        return cache.shared_evaluation(view.pack, definition)
    memory = own_work()
    if (view.pack, definition) not in memory.evaluations:
        memory.evaluations[view.pack, definition] = evaluate(frames, _own_survey(view.pack), definition)
    return memory.evaluations[view.pack, definition]


def session_audit(view: ViewState, definition: Definition) -> ViewAudit:
    """Return every layer under every definition: shared for the pack as it comes, else this session's own."""
    frames = session_frames(view.pack)
    if brought_inventory() is None and frames is cache.frames(view.pack):
        return cache.shared_audit(view.pack, definition)
    memory = own_work()
    if (view.pack, definition) not in memory.audits:
        memory.audits[view.pack, definition] = audit_view(frames, _own_survey(view.pack), definition)
    return memory.audits[view.pack, definition]


def _own_survey(pack: str) -> StationSurvey:
    memory = own_work()
    if pack not in memory.surveys:
        memory.surveys[pack] = survey_stations(session_frames(pack), brought=brought_inventory())
    return memory.surveys[pack]
