"""Turn a benchmark's records into a table or into JSON values; nothing is written here."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tests.benchmarks.rows import BenchmarkRow, Machine, Spread, Target

_COLUMNS = ("H", "what", "median", "quartiles", "x NumPy", "% ceiling", "memory", "target", "met")
_IS_TEXT = (False, True, False, False, False, False, False, False, True)
_SMALLEST_DECIMAL = 0.001
_ORDER = ("machine", "training", "comparison", "ranks", "text", "window")


def machine_line(machine: Machine) -> str:
    """Return the machine as one sentence."""
    load = "" if machine.load is None else f", load {machine.load:.1f} before the run"
    return (
        f"{machine.cpu}, {machine.cores} cores, {machine.threads} threads; networks on "
        f"{machine.device}; PyTorch {machine.torch}, NumPy {machine.numpy}, Python "
        f"{machine.python}, {machine.system}{load}."
    )


def table_lines(rows: Sequence[BenchmarkRow]) -> list[str]:
    """Return an aligned Markdown table of all rows and a legend."""
    ordered = sorted(rows, key=lambda row: (_ORDER.index(row.group), row.hidden_dim or math.inf))
    cells = [_cells(row) for row in ordered]
    widths = [max(len(line[k]) for line in (_COLUMNS, *cells)) for k in range(len(_COLUMNS))]
    rule = ["-" * width if left else "-" * (width - 1) + ":" for width, left in _paired(widths)]
    lines = [_line(_COLUMNS, widths), f"| {' | '.join(rule)} |"]
    lines += [_line(line, widths) for line in cells]
    return [*lines, "", *_LEGEND]


def row_json(row: BenchmarkRow) -> dict[str, Any]:
    """Return a row as plain JSON values."""
    return {"event": "benchmark_row", **asdict(row)}


def machine_json(machine: Machine) -> dict[str, Any]:
    """Return the machine as plain JSON values."""
    return {"event": "benchmark_machine", **asdict(machine)}


_LEGEND = (
    "Everybody took turns, each after a run that is not timed; ratios were taken within a round.",
    "x NumPy: words/s against RNNNumpy.sgd_step; % ceiling: useful operations (6HC + 12H² a word)",
    "as a share of the large product's; memory: the most taken beyond the parameters.",
)


def _cells(row: BenchmarkRow) -> tuple[str, ...]:
    name = f"{row.name} ({row.note})" if row.note else row.name
    return (
        "" if row.hidden_dim is None else str(row.hidden_dim),
        name,
        "not measured" if row.value is None else _with_unit(row.value.median, row.unit),
        "" if row.value is None or row.value.rounds == 1 else _range(row.value),
        "" if row.times_numpy is None else _number(row.times_numpy.median),
        "" if row.ceiling_percent is None else _number(row.ceiling_percent.median),
        "" if row.peak_mb is None else f"{_number(row.peak_mb)} MB",
        "" if row.target is None else _target_text(row.target, row.unit),
        "" if row.is_met is None else "yes" if row.is_met else "no",
    )


def _target_text(target: Target, unit: str) -> str:
    return f"{'>=' if target.is_least else '<='} {_with_unit(target.bound, unit)}"


def _with_unit(value: float, unit: str) -> str:
    return f"{_number(value)} {unit}".rstrip()


def _range(spread: Spread) -> str:
    return f"{_number(spread.low)} - {_number(spread.high)}"


def _number(value: float) -> str:
    """Return three figures that mean something, and no more."""
    if value == 0.0:
        return "0"
    if abs(value) < _SMALLEST_DECIMAL:
        return f"{value:.1e}"
    digits = 2 - math.floor(math.log10(abs(value)))
    return f"{round(value, digits):,.{min(3, max(0, digits))}f}"


def _paired(widths: Sequence[int]) -> list[tuple[int, bool]]:
    return list(zip(widths, _IS_TEXT, strict=True))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.ljust(width) if left else cell.rjust(width)
        for cell, (width, left) in zip(cells, _paired(widths), strict=True)
    ]
    return f"| {' | '.join(padded)} |"
