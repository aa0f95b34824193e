"""The verdicts of a view as a session sees them: the demonstration's are shared, a planner's own are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from views import cache
from views.evaluation import evaluate, survey_stations
from views.probability import draw_view, layer_with_positions
from views.session import brought_inventory, own_work
from views.session_audit import audit_view
from views.session_frames import session_frames

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatial.definition import Definition
    from spatial.uncertainty.probability import Uncertainty
    from views.evaluation import Evaluation, StationSurvey
    from views.session_audit import ViewAudit
    from views.state import ViewState

__all__ = ["session_audit", "session_evaluation", "session_probability", "session_survey"]

MOST_EVALUATIONS: Final = 64
MOST_AUDITS: Final = 4
MOST_DRAWN: Final = 16
"""How many of each a session keeps; the oldest goes first."""

Key = TypeVar("Key")
Made = TypeVar("Made")


def session_evaluation(view: ViewState, definition: Definition) -> Evaluation:
    """Return the verdicts: shared for the pack as it comes, this session's own otherwise."""
    if _is_shared(view):
        return cache.shared_evaluation(view.pack, definition)
    memory = own_work()
    return _kept(
        memory.evaluations,
        (view.pack, definition),
        lambda: evaluate(session_frames(view.pack), _own_survey(view.pack), definition),
        most=MOST_EVALUATIONS,
    )


def session_audit(view: ViewState, definition: Definition) -> ViewAudit:
    """Return every layer under every definition: shared for the pack as it comes, else this session's own."""
    if _is_shared(view):
        return cache.shared_audit(view.pack, definition)
    memory = own_work()
    return _kept(
        memory.audits,
        (view.pack, definition),
        lambda: audit_view(session_frames(view.pack), _own_survey(view.pack), definition),
        most=MOST_AUDITS,
    )


def session_probability(view: ViewState, definition: Definition, zone_id: str) -> Uncertainty | None:
    """Return the draws of the layer of a zone: shared for the pack as it comes, else this session's own.

    None where no stations were placed in it. The other zones of the layer have theirs from the same draws.
    """
    layer = layer_with_positions(session_survey(view), zone_id)
    if layer is None:
        return None
    if _is_shared(view):
        return cache.shared_probability(view.pack, definition, layer)
    return _kept(
        own_work().probabilities,
        (view.pack, definition, layer),
        lambda: draw_view(session_frames(view.pack), _own_survey(view.pack), definition, layer),
        most=MOST_DRAWN,
    )


def session_survey(view: ViewState) -> StationSurvey:
    """Return where the stations lie: shared for the pack as it comes, else this session's own."""
    return cache.shared_survey(view.pack) if _is_shared(view) else _own_survey(view.pack)


def _is_shared(view: ViewState) -> bool:
    return brought_inventory() is None and session_frames(view.pack) is cache.frames(view.pack)


def _kept(memory: dict[Key, Made], key: Key, make: Callable[[], Made], *, most: int) -> Made:
    """Return what the session holds under ``key``, made now if it does not."""
    if key not in memory:
        while len(memory) >= most:
            del memory[next(iter(memory))]
        memory[key] = make()
    return memory[key]


def _own_survey(pack: str) -> StationSurvey:
    memory = own_work()
    if pack not in memory.surveys:
        memory.surveys[pack] = survey_stations(session_frames(pack), brought=brought_inventory())
    return memory.surveys[pack]
