"""Widgets as a test finds them: by their kind, and by their objectName."""

from typing import TypeVar

from PySide6.QtCore import QObject

Child = TypeVar("Child", bound=QObject)


def child(parent: QObject, kind: type[Child], *name: str) -> Child:
    """Return what is of a kind, and has a name where one is given, within `parent`."""
    found = parent.findChild(kind, *name)
    assert found is not None, (kind, *name)
    return found
