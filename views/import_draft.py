"""A file on its way into the atlas: its bytes, what the planner stated of it, what was found in it.

The bytes are kept once, here, and let go with the draft; they are only ever read in the process
that examines them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from spatial.errors import AtlasError, UndecidedError, UsageError
from spatial.importing.isolation.run import run_examination
from spatial.importing.model import Examination, ImportSettings, Subject
from spatial.text import text
from views import cache
from views.import_subject import first_guess, guess_subject
from views.session import SessionKey, remembered_columns, widget_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamlit.delta_generator import DeltaGenerator
    from streamlit.runtime.uploaded_file_manager import UploadedFile

__all__ = [
    "Draft",
    "Outcome",
    "current_draft",
    "drop_draft",
    "examine_draft",
    "start_draft",
    "state_choice",
    "state_subject",
]

SAY_EVERY_S: Final = 0.15
SHAPEFILE: Final = ".shp"
SHAPEFILE_PARTS: Final = (".dbf", ".shx", ".prj", ".cpg")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one examination gave: findings, or the sentence that refuses the file."""

    settings: ImportSettings
    examination: Examination | None = None
    error: AtlasError | None = None


@dataclass(kw_only=True)
class Draft:
    """One file that is being brought in.

    Attributes
    ----------
    name : str
        File name as the planner's system gave it; hostile.
    data : bytes
        The whole file.
    siblings : tuple of (str, bytes)
        The other files of a loose shapefile.
    settings : ImportSettings
        What was stated so far.
    number : int
        Tells the widgets of this draft from those of the one before.
    subject_stated : bool
        Whether the planner said what the rows are; until then the columns may correct the guess.
    columns_recalled : bool
        Whether the columns were matched as they were the last time.
    outcome : Outcome or None
        The latest examination.
    """

    name: str
    data: bytes
    siblings: tuple[tuple[str, bytes], ...]
    settings: ImportSettings
    number: int
    subject_stated: bool = False
    columns_recalled: bool = False
    outcome: Outcome | None = None

    def key(self, family: SessionKey, member: str) -> str:
        """Return the key of one of this draft's widgets."""
        return widget_key(family, f"{self.number}_{member}")


def current_draft() -> Draft | None:
    """Return the file that is being brought in, if any."""
    return st.session_state.get(SessionKey.IMPORT_DRAFT)


def start_draft(uploads: Sequence[UploadedFile], *, pack: str) -> None:
    """Take what was uploaded as the new draft, and let the uploader go of it.

    Raises
    ------
    UsageError
        If the files are not one: several are taken only as the parts of one shapefile.
    """
    main = _main_file(uploads)
    siblings = tuple((each.name, each.getvalue()) for each in uploads if each is not main)
    number = st.session_state.get(SessionKey.UPLOAD_ROUND, 0) + 1
    st.session_state[SessionKey.UPLOAD_ROUND] = number  # an uploader of a new name is an empty one
    st.session_state[SessionKey.IMPORT_DRAFT] = Draft(
        name=main.name,
        data=main.getvalue(),
        siblings=siblings,
        settings=ImportSettings(subject=first_guess(main.name), pack=pack),
        number=number,
    )


def drop_draft() -> None:
    """Let go of the file and of all that was found in it."""
    st.session_state.pop(SessionKey.IMPORT_DRAFT, None)


def state_subject(subject: Subject) -> None:
    """Take down what the rows are; how the columns were matched goes with the former subject."""
    draft = current_draft()
    if draft is not None and draft.settings.subject != subject:
        draft.subject_stated, draft.columns_recalled = True, False
        draft.settings = replace(draft.settings, subject=subject, columns={})


def state_choice(**stated: Any) -> None:  # noqa: ANN401 -- fields of ImportSettings
    """Take down what the planner stated of the file."""
    draft = current_draft()
    if draft is not None:
        if "layer" in stated:  # another layer has other columns
            stated = {"columns": {}, "x": None, "y": None, "reading": None, **stated}
        draft.settings = replace(draft.settings, **stated)


