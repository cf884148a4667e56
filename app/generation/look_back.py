"""Look back: draw and score with the model of an earlier epoch of the session's run.

The list is read again whenever the run was saved. Of several epochs that the handle is
dragged over, only the newest is opened.
"""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.generation.tab import GenerationTab
from app.session import CurrentRun
from app.shared.formatting import format_epoch
from app.tasks.controller import Controller, Surroundings
from app.tasks.work_queue import WorkQueue

if TYPE_CHECKING:
    from engine import EpochModel, LanguageModel


class LookBackController(Controller):
    """Connect the slider of the generation tab with the kept models of the run's epochs."""

    def __init__(self, tab: GenerationTab, queue: WorkQueue, around: Surroundings) -> None:
        super().__init__(around)
        self._slider, self._queue, self._runs = tab.epoch_slider, queue, self._jobs.runs
        self._run_id = ""  # of the models that are offered
        self._models: tuple[EpochModel, ...] = ()
        self._wanted: EpochModel | None = None
        self._is_listing = self._is_opening = False
        self._slider.chosen.connect(self._on_slider_chosen)
        self._session.run_changed.connect(self._on_session_run_changed)
        queue.failed.connect(self._on_queue_failed)
        self._on_session_run_changed(self._session.run)

    @Slot(object)
    def _on_session_run_changed(self, run: CurrentRun | None) -> None:
        run_id = "" if run is None else run.run_id
        if run_id != self._run_id:
            self._run_id, self._wanted, self._models = run_id, None, ()
            self._slider.show_models((), None)
        if run_id and not self._is_listing:
            self._is_listing = True
            self._queue.do(
                "Reading the models of the run",
                partial(self._runs.epoch_models, run_id),
                partial(self._show_models, run_id),
            )

    def _show_models(self, run_id: str, models: "tuple[EpochModel, ...]") -> None:
        self._is_listing = False
        if run_id != self._run_id:  # another run came meanwhile
            self._on_session_run_changed(self._session.run)
            return
        self._models = models
        if self._wanted not in models:
            self._choose(None)
        self._slider.show_models(models, self._wanted)

    @Slot(object)
    def _on_slider_chosen(self, model: "EpochModel | None") -> None:
        self._choose(model)

    def _choose(self, model: "EpochModel | None") -> None:
        self._wanted = model
        if model is None:
            self._session.look_back(None)
        elif not self._is_opening:
            self._open(model)

    def _open(self, model: "EpochModel") -> None:
        self._is_opening = True
        self._queue.do(
            f"Opening the model of epoch {format_epoch(model.epoch)}",
            partial(self._runs.open_epoch, self._run_id, model.epoch),
            partial(self._take, model),
        )

    def _take(self, opened: "EpochModel", model: "LanguageModel") -> None:
        self._is_opening = False
        if opened == self._wanted:
            self._session.look_back(model)
        elif self._wanted is not None:
            self._open(self._wanted)

    @Slot(str)
    def _on_queue_failed(self, _message: str) -> None:
        """Go back to the newest model; the message bar says why."""
        self._is_listing = False
        if self._is_opening:
            self._is_opening = False
            self._choose(None)
            self._slider.show_models(self._models, None)
