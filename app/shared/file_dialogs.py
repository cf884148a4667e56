"""The one way to ask for files: roomy, with the usual places at its side.

The system's own dialog is shown where there is one; Qt's own, on bare systems, gets a size and
places that one can work with.
"""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QStandardPaths, QUrl
from PySide6.QtWidgets import QDialog, QFileDialog, QSplitter, QTreeView, QWidget

from app.shared.theme import scaled

SIZE = (960, 600)  # px
SIDEBAR = 168  # px
COLUMNS = (320, 96, 120, 180)  # px: name, size, kind, date
_LOCATIONS = (
    QStandardPaths.StandardLocation.HomeLocation,
    QStandardPaths.StandardLocation.DesktopLocation,
    QStandardPaths.StandardLocation.DocumentsLocation,
    QStandardPaths.StandardLocation.DownloadLocation,
)


def file_dialog(
    parent: QWidget | None, title: str, folder: str, filters: Sequence[str] = ()
) -> QFileDialog:
    """Return a dialog that begins in `folder`; give it to `chosen_paths`."""
    dialog = QFileDialog(parent, title, folder)
    if filters:
        dialog.setNameFilters(filters)
    dialog.setSidebarUrls([QUrl.fromLocalFile(place) for place in usual_places(folder)])
    dialog.setViewMode(QFileDialog.ViewMode.Detail)
    dialog.resize(*map(scaled, SIZE))
    _make_room(dialog)
    return dialog


def _make_room(dialog: QFileDialog) -> None:
    """Let places, names and dates be read in Qt's own dialog; the system's has none of these."""
    splitter = dialog.findChild(QSplitter)
    if splitter is not None:
        splitter.setSizes([scaled(SIDEBAR), scaled(SIZE[0] - SIDEBAR)])
    tree = dialog.findChild(QTreeView, "treeView")
    if tree is not None:
        for column, width in enumerate(COLUMNS):
            tree.header().resizeSection(column, scaled(width))


def chosen_paths(dialog: QFileDialog) -> list[Path]:
    """Ask, and return what was chosen; nothing if the person thinks better of it."""
    is_accepted = dialog.exec() == QDialog.DialogCode.Accepted
    chosen = dialog.selectedFiles()
    dialog.deleteLater()
    return [Path(text) for text in chosen] if is_accepted else []


def ask_open_path(
    parent: QWidget | None, title: str, folder: str, filters: Sequence[str] = ()
) -> Path | None:
    """Ask for one file that is there."""
    dialog = file_dialog(parent, title, folder, filters)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return next(iter(chosen_paths(dialog)), None)


def ask_open_paths(
    parent: QWidget | None, title: str, folder: str, filters: Sequence[str] = ()
) -> list[Path]:
    """Ask for one or more files that are there."""
    dialog = file_dialog(parent, title, folder, filters)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    return chosen_paths(dialog)


def ask_folder(parent: QWidget | None, title: str, folder: str) -> Path | None:
    """Ask for a folder that is there."""
    dialog = file_dialog(parent, title, folder)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return next(iter(chosen_paths(dialog)), None)


def first_folder(last: str) -> str:
    """Return where a file dialog starts: in the `last` folder, else among the documents."""
    if last and Path(last).is_dir():
        return last
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return documents if documents and Path(documents).is_dir() else str(Path.home())


def usual_places(folder: str) -> list[str]:
    """Return the folders that people look in, and `folder`, each once and only if it is there."""
    places = [QStandardPaths.writableLocation(location) for location in _LOCATIONS]
    return [place for place in dict.fromkeys([*places, folder]) if place and Path(place).is_dir()]
