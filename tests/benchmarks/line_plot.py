"""Curves as an SVG, written by hand: readable in a browser and in a README.

The first second of a run and its tenth minute are both worth seeing, so x is
logarithmic; a curve's first point, before any training, lies at the left edge.
"""

import math
from dataclasses import dataclass, field
from html import escape

_WIDTH, _HEIGHT = 900, 620
_LEFT, _RIGHT, _BOTTOM = 64, 20, 56
_LEGEND_LINE = 20
_LEGEND_COLUMNS, _LEGEND_WIDTH = 2, 420
_COLORS = ("#2f6fb7", "#d1702a", "#3f8f4f", "#8a4fa3", "#b03a4a", "#6b6b6b", "#9a8417", "#1f9e9e")
_DASHES = ("", "7 4", "2 3")
_STEPS = (1, 2, 5)


@dataclass
class Curve:
    """Points of one line; curves of one `kind` share a colour, of one `group` a dash."""

    label: str  # "": as the one before, without a line in the legend
    group: str
    kind: str
    points: list[tuple[float, float]] = field(default_factory=list)


def svg_of(curves: list[Curve], *, x_label: str, y_label: str) -> str:
    """Return the picture; x is logarithmic, y linear."""
    labelled = [curve for curve in curves if curve.label]
    xs = [x for curve in curves for x, _ in curve.points if x > 0.0] or [1.0]
    ys = [y for curve in curves for _, y in curve.points] or [0.0]
    scale = _Scale(
        x_low=math.log10(min(xs) / 1.2),
        x_high=math.log10(max(xs) * 1.05),
        y_low=math.floor(min(ys) * 4.0) / 4.0,
        y_high=math.ceil(max(ys) * 4.0) / 4.0 + 0.01,
        top=36 + _LEGEND_LINE * math.ceil(len(labelled) / _LEGEND_COLUMNS),
    )
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
            f'width="{_WIDTH}" height="{_HEIGHT}" font-family="sans-serif" font-size="13">'
        ),
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        *_grid(scale),
        (
            f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2}" y="{_HEIGHT - 14}" text-anchor="middle">'
            f"{escape(x_label)}</text>"
        ),
        (
            f'<text transform="translate(16 {(scale.top + _HEIGHT - _BOTTOM) / 2}) rotate(-90)" '
            f'text-anchor="middle">{escape(y_label)}</text>'
        ),
    ]
    kinds = list(dict.fromkeys(curve.kind for curve in curves))
    groups = list(dict.fromkeys(curve.group for curve in curves))
    for curve in curves:
        color = _COLORS[kinds.index(curve.kind) % len(_COLORS)]
        dash = _DASHES[groups.index(curve.group) % len(_DASHES)]
        parts += _drawn(curve, scale, color, dash)
        if curve.label:
            parts += _legend(curve, labelled.index(curve), color, dash)
    return "\n".join([*parts, "</svg>", ""])


@dataclass(frozen=True)
class _Scale:
    x_low: float  # log10
    x_high: float
    y_low: float
    y_high: float
    top: int  # px, below the legend

    def x(self, value: float) -> float:
        exponent = self.x_low if value <= 0.0 else max(self.x_low, math.log10(value))
        share = (exponent - self.x_low) / (self.x_high - self.x_low)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        share = (value - self.y_low) / (self.y_high - self.y_low)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - self.top - _BOTTOM)


def _grid(scale: _Scale) -> list[str]:
    parts = []
    for power in range(math.floor(scale.x_low), math.ceil(scale.x_high) + 1):
        for step in _STEPS:
            value = step * 10.0**power
            if not scale.x_low <= math.log10(value) <= scale.x_high:
                continue
            x = scale.x(value)
            parts.append(_line((x, scale.top), (x, _HEIGHT - _BOTTOM)))
            parts.append(
                f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">'
                f"{value:g}</text>"
            )
    span = scale.y_high - scale.y_low
    step_y = 0.25 if span < 2.5 else 0.5
    for number in range(round(span / step_y) + 1):
        value = scale.y_low + number * step_y
        if value <= scale.y_high:
            y = scale.y(value)
            parts.append(_line((_LEFT, y), (_WIDTH - _RIGHT, y)))
            parts.append(
                f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
            )
    return parts


def _line(begin: tuple[float, float], end: tuple[float, float]) -> str:
    return (
        f'<line x1="{begin[0]:.1f}" y1="{begin[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}" '
        'stroke="#dddddd"/>'
    )


def _drawn(curve: Curve, scale: _Scale, color: str, dash: str) -> list[str]:
    places = [(scale.x(x), scale.y(y)) for x, y in curve.points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return [
        (
            f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2" '
            f'stroke-dasharray="{dash}"/>'
        ),
        *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{color}"/>' for x, y in places),
    ]


def _legend(curve: Curve, row: int, color: str, dash: str) -> list[str]:
    line, column = divmod(row, _LEGEND_COLUMNS)  # above the plot
    x, y = _LEFT + _LEGEND_WIDTH * column, 24 + _LEGEND_LINE * line
    last = f"{curve.points[-1][1]:.3f}" if curve.points else "no point"
    return [
        (
            f'<line x1="{x}" y1="{y - 4}" x2="{x + 30}" y2="{y - 4}" stroke="{color}" '
            f'stroke-width="2" stroke-dasharray="{dash}"/>'
        ),
        f'<text x="{x + 38}" y="{y}">{escape(curve.label)}: {last}</text>',
    ]
