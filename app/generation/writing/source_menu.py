"""The sentences of the training text that a run was copied from, as a menu."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget


def build_source_menu(
    title: str, sources: Sequence[tuple[int, str]], parent: QWidget, *, can_be_shown: bool
) -> QMenu:
    """Return a menu of sentences, each with its number as data.

    Parameters
    ----------
    title : str
        What is said above them.
    sources : sequence of (int, str)
    parent : QWidget
    can_be_shown : bool
        Whether the text is open, so that a click can lead there.
    """
    menu = QMenu(parent)
    menu.setObjectName("generation.source_menu")
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addAction(_plain(title)).setEnabled(False)
    menu.addSeparator()
    for number, text in sources:
        action = menu.addAction(_plain(text))
        action.setData(number)
        action.setEnabled(can_be_shown)
    if can_be_shown:
        menu.addSeparator()
        menu.addAction("A click shows the sentence on the Dataset tab").setEnabled(False)
    return menu


def _plain(text: str) -> str:
    """Return `text` so that a menu makes no key of an ampersand in it."""
    return text.replace("&", "&&")
