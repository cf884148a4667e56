"""Save the rows of a file that were refused."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.dataset.file.refused_rows import ask_refused_rows_path
from app.dataset.tab import DatasetTab
from app.shared.formatting import counted
from app.shared.saving import inert_csv
from app.tasks.controller import Controller, Surroundings

if TYPE_CHECKING:
    from engine import RowProblem

COLUMNS = ("line", "reason", "text")
FILE_NAME = "refused-rows.csv"


def refused_rows_as_csv(problems: "Sequence[RowProblem]") -> str:
    """Return the rows as a CSV that no spreadsheet takes for formulas."""
    rows = ((each.file, str(each.line), each.reason, each.text) for each in problems)
    if any(each.file for each in problems):
        return inert_csv(("file", *COLUMNS), rows)
    return inert_csv(COLUMNS, (row[1:] for row in rows))


class RefusedRowsExport(Controller):
    """Answer "Save…" beside a list of refused rows."""

    def __init__(self, tab: DatasetTab, around: Surroundings) -> None:
        super().__init__(around)
        self._ask_path = self._jobs.ask_refused_rows_path or ask_refused_rows_path
        for page in (tab.preview_page, tab.corpus_page):
            page.save_requested.connect(self._on_save_requested)

    @Slot(object)
    def _on_save_requested(self, problems: "Sequence[RowProblem]") -> None:
        path = self._ask_path(Path(self._settings.settings.last_folder) / FILE_NAME)
        if path is None:
            return
        content = refused_rows_as_csv(problems).encode("utf-8-sig", errors="replace")
        done = f"{counted(len(problems), 'refused row')} saved to {path}."
        self._presenter.export(path, content, "The refused rows", done)
