"""What the start page lists, and where its rows lead."""

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from app.runs.opening import OpenedRun, RunOpener
from app.session import Command, Session, enabled_commands
from app.settings import AppSettings, recent_name, recent_paths
from app.shared.formatting import counted, format_epoch, format_loss
from app.tasks.controller import Controller, Surroundings
from app.tasks.work_queue import WorkQueue
from app.window.views.home_page import HomeEntry, HomePage

if TYPE_CHECKING:
    from engine import LanguageModel, RunInfo

MOST_RUNS = 15


class HomeController(Controller):
    """Connect the start page with the kept runs, the recent files and the session.

    Parameters
    ----------
    may_replace : callable
        Whether the session's model may be replaced; it asks if something would be lost.
    locate : callable
        Asks where a recent file is now, given where it was.

    Signals
    -------
    left()
        The person goes on to the tabs with what is open.
    run_opened()
        A kept run is in the session.
    file_requested(object)
        The paths of a recent file, or of several that are one text, are to be opened.
    """

    left = Signal()
    run_opened = Signal()
    file_requested = Signal(object)

    def __init__(
        self,
        page: HomePage,
        queue: WorkQueue,
        opener: RunOpener,
        around: Surroundings,
        *,
        may_replace: Callable[[], bool],
        locate: Callable[[str], Path | None],
    ) -> None:
        super().__init__(around)
        self._page, self._queue, self._opener = page, queue, opener
        self._may_replace, self._locate = may_replace, locate
        self._listed: dict[str, RunInfo] = {}
        page.continue_requested.connect(self.left)
        page.run_chosen.connect(self._on_run_chosen)
        page.file_chosen.connect(self._on_file_chosen)
        page.locate_requested.connect(self._on_locate_requested)
        self._session.run_state_changed.connect(self._show_session)
        self._session.model_changed.connect(self._show_session)
        self._session.corpus_changed.connect(self._show_session)
        self._settings.changed.connect(self._on_settings_changed)
        self._show_session()

    @Slot()
    def refresh(self) -> None:
        """Read the lists anew; call it when the page comes to the front."""
        self._show_session()
        self._queue.do("Reading the kept runs", self._jobs.runs.list, self._show_runs)
        self._look_for_files(self._settings.settings.recent_files)

    def _look_for_files(self, paths: Sequence[str]) -> None:
        """Ask in the worker which are still there: a network drive may take its time."""
        self._queue.do(
            "Looking for the recent files", partial(_which_exist, paths), self._show_files
        )

    def _show_runs(self, runs: "tuple[RunInfo, ...]") -> None:
        usable = [run for run in runs if run.saved is not None and run.state != "running"]
        self._listed = {run.run_id: run for run in usable[:MOST_RUNS]}
        self._page.show_runs([run_entry(run) for run in self._listed.values()])

    def _show_files(self, found: "tuple[tuple[str, bool], ...]") -> None:
        self._page.show_files([file_entry(path, is_there=there) for path, there in found])

    @Slot()
    def _show_session(self) -> None:
        commands = enabled_commands(self._session.run_state)
        self._page.set_offered(is_offered=Command.OPEN_DATA in commands)
        self._page.show_continue(*describe_session(self._session))

    @Slot(str)
    def _on_run_chosen(self, run_id: str) -> None:
        run = self._listed.get(run_id)
        present = self._session.run
        if present is not None and present.run_id == run_id:
            self.left.emit()
        elif run is not None and self._may_replace():
            self._opener.open(run, then=self._on_opened)

    def _on_opened(self, opened: OpenedRun | None) -> None:
        if opened is not None:
            self.run_opened.emit()

    @Slot(str)
    def _on_file_chosen(self, path: str) -> None:
        self.file_requested.emit(recent_paths(path))

    @Slot(str)
    def _on_locate_requested(self, path: str) -> None:
        paths = recent_paths(path)
        found = self._locate(path) if len(paths) == 1 else None
        if len(paths) > 1:
            self.file_requested.emit(paths)  # which says what is gone
        elif found is not None:
            self._settings.remove_recent_file(*paths)
            self.file_requested.emit((found,))

    @Slot(object)
    def _on_settings_changed(self, settings: AppSettings) -> None:
        if self._page.isVisible():
            self._look_for_files(settings.recent_files)


def describe_session(session: Session) -> tuple[str, str, Sequence[float]]:
    """Return what is open: a title, what is known of it, and its curve."""
    model, corpus = session.model, session.corpus
    if model is not None:
        of_run = session.run.name if session.run is not None else ""
        of_file = session.model_path.name if session.model_path is not None else ""
        name = of_file or of_run or model.summary.name
        return f"Continue {name}", _how_far(model), model.history.outline()
    if corpus is not None:
        summary = corpus.summary
        return (
            f"Continue with {summary.name}",
            f"Prepared: {counted(summary.sentences, 'sentence')}, not trained on yet",
            (),
        )
    return "", "", ()


def _how_far(model: "LanguageModel") -> str:
    trained = [each for each in model.history.evaluations if each.step > 0]
    loss = trained[-1].validation_loss if trained else None
    return f"Epoch {format_epoch(model.epoch)}{_held_out(loss)}"


def _held_out(loss: float | None) -> str:
    return "" if loss is None else f", held-out loss {format_loss(loss)}"


def run_entry(run: "RunInfo") -> HomeEntry:
    """Return the row of a kept run."""
    when = f"{run.started.astimezone():%Y-%m-%d %H:%M}"
    return HomeEntry(
        key=run.run_id,
        title=run.name,
        detail=f"Epoch {format_epoch(run.epoch)}{_held_out(run.validation_loss)} · {when}",
        curve=run.curve,
        tip=f"{run.settings}. {run.note}".strip(),
    )


def file_entry(path: str, *, is_there: bool) -> HomeEntry:
    """Return the row of a recent file."""
    paths = recent_paths(path)
    folder = str(paths[0].parent)
    return HomeEntry(
        key=path,
        title=recent_name(path),
        detail=folder if is_there else f"Not there any more: {folder}. Locate…",
        is_there=is_there,
        tip="\n".join(map(str, paths)),
    )


def _which_exist(paths: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    def is_there(text: str) -> bool:
        return all(map(os.path.exists, recent_paths(text)))  # pathlib's raises: names too long

    return tuple((text, is_there(text)) for text in paths)
