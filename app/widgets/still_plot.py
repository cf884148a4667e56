"""A plot that is only looked at: no mouse, no menu, colours of the theme.

What it draws, and in which colours, is the affair of the widget around it.
"""

from collections.abc import Mapping

from pyqtgraph import AxisItem, PlotWidget, mkPen
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.theme import Palette


class StillPlot(PlotWidget):  # type: ignore[misc]
    """A plot that fills its parent and cannot be moved.

    Parameters
    ----------
    role : str
        Last part of the object's name.
    name : str
        For who cannot see it.
    axes : mapping
        The axis item of each side, as far as it is not pyqtgraph's own.
    labels : mapping
        The text at the axis of each side.
    """

    def __init__(
        self,
        role: str,
        name: str,
        *,
        axes: Mapping[str, AxisItem],
        labels: Mapping[str, str],
        parent: QWidget,
    ) -> None:
        super().__init__(parent, axisItems=dict(axes))
        self._labels = labels
        self.setObjectName(f"dataset.{role}")
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(PlotWidget.Shape.NoFrame)
        plot = self.getPlotItem()
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setMouseEnabled(x=False, y=False)
        plot.setContentsMargins(0, 4, 8, 0)
        layout = QVBoxLayout(parent)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self)

    def restyle(self, palette: Palette) -> None:
        """Paint the background and the axes in the colours of `palette`."""
        self.setBackground(palette.background)
        for side, text in self._labels.items():
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(mkPen(palette.border))
            axis.setTextPen(mkPen(palette.faint))
            axis.setLabel(text, color=palette.faint)
            axis.enableAutoSIPrefix(enable=False)
