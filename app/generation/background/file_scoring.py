"""Look at a file, and score its text column into a new one; in the background, and with Cancel."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import Slot

from app.errors import TaskFailure
from app.generation.background.controller import BackgroundController
from app.generation.controller import model_epoch
from app.jobs import CsvInspected, inspected
from app.shared.file_dialogs import ask_open_path, first_folder
from app.shared.formatting import counted
from app.shared.saving import ask_save_path
from engine import CsvConfig, FileScored, RunControl, StageProgress


class FileScoringController(BackgroundController):
    """Connect the page of files with the engine."""

    doing = "Scoring the file"

    def _set_up(self) -> None:
        self._page = self._tab.lists.file_page
        self._source: Path | None = None  # that is shown
        self._looked_at = self._target = Path()
        self._model, self._is_per_word = "", False  # that scores, and as it was asked to
        self._is_done = True  # whether the last job has said what it came to
        self._page.open_requested.connect(self._on_open_requested)
        self._page.score_requested.connect(self._on_score_requested)
        self._page.cancel_requested.connect(self._runner.stop)
        self._tab.lists.stop_requested.connect(self._runner.stop)

    @Slot()
    def _on_open_requested(self) -> None:
        folder = str(self._source.parent) if self._source is not None else ""
        path = (self._jobs.ask_list_path or self._ask_path)(folder)
        if path is None or not self._is_free:
            return
        self._looked_at = path
        self._begin(f"Looking at {path.name}…")
        self._start(self._inspected, path, CsvConfig())

    def _ask_path(self, folder: str) -> Path | None:
        return ask_open_path(self._tab.lists, "Choose a file to score", first_folder(folder))

    def _inspected(
        self, path: Path, config: CsvConfig, control: RunControl
    ) -> Iterator[CsvInspected]:
        return inspected(partial(self._jobs.inspect, path, config, control))

    @Slot()
    def _on_score_requested(self) -> None:
        model, source = self._session.shown_model, self._source
        if model is None or source is None or not self._is_free:
            return
        name = source.name.partition(".")[0] or source.name
        suggested = source.with_name(f"{name}_scored.csv")
        ask = self._jobs.ask_scores_path
        target = (
            ask(suggested)
            if ask is not None
            else ask_save_path(
                self._tab.lists, "Save the scored rows", suggested, ["Table (*.csv)"]
            )
        )
        if target is None:
            return
        self._target, self._model = target, model_epoch(model)
        self._is_per_word = self._page.is_per_word
        self._begin(f"Scoring {source.name}…")
        config = CsvConfig(columns=self._page.columns())
        self._start(self._jobs.score_file, model, source, config, target, self._is_per_word)

    def _begin(self, status: str) -> None:
        self._is_done = False
        self._page.show_busy(is_busy=True)
        self._page.show_status(status)

    def _told_rows(self, event: FileScored) -> str:
        rows, words = counted(event.rows, "row"), counted(event.total.words, "word")
        return f"{words} of {rows}, a row each," if self._is_per_word else rows

    def _take(self, event: object) -> None:
        match event:
            case CsvInspected(preview=preview):
                self._is_done, self._source = True, self._looked_at
                self._page.show_file(self._source, preview.columns, preview.guessed_column)
            case StageProgress():
                self._page.show_progress(event)
            case FileScored():
                self._is_done = True
                refused = ""
                if event.refused_rows:
                    refused = f" {counted(event.refused_rows, 'row')} could not be read."
                self._page.show_scored(
                    event,
                    f"{self._told_rows(event)} with scores by the model as of {self._model} "
                    f"in {self._target}.{refused}",
                )
            case _:
                raise TypeError(f"scoring a file does not report {type(event).__name__}")

    def _go_on(self, failure: TaskFailure | None) -> None:
        self._page.show_busy(is_busy=False)
        if failure is not None:
            self._page.show_status(failure.message)
        elif not self._is_done:
            self._page.show_status("Stopped: no new file was written.")
        self._is_done = True
