"""Score the candidates of a list, typed or in a file, and keep them in the order of the weights."""

from pathlib import Path

from PySide6.QtCore import Slot

from app.errors import TaskFailure
from app.generation.background.controller import BackgroundController
from app.generation.controller import model_epoch
from app.generation.ranking.rank_page import ranking_status
from app.generation.ranking.ranked_table import ranking_as_csv
from app.shared.file_dialogs import ask_open_path, first_folder
from app.shared.saving import ask_save_path
from engine import CandidatesScored, ExportError, ScoredCandidate, StageProgress, export_file, rank


class RankingController(BackgroundController):
    """Connect the page of lists with the engine."""

    doing = "Ranking the list"

    def _set_up(self) -> None:
        self._page = self._tab.lists.rank_page
        self._scored: tuple[ScoredCandidate, ...] = ()
        self._source: str | Path = ""  # of the list that is shown
        self._asked_model = self._model = ""  # that was asked last, and whose scores are shown
        self._is_done = True  # whether the last job has said what it came to
        self._folder = Path(first_folder(""))
        self._page.rank_requested.connect(self._on_rank_requested)
        self._page.open_requested.connect(self._on_open_requested)
        self._page.own_scores_requested.connect(self._on_own_scores_requested)
        self._page.save_requested.connect(self._on_save_requested)
        self._page.weights_changed.connect(self._show)
        self._page.sentence_chosen.connect(self._tab.score_panel.set_text)
        self._page.cancel_requested.connect(self._runner.stop)
        self._tab.lists.stop_requested.connect(self._runner.stop)

    @Slot(str)
    def _on_rank_requested(self, text: str) -> None:
        self._rank(text)

    @Slot()
    def _on_open_requested(self) -> None:
        path = (self._jobs.ask_list_path or self._ask_list_path)(str(self._folder))
        if path is not None:
            self._folder = path.parent
            self._page.show_file(path.name)
            self._rank(path)

    @Slot(str)
    def _on_own_scores_requested(self, text: str) -> None:
        path = (self._jobs.ask_list_path or self._ask_scores_path)(str(self._folder))
        if path is not None:
            self._rank(text if text.strip() else self._source, path)

    def _ask_list_path(self, folder: str) -> Path | None:
        return ask_open_path(self._tab.lists, "Open a list of sentences", folder)

    def _ask_scores_path(self, folder: str) -> Path | None:
        return ask_open_path(self._tab.lists, "Open the list's own scores", folder)

    def _rank(self, source: str | Path, scores: Path | None = None) -> None:
        model = self._session.shown_model
        if model is None or not self._is_free:
            return
        self._source = source
        self._asked_model, self._is_done = model_epoch(model), False
        self._page.show_busy(is_busy=True)
        self._start(self._jobs.score_list, model, source, scores)

    def _take(self, event: object) -> None:
        if isinstance(event, StageProgress):
            self._page.show_progress(event)
        elif isinstance(event, CandidatesScored):
            self._scored, self._model, self._is_done = event.scored, self._asked_model, True
            self._show()

    @Slot()
    def _show(self) -> None:
        """Show the candidates in the order of the present weights."""
        ranked = rank(self._scored, self._page.weights()) if self._scored else []
        status = ranking_status(ranked, self._model) if ranked else "The list has no sentence."
        self._page.show_ranking(ranked, status if self._model else "")

    def _go_on(self, failure: TaskFailure | None) -> None:
        self._page.show_busy(is_busy=False)
        if failure is not None:
            self._page.show_status(failure.message)
        elif not self._is_done:
            self._show()  # it was stopped: what is shown is the order of before

    @Slot()
    def _on_save_requested(self) -> None:
        suggested = self._folder / "ranked.csv"
        ask = self._jobs.ask_scores_path
        path = (
            ask(suggested)
            if ask is not None
            else ask_save_path(
                self._tab.lists, "Save the order", suggested, ["Table with all figures (*.csv)"]
            )
        )
        if path is None:
            return
        content = ranking_as_csv(self._page.ranked()).encode("utf-8-sig", errors="replace")
        try:
            export_file(path, content, "The order")
        except ExportError as error:
            self._page.show_status(str(error))
            return
        self._page.show_status(f"Saved to {path}.")
