"""Make the pictures of the program from its one drawing, `resources/icons/rnn-text-lab.svg`.

    python resources/scripts/make_icons.py

Qt draws each size as PNG; an .ico (Windows) and an .icns (macOS) are those PNGs with a short
table in front of them.
"""

import os
import struct
import sys
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

FOLDER = Path(__file__).resolve().parents[1] / "icons"
NAME = "rnn-text-lab"
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)  # px
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
ICNS_TYPES = {16: b"icp4", 32: b"icp5", 64: b"icp6", 128: b"ic07", 256: b"ic08", 512: b"ic09"}


def drawn(renderer: QSvgRenderer, size: int) -> bytes:
    """Return the drawing as a PNG of `size` times `size` px."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(data.data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """Return PNGs, by their size, as one icon of Windows."""
    head, offset = struct.pack("<HHH", 0, 1, len(pictures)), 6 + 16 * len(pictures)
    for size, data in pictures.items():
        side = size % 256  # 0 stands for 256
        head += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(data), offset)
        offset += len(data)
    return head + b"".join(pictures.values())


def icns(pictures: dict[int, bytes]) -> bytes:
    """Return PNGs, by their size, as one icon of macOS."""
    parts = b"".join(
        ICNS_TYPES[size] + struct.pack(">I", 8 + len(data)) + data
        for size, data in pictures.items()
    )
    return b"icns" + struct.pack(">I", 8 + len(parts)) + parts


def main() -> int:
    """Write all pictures."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication(sys.argv[:1])
    renderer = QSvgRenderer(str(FOLDER / f"{NAME}.svg"))
    pictures = {size: drawn(renderer, size) for size in SIZES}
    for size, data in pictures.items():
        (FOLDER / f"{NAME}-{size}.png").write_bytes(data)
    (FOLDER / f"{NAME}.ico").write_bytes(ico({size: pictures[size] for size in ICO_SIZES}))
    (FOLDER / f"{NAME}.icns").write_bytes(icns({size: pictures[size] for size in ICNS_TYPES}))
    print(f"{len(SIZES)} sizes, {NAME}.ico and {NAME}.icns are in {FOLDER}")
    del application
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
