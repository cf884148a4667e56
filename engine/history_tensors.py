"""A training history and lists of strings as tensors, and back.

This is a part of the files of models and states; `model_parts` has checked dtypes and
shapes before anything is read here. P points, E evaluations, R halvings.
"""

import math
from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.errors import ModelFileError
from engine.events import EpochDone, RateHalved
from engine.files.tensors import Array, TensorFileReader, demand
from engine.language_model import TrainingHistory

# The columns of version 1; they do not change when a record gains a field.
POINT_COLUMNS = {
    "steps": "I64",
    "epochs": "F64",
    "losses": "F64",
    "learning_rates": "F64",
    "elapsed_s": "F64",
}
EVALUATION_COLUMNS = (
    "epoch",
    "step",
    "training_loss",
    "validation_loss",  # NaN where the record has None
    "learning_rate",
    "words_per_s",
    "elapsed_s",
    "is_best",
)
HALVING_COLUMNS = ("step", "epoch", "learning_rate")  # the reasons are strings beside it
_MAY_BE_NAN = EVALUATION_COLUMNS.index("validation_loss")


def history_to_tensors(history: TrainingHistory) -> dict[str, Array]:
    """Return the history's tensors; entries that are not finite are left out."""
    columns = {name: np.array(column) for name, column in history.columns().items()}  # (P,)
    is_finite = np.ones(len(history), np.bool_)  # (P,)
    for values in columns.values():
        is_finite &= np.isfinite(values)
    rows = [
        [_number(getattr(done, name)) for name in EVALUATION_COLUMNS]
        for done in history.evaluations
    ]
    evaluations = np.array(rows, np.float64).reshape(-1, len(EVALUATION_COLUMNS))  # (E, 8)
    halvings = [[getattr(half, name) for name in HALVING_COLUMNS] for half in history.halvings]
    text, ends = pack_strings([half.reason for half in history.halvings])
    return {
        **{f"history.{name}": values[is_finite] for name, values in columns.items()},
        "evaluations": evaluations[_has_numbers(evaluations)],
        "halvings": np.array(halvings, np.float64).reshape(-1, len(HALVING_COLUMNS)),  # (R, 3)
        "reasons.text": text,
        "reasons.ends": ends,
    }


def read_history(reader: TensorFileReader) -> TrainingHistory:
    """Undo `history_to_tensors`.

    Raises
    ------
    ModelFileError
        If a number is not finite or not whole where it must be.
    """
    columns: dict[str, Any] = {}
    for name, dtype in POINT_COLUMNS.items():
        values = reader.read(f"history.{name}")  # (P,)
        demand(
            bool(np.isfinite(values).all()), f"'history.{name}' holds numbers that are not finite"
        )
        columns[name] = array("q" if dtype == "I64" else "d", values.tobytes())
    evaluations, halvings = reader.read("evaluations"), reader.read("halvings")
    demand(
        bool(_has_numbers(evaluations).all() and np.isfinite(halvings).all()),
        "its evaluations hold numbers that are not finite",
    )
    reasons = read_strings(reader, "reasons")
    return TrainingHistory(
        **columns,
        evaluations=tuple(_evaluation(row) for row in evaluations.tolist()),
        halvings=tuple(
            RateHalved(step=int(step), epoch=epoch, learning_rate=rate, reason=reason)
            for (step, epoch, rate), reason in zip(halvings.tolist(), reasons, strict=True)
        ),
    )


def pack_strings(strings: Sequence[str]) -> tuple[Array, Array]:
    """Return one array of UTF-8 bytes, and where in it each string ends."""
    # surrogatepass: any Python string, even half of a pair, comes back as it was
    parts = [string.encode("utf-8", "surrogatepass") for string in strings]
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    return np.frombuffer(b"".join(parts), np.uint8), ends


def read_strings(reader: TensorFileReader, name: str) -> list[str]:
    """Undo `pack_strings` for the tensors ``name.text`` and ``name.ends``."""
    ends: list[int] = reader.read(f"{name}.ends").tolist()
    text = reader.read(f"{name}.text").tobytes()
    starts = [0, *ends[:-1]] if ends else []
    demand((ends[-1] if ends else 0) == len(text), f"the texts of '{name}' are cut off")
    places = list(zip(starts, ends, strict=True))
    demand(all(0 <= start <= end for start, end in places), f"the texts of '{name}' overlap")
    try:
        return [text[start:end].decode("utf-8", "surrogatepass") for start, end in places]
    except UnicodeDecodeError as error:
        raise ModelFileError(f"the texts of '{name}' are not UTF-8") from error


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _has_numbers(evaluations: Array) -> Array:
    """Return for each row (E,) whether all but the validation loss are finite."""
    others = np.isfinite(np.delete(evaluations, _MAY_BE_NAN, axis=1)).all(axis=1)
    row_is_usable: Array = others & ~np.isinf(evaluations[:, _MAY_BE_NAN])
    return row_is_usable


def _evaluation(row: list[float]) -> EpochDone:
    values = dict(zip(EVALUATION_COLUMNS, row, strict=True))
    validation_loss = values["validation_loss"]
    return EpochDone(
        epoch=values["epoch"],
        step=int(values["step"]),
        training_loss=values["training_loss"],
        validation_loss=None if math.isnan(validation_loss) else validation_loss,
        learning_rate=values["learning_rate"],
        words_per_s=values["words_per_s"],
        elapsed_s=values["elapsed_s"],
        is_best=bool(values["is_best"]),
    )
