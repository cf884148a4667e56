"""The program's icon, in the sizes that were drawn for it."""

from importlib.resources import files

from PySide6.QtGui import QIcon, QPixmap

SIZES = (16, 24, 32, 48, 64, 128, 256, 512)  # px
NAME = "rnn-text-lab"


def application_icon() -> QIcon:
    """Return the icon; make the application first."""
    icon, folder = QIcon(), files("resources") / "icons"
    for size in SIZES:
        picture = QPixmap()
        picture.loadFromData((folder / f"{NAME}-{size}.png").read_bytes())
        icon.addPixmap(picture)
    return icon
