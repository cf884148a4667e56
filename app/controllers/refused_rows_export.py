"""Save the rows of a file that were refused: line, reason and beginning, as an inert CSV."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.errors import ErrorPresenter
from app.jobs import AskRowsPath
from app.settings import SettingsStore
from app.shared.formatting import counted
from app.shared.saving import ExportError, inert_csv, write_in_one_step
from app.tabs.dataset_tab import DatasetTab
from app.widgets.refused_rows_dialog import ask_refused_rows_path

if TYPE_CHECKING:
    from engine import RowProblem

COLUMNS = ("line", "reason", "text")
FILE_NAME = "refused-rows.csv"


def refused_rows_as_csv(problems: "Sequence[RowProblem]") -> str:
    """Return the rows as a CSV that no spreadsheet takes for formulas."""
    return inert_csv(
        COLUMNS, ((str(problem.line), problem.reason, problem.text) for problem in problems)
    )


class RefusedRowsExport(QObject):
    """Answer "Save…" beside a list of refused rows."""

    def __init__(
        self,
        tab: DatasetTab,
        presenter: ErrorPresenter,
        settings: SettingsStore,
        *,
        ask_path: AskRowsPath = ask_refused_rows_path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._presenter, self._settings, self._ask_path = presenter, settings, ask_path
        tab.save_problems_requested.connect(self._on_save_problems_requested)

    @Slot(object)
    def _on_save_problems_requested(self, problems: "Sequence[RowProblem]") -> None:
        path = self._ask_path(Path(self._settings.settings.last_folder) / FILE_NAME)
        if path is None:
            return
        content = refused_rows_as_csv(problems).encode("utf-8-sig", errors="replace")
        try:
            write_in_one_step(path, content, "The refused rows")
        except ExportError as error:
            self._presenter.show_message(str(error), "error")
            return
        self._presenter.show_message(f"{counted(len(problems), 'refused row')} saved to {path}.")
