"""Draw the curves of a run into a picture: PNG for a page, SVG for print.

A plot of its own is drawn, of one size and without what only a screen needs: a crosshair, buttons,
the part that a person had zoomed to.
"""

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QSize, Qt
from PySide6.QtGui import QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator

from app.errors import ErrorPresenter
from app.training.plot.loss_plot import LossPlot

SIZE = (1200, 675)  # px at 100 %
SHARPNESS = 2  # pixels of a PNG to one of these


def plot_picture(plot: LossPlot, *, is_vector: bool) -> bytes:
    """Return the whole curve of `plot` as an SVG, or as a PNG."""
    picture = LossPlot(plot.history)
    picture.show_like(plot)
    picture.resize(*SIZE)
    picture.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    picture.show()
    picture.redraw()
    data = _svg(picture) if is_vector else _png(picture)
    picture.hide()
    picture.deleteLater()
    return data


def export_plot(plot: LossPlot, path: Path, presenter: ErrorPresenter) -> None:
    """Write the picture to `path`; a failure leaves the old file and is shown."""
    data = plot_picture(plot, is_vector=path.suffix.lower() == ".svg")
    presenter.export(path, data, "The plot", f"The plot is in {path}.")


def _png(picture: LossPlot) -> bytes:
    image = QImage(QSize(*SIZE) * SHARPNESS, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(SHARPNESS)
    painter = QPainter(image)
    picture.paint_on(painter, QRect(0, 0, *SIZE))
    painter.end()
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(content.data())


def _svg(picture: LossPlot) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(*SIZE))
    generator.setViewBox(QRect(0, 0, *SIZE))
    generator.setTitle("Loss of a training run")
    painter = QPainter(generator)
    picture.paint_on(painter, QRect(0, 0, *SIZE))
    painter.end()
    buffer.close()
    return bytes(content.data())