def examine_draft(draft: Draft, lang: str) -> Outcome:
    """Return what the file holds under the settings of now; examine it where they have changed.

    The columns may show that the first guess of the subject was wrong, and that a file with the same
    header was matched before: then it is examined once more.
    """
    steps = _Steps(lang)
    try:
        outcome = _outcome_of_now(draft, steps)
        for better in (_better_subject, _recalled_columns):
            settings = better(draft, outcome.examination)
            if settings is not None:
                draft.settings = settings
                outcome = _outcome_of_now(draft, steps)
    finally:
        steps.clear()
    draft.subject_stated = draft.subject_stated or bool(outcome.examination and outcome.examination.headers)
    return outcome


def _outcome_of_now(draft: Draft, steps: _Steps) -> Outcome:
    if draft.outcome is None or draft.outcome.settings != draft.settings:
        draft.outcome = _examine(draft, steps)
    return draft.outcome


def _better_subject(draft: Draft, examination: Examination | None) -> ImportSettings | None:
    if draft.subject_stated or examination is None or not examination.headers:
        return None
    guess = guess_subject(examination, usual=draft.settings.subject)
    return None if guess == draft.settings.subject else replace(draft.settings, subject=guess)


def _recalled_columns(draft: Draft, examination: Examination | None) -> ImportSettings | None:
    if draft.settings.columns or draft.columns_recalled or examination is None:
        return None
    known = _columns_of_old(draft.settings.subject, examination)
    draft.columns_recalled = bool(known)
    return replace(draft.settings, columns=known) if known else None


def _columns_of_old(subject: Subject, examination: Examination) -> Mapping[str, str]:
    """Return how a file with this header was matched before, where that differs from what is found."""
    recalled = remembered_columns(subject, examination.headers)
    found = {state.field: state.column for state in examination.fields if state.column}
    return {field: column for field, column in recalled.items() if found.get(field, "") != column}


def _examine(draft: Draft, steps: _Steps) -> Outcome:
    """Examine the file beside the server; a press on the button ends the work and leaves nothing."""
    steps.begin()
    try:
        run = run_examination(
            draft.data,
            name=draft.name,
            settings=draft.settings,
            limits=cache.limits(),
            siblings=draft.siblings,
            on_progress=steps.show,
            cancelled=steps.beat,
        )
    except UndecidedError as error:
        asked = Examination(name=draft.name, kind="", sha256="", questions=tuple(error.questions))
        return Outcome(settings=draft.settings, examination=asked)
    except AtlasError as error:
        former = draft.outcome.examination if draft.outcome else None
        kept = None if former is None else replace(former, result=None, preview=None)
        return Outcome(settings=draft.settings, examination=kept, error=error)
    return Outcome(settings=draft.settings, examination=run.examination)


class _Steps:
    """Shows the steps of the work; each word to the page also ends a run that nobody waits for."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.place = st.empty()
        self.bar: DeltaGenerator | None = None
        self.words, self.share, self.said_at = text("app.import.starting", lang), 0.0, 0.0

    def begin(self) -> None:
        """Show the bar, and beside it the button that ends the work."""
        self.words, self.share = text("app.import.starting", self.lang), 0.0
        if self.bar is None:
            with self.place.container(key="atlas-import-progress"):
                self.bar = st.progress(0.0, text=self.words)
                st.button(
                    text("app.import.cancel", self.lang), key=SessionKey.IMPORT_CANCEL, on_click=drop_draft
                )

    def clear(self) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.place.empty()

    def show(self, stage: str, share: float) -> None:
        self.words, self.share = text(stage, self.lang), min(max(share, 0.0), 1.0)

    def beat(self) -> bool:
        """Say the present step again; a press on any button of the page is raised from here."""
        if self.bar is not None and time.monotonic() - self.said_at > SAY_EVERY_S:
            self.said_at = time.monotonic()
            self.bar.progress(self.share, text=self.words)
        return False


def _main_file(uploads: Sequence[UploadedFile]) -> UploadedFile:
    """Return the file that the others go with."""
    shapes = [each for each in uploads if PurePath(each.name).suffix.lower() == SHAPEFILE]
    if len(uploads) == 1:
        return uploads[0]
    stems = {PurePath(each.name).stem for each in uploads}
    parts = all(PurePath(each.name).suffix.lower() in {SHAPEFILE, *SHAPEFILE_PARTS} for each in uploads)
    if len(shapes) == len(stems) == 1 and parts:
        return shapes[0]
    raise UsageError("app.import.one_file", n=len(uploads))
