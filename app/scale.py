"""Lengths that grow with the person's font, so that larger text still has room.

The window was drawn for a font of 12 px; a person may have asked the system for a larger one.
"""

from PySide6.QtGui import QFontInfo, QGuiApplication

DRAWN_FOR = 12  # px, of the font


def scaled(length: int) -> int:
    """Return a length of the drawing, in px, for the font of the application; never a smaller."""
    return round(length * max(QFontInfo(QGuiApplication.font()).pixelSize() / DRAWN_FOR, 1.0))
