"""The verdicts of a view as a session sees them: the demonstration's are shared, a planner's own are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from views import cache
from views.evaluation import evaluate, survey_stations
from views.probability import draw_view
from views.session import brought_inventory, own_work
from views.session_audit import audit_view
from views.session_frames import session_frames

if TYPE_CHECKING:
    from spatial.definition import Definition
    from spatial.uncertainty.probability import Uncertainty
    from views.evaluation import Evaluation, StationSurvey
    from views.session_audit import ViewAudit
    from views.state import ViewState

__all__ = ["session_audit", "session_evaluation", "session_probability", "session_survey"]


def session_evaluation(view: ViewState, definition: Definition) -> Evaluation:
    """Return the verdicts: shared for the pack as it comes, this session's own otherwise."""
    if _is_shared(view):
        return cache.shared_evaluation(view.pack, definition)
    memory = own_work()
    if (view.pack, definition) not in memory.evaluations:
        memory.evaluations[view.pack, definition] = evaluate(
            session_frames(view.pack), _own_survey(view.pack), definition
        )
    return memory.evaluations[view.pack, definition]


def session_audit(view: ViewState, definition: Definition) -> ViewAudit:
    """Return every layer under every definition: shared for the pack as it comes, else this session's own."""
    if _is_shared(view):
        return cache.shared_audit(view.pack, definition)
    memory = own_work()
    if (view.pack, definition) not in memory.audits:
        memory.audits[view.pack, definition] = audit_view(
            session_frames(view.pack), _own_survey(view.pack), definition
        )
    return memory.audits[view.pack, definition]


def session_probability(view: ViewState, definition: Definition) -> dict[str, Uncertainty]:
    """Return the draws of every layer: shared for the pack as it comes, else this session's own."""
    if _is_shared(view):
        return cache.shared_probability(view.pack, definition)
    memory = own_work()
    if (view.pack, definition) not in memory.probabilities:
        drawn = draw_view(session_frames(view.pack), _own_survey(view.pack), definition)
        memory.probabilities[view.pack, definition] = drawn
    return memory.probabilities[view.pack, definition]


def session_survey(view: ViewState) -> StationSurvey:
    """Return where the stations lie: shared for the pack as it comes, else this session's own."""
    return cache.shared_survey(view.pack) if _is_shared(view) else _own_survey(view.pack)


def _is_shared(view: ViewState) -> bool:
    return brought_inventory() is None and session_frames(view.pack) is cache.frames(view.pack)


def _own_survey(pack: str) -> StationSurvey:
    memory = own_work()
    if pack not in memory.surveys:
        memory.surveys[pack] = survey_stations(session_frames(pack), brought=brought_inventory())
    return memory.surveys[pack]
