"""What plots have in common: axes with round numbers, and a plot that is only looked at."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

from pyqtgraph import AxisItem, PlotWidget, mkPen
from PySide6.QtCore import Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QWidget

from app.shared.formatting import format_count
from app.shared.layouts import in_column
from app.shared.theme import Palette, scaled

if TYPE_CHECKING:
    from engine import RunCurve

FEWEST_TICKS = 4
TICKS_APART = 18  # px, at least: a line of text
STEPS_OF_POWERS = (1, 2, 5, 10, 20, 50, 100, 200)
LARGEST_POWER = 300.0  # of ten; beyond it a float overflows
Axis: TypeAlias = Literal["step", "epoch", "elapsed", "words"]
AXES: dict[Axis, tuple[str, str]] = {  # in a list, and below the plot
    "step": ("Steps", "steps (parameter updates)"),
    "epoch": ("Epochs", "epochs (passes over the text)"),
    "elapsed": ("Time", "time of training, min:s"),
    "words": ("Words", "words learned from"),
}
ROUND_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)


class LossAxis(AxisItem):  # type: ignore[misc]
    """An axis of losses that can write them in another unit and stays readable on a log scale."""

    def __init__(self, orientation: str, write: Callable[[float], str]) -> None:
        super().__init__(orientation)
        self._write = write
        self.enableAutoSIPrefix(enable=False)

    def tickValues(
        self,
        minVal: float,
        maxVal: float,
        size: float,
    ) -> list[tuple[float, list[float]]]:
        """Return ticks at round losses, wherever the scale puts them."""
        at_most = max(1, round(size / scaled(TICKS_APART)))
        if not self.logMode:  # a loss is not below zero, whatever room there is
            spacing = fitting_spacing(minVal, maxVal, at_most)
            return [(spacing, multiples(spacing, max(minVal, 0.0), maxVal))]
        low = 10.0 ** min(max(minVal, -LARGEST_POWER), LARGEST_POWER)
        high = 10.0 ** min(max(maxVal, -LARGEST_POWER), LARGEST_POWER)
        if high > 20.0 * low:
            return [(1.0, fitting_powers(low, high, at_most))]
        spacing = fitting_spacing(low, high, at_most)
        ticks = [math.log10(loss) for loss in multiples(spacing, low, high) if loss > 0]
        return [(spacing, spread(ticks, (maxVal - minVal) / at_most))]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Return what is written at each tick; what is said already is not said again above."""
        texts = [self._write(10.0**value if self.logMode else value) for value in values]
        return ["" if text in texts[:number] else text for number, text in enumerate(texts)]


class ProgressAxis(AxisItem):  # type: ignore[misc]
    """The horizontal axis: steps, epochs, or the time of training."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self._is_time, self._is_whole = False, True
        self.enableAutoSIPrefix(enable=False)

    def show_axis(self, axis: Axis) -> None:
        """Name the axis and write its ticks: minutes and seconds, whole numbers, or any numbers."""
        self._is_time, self._is_whole = axis == "elapsed", axis in ("step", "words")
        self.picture = None
        self.setLabel(AXES[axis][1])
        self.update()

    def tickValues(
        self,
        minVal: float,
        maxVal: float,
        size: float,
    ) -> list[tuple[float, list[float]]]:
        """Return ticks at round numbers, or at round times."""
        spacing = round_spacing(minVal, maxVal)
        if self._is_whole:
            spacing = max(1.0, spacing)
        if self._is_time and spacing >= 1.0:
            wanted = (maxVal - minVal) / FEWEST_TICKS
            spacing = max((s for s in ROUND_SECONDS if s <= wanted), default=1)
            if wanted > 2 * ROUND_SECONDS[-1]:
                spacing = 3600 * round_spacing(minVal / 3600, maxVal / 3600)
        return [(spacing, multiples(spacing, max(minVal, 0.0), maxVal))]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Return what is written at each tick."""
        if self._is_time:
            return [format_clock(value) for value in values]
        if spacing >= 1.0:
            return [format_count(round(value)) for value in values]
        return [f"{value:.4g}" for value in values]


def positions(curve: "RunCurve", axis: Axis) -> list[float]:
    """Return where the points of a kept curve lie along `axis`."""
    if axis == "words":
        return [epoch * (curve.words_per_epoch or 1) for epoch in curve.epochs]
    columns = {"epoch": curve.epochs, "step": curve.steps, "elapsed": curve.elapsed_s}
    return list(columns[axis])


