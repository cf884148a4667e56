"""What is asked before a file is written, and files for other programs: an inert CSV.

No text of it is taken for a formula. `ErrorPresenter.export` writes it.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.protocols import UnsavedAnswer
from app.shared.file_dialogs import chosen_paths, file_dialog

_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # the wide forms are formulas in some spreadsheets

_SUFFIX = re.compile(r"\*(\.\w+)\)")  # of a filter such as "Text (*.txt)"


def neutralised(cell: str) -> str:
    """Return `cell` so that a spreadsheet takes it for text and never for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def inert_csv(columns: Sequence[str], rows: Iterable[Sequence[str | float]]) -> str:
    """Return a CSV of `rows` under a header, every cell of text neutralised; numbers are inert."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([neutralised(cell) if isinstance(cell, str) else cell for cell in row])
    return target.getvalue()


def ask_save_path(
    parent: QWidget | None, title: str, suggested: Path, filters: Sequence[str]
) -> Path | None:
    """Ask where a file goes; the dialog itself asks before it replaces one. None: nowhere."""
    dialog = file_dialog(parent, title, str(suggested.parent), filters)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.selectFile(suggested.name)
    SuffixFollower(dialog)
    return next(iter(chosen_paths(dialog)), None)


def ask_unsaved(
    parent: QWidget | None, title: str, question: str, consequence: str
) -> UnsavedAnswer:
    """Ask what becomes of a model that would be lost."""
    buttons = QMessageBox.StandardButton
    box = QMessageBox(
        QMessageBox.Icon.Warning,
        title,
        question,
        buttons.Save | buttons.Discard | buttons.Cancel,
        parent,
    )
    box.setInformativeText(consequence)
    box.setDefaultButton(buttons.Save)
    box.button(buttons.Discard).setText("&Don’t save")
    answer = box.exec()
    box.deleteLater()
    if answer == buttons.Save:
        return "save"
    return "discard" if answer == buttons.Discard else "cancel"


class SuffixFollower(QObject):
    """Choose the filter of the suggested name, and give the name the suffix of a chosen one.

    The dialog adds a missing suffix before it asks whether a file may be replaced. A suffix
    that is none of its filters' is left: it may be a part of the name.
    """

    def __init__(self, dialog: QFileDialog) -> None:
        super().__init__(dialog)
        self._dialog = dialog
        filters = dialog.nameFilters()
        self._filters = {match[1]: name for name in filters if (match := _SUFFIX.search(name))}
        chosen = dialog.selectedFiles()
        first = self._filters.get(Path(chosen[0]).suffix if chosen else "", filters[0])
        if first != dialog.selectedNameFilter():  # else Qt would take any other suffix away
            dialog.selectNameFilter(first)
        dialog.filterSelected.connect(self._on_filter_selected)
        self._on_filter_selected(first)

    @Slot(str)
    def _on_filter_selected(self, name: str) -> None:
        match, chosen = _SUFFIX.search(name), self._dialog.selectedFiles()
        if match is None:
            return
        self._dialog.setDefaultSuffix(match[1])
        if chosen and Path(chosen[0]).suffix in self._filters:
            self._dialog.selectFile(Path(chosen[0]).with_suffix(match[1]).name)