def round_spacing(low: float, high: float) -> float:
    """Return the largest of 1, 2, 5, 10 … (or 0.5, 0.2 …) that gives enough ticks."""
    wanted = max(high - low, 1e-9) / FEWEST_TICKS
    power = 10.0 ** math.floor(math.log10(wanted))
    return power * max(digit for digit in (1, 2, 5) if digit * power <= wanted * (1 + 1e-9))


def fitting_spacing(low: float, high: float, at_most: int) -> float:
    """Return `round_spacing`, or the smallest wider one where there is no room for its ticks."""
    apart = (high - low) / at_most
    spacing = round_spacing(low, high)
    if spacing >= apart:
        return spacing
    power = 10.0 ** math.floor(math.log10(apart))
    return power * min(digit for digit in (1, 2, 5, 10) if digit * power >= apart * (1 - 1e-9))


def multiples(spacing: float, low: float, high: float) -> list[float]:
    """Return the multiples of `spacing` from `low` to `high`."""
    first, last = math.ceil(low / spacing), math.floor(high / spacing)
    return [number * spacing for number in range(first, last + 1)]


def format_clock(seconds: float) -> str:
    """Return a time as minutes and seconds, such as "1:05"; from an hour on "1:02:05"."""
    whole = math.floor(seconds)
    text = f"{whole // 60 % 60:02d}:{whole % 60:02d}"
    text = f"{whole // 3600}:{text}" if whole >= 3600 else text.removeprefix("0")
    part = round(seconds - whole, 3)
    return text if part == 0 else text + f"{part:.3g}".removeprefix("0")


def round_powers(low: float, high: float) -> list[float]:
    """Return the logarithms of 1, 2 and 5 times the powers of ten from `low` to `high`."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return [
        power + math.log10(digit)
        for power in range(first, last + 1)
        for digit in (1, 2, 5)
        if low <= digit * 10.0**power <= high
    ]


def fitting_powers(low: float, high: float, at_most: int) -> list[float]:
    """Return the logarithms of `round_powers`, or of powers of ten only as far as there is room."""
    ticks = round_powers(low, high)
    first, last = math.ceil(math.log10(low)), math.floor(math.log10(high))
    for step in STEPS_OF_POWERS:
        if len(ticks) <= at_most:
            break
        ticks = [float(power) for power in range(first, last + 1) if power % step == 0]
    return ticks


def logarithmic_steps(low: int, high: int, at_most: int) -> list[int]:
    """Return up to `at_most` whole numbers from `low` to `high`, even on a logarithmic axis."""
    steps = range(at_most)
    return sorted({round(low * (high / low) ** (step / (at_most - 1))) for step in steps})


def spread(ticks: Sequence[float], apart: float) -> list[float]:
    """Return those of rising `ticks` that stand at least `apart` above the one before."""
    kept: list[float] = []
    for tick in ticks:
        if not kept or tick - kept[-1] >= apart:
            kept.append(tick)
    return kept


class StillPlot(PlotWidget):  # type: ignore[misc]
    """A plot that fills its parent and cannot be moved.

    Parameters
    ----------
    object_name : str
    name : str
        For who cannot see it.
    axes : mapping
        The axis item of each side, as far as it is not pyqtgraph's own.
    labels : mapping
        The text at the axis of each side.
    """

    def __init__(
        self,
        object_name: str,
        name: str,
        *,
        axes: Mapping[str, AxisItem],
        labels: Mapping[str, str],
        parent: QWidget,
    ) -> None:
        super().__init__(parent, axisItems=dict(axes), enableMenu=False)
        self._labels = labels
        self.setObjectName(object_name)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(PlotWidget.Shape.NoFrame)
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.setMouseEnabled(x=False, y=False)
        plot.setContentsMargins(0, 4, 8, 0)
        in_column(self, of=parent, margins=0)

    def pen(self, colour: str, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
        """Return a pen for a line that is as thick on a screen of any density."""
        pen: QPen = mkPen(colour, width=width * self.devicePixelRatioF(), style=style)
        return pen

    def restyle(self, palette: Palette) -> None:
        """Paint the background and the axes in the colours of `palette`."""
        self.setBackground(palette.background)
        for side, text in self._labels.items():
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(mkPen(palette.border))
            axis.setTextPen(mkPen(palette.faint))
            axis.setLabel(text, color=palette.faint)
            axis.enableAutoSIPrefix(enable=False)
