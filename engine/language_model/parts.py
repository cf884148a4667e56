"""Settings, vocabulary and history to tensors and JSON, and back: for model and state files alike.

The files themselves are written and read by `checkpoint` and `engine.training.state`. With C
words, P points, E evaluations and R halvings.
"""

import dataclasses
import json
import math
from array import array
from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Any, Protocol, TypeAlias

import numpy as np

from engine.config import SPECIAL_TOKENS, ModelConfig, TrainConfig
from engine.corpus.corpus import CorpusSummary
from engine.errors import EngineError, ModelFileError
from engine.files.records import parse_json, record_from_json
from engine.files.tensors import Array, Header, TensorFileReader, demand
from engine.language_model.history import EpochDone, RateHalved, TrainingHistory
from engine.tokenization.reading import Reading
from engine.tokenization.vocabulary import Vocabulary

REAL = ("F32", "F64")  # number formats of parameters

Layout: TypeAlias = dict[str, tuple[tuple[str, ...], tuple[int, ...]]]  # number formats and shape

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
_SAMPLES, _CHANGE_ERRORS = "samples", "change_errors"  # in the metadata


class _Trained(Protocol):
    """What has learned with settings from a text."""

    @property
    def model_config(self) -> ModelConfig:
        """The network."""

    @property
    def train_config(self) -> TrainConfig:
        """How it learns."""

    @property
    def summary(self) -> CorpusSummary:
        """The text."""

    @property
    def reading(self) -> Reading:
        """How the text was read."""


def settings_to_json(trained: _Trained) -> dict[str, object]:
    """Return the network's, the training's and the text's settings for JSON."""
    return {
        "model_config": trained.model_config.to_json(),
        "train_config": trained.train_config.to_json(),
        "summary": dataclasses.asdict(trained.summary),
        "reading": trained.reading.to_json(),
    }


def settings_from_json(values: Mapping[str, object]) -> dict[str, Any]:
    """Undo `settings_to_json`: return each as the record that it must be.

    Raises
    ------
    ModelFileError
        If one is missing or out of range.
    """
    return {
        "model_config": record_from_json(ModelConfig, values.get("model_config")),
        "train_config": record_from_json(TrainConfig, values.get("train_config")),
        "summary": record_from_json(CorpusSummary, values.get("summary")),
        # Files of a program before it: the tutorial's tokeniser, as it was then.
        "reading": record_from_json(Reading, values.get("reading", {})),
    }


def demand_usable(U: Array, V: Array, W: Array) -> None:
    """Demand that no state and no score can overflow, though each number is finite.

    A state is at most 1 in size, so that H times the largest entry bounds every sum.
    """
    H = len(W)
    limit = 0.5 * float(np.finfo(U.dtype).max)  # scores are computed in bits, too: 1.44 times
    largest = {
        name: max(float(values.max()), -float(values.min()))  # no second array of its size
        for name, values in (("U", U), ("V", V), ("W", W))
    }
    demand(H * largest["V"] <= limit, "'V' holds numbers so large that their sums overflow")
    demand(
        largest["U"] + H * largest["W"] <= limit,
        "'U' or 'W' holds numbers so large that their sums overflow",
    )


def vocabulary_to_tensors(vocabulary: Vocabulary) -> dict[str, Array]:
    """Return words and counts, without the three special tokens."""
    text, ends = pack_strings(vocabulary.words[2:-1])
    return {
        "words.text": text,
        "words.ends": ends,  # (C - 3,)
        "words.counts": np.array(vocabulary.counts[2:-1], np.int64),  # (C - 3,)
    }


def read_vocabulary(reader: TensorFileReader) -> Vocabulary:
    """Undo `vocabulary_to_tensors`.

    Raises
    ------
    ModelFileError
        If it cannot be numbered.
    """
    words, counts = read_strings(reader, "words"), reader.read("words.counts")
    demand(bool((counts >= 0).all()), "its vocabulary has negative counts")
    demand(len(set(words)) == len(words), "its vocabulary has the same word twice")
    try:
        return Vocabulary.from_words(words, counts.tolist())
    except (EngineError, ValueError) as error:
        raise ModelFileError(f"its vocabulary cannot be used ({error})") from error


def vocabulary_size(header: Header) -> int:
    """Return C as the file has it; the shapes are not checked yet."""
    return _length(header, "words.ends") + SPECIAL_TOKENS


def text_layout(header: Header) -> Layout:
    """Return the tensors of a vocabulary and a history as long as those of `header`."""
    words = vocabulary_size(header) - SPECIAL_TOKENS
    points, halved = _length(header, "history.steps"), _length(header, "halvings")
    return {
        **{f"history.{name}": ((kind,), (points,)) for name, kind in POINT_COLUMNS.items()},
        "words.text": (("U8",), (_length(header, "words.text"),)),
        "words.ends": (("I64",), (words,)),
        "words.counts": (("I64",), (words,)),
        "reasons.text": (("U8",), (_length(header, "reasons.text"),)),
        "reasons.ends": (("I64",), (halved,)),
        "evaluations": (("F64",), (_length(header, "evaluations"), len(EVALUATION_COLUMNS))),
        "halvings": (("F64",), (halved, len(HALVING_COLUMNS))),
    }


def demand_layout(header: Header, layout: Layout, what: str, *, others: int = 0) -> None:
    """Demand exactly the tensors of `layout`, and so many `others` that it does not name.

    Raises
    ------
    ModelFileError
        If one is missing, has another number format or shape, or there are more.
    """
    tensors = header.tensors
    for name, (formats, _shape) in layout.items():
        demand(name in tensors, f"it lacks '{name}'")
        demand(tensors[name].dtype in formats, f"'{name}' has the wrong number format")
    demand(len(tensors) == len(layout) + others, f"it holds more than {what}")
    for name, (_formats, shape) in layout.items():
        found = tensors[name].shape
        demand(found == shape, f"'{name}' has the shape {found}, not {shape}")


def _length(header: Header, name: str) -> int:
    info = header.tensors.get(name)
    return 0 if info is None else (info.shape or (0,))[0]


def history_to_tensors(history: TrainingHistory) -> dict[str, Array]:
    """Return the history's tensors; entries that are not finite are left out."""
    columns = {name: np.array(column) for name, column in history.columns().items()}  # (P,)
    is_finite = np.ones(len(history), np.bool_)  # (P,)
    for values in columns.values():
        is_finite &= np.isfinite(values)
    evaluations = _evaluation_rows(history)  # (E, 8)
    rows = [[getattr(half, name) for name in HALVING_COLUMNS] for half in history.halvings]
    halvings = np.array(rows, np.float64).reshape(len(rows), len(HALVING_COLUMNS))  # (R, 3)
    text, ends = pack_strings([half.reason for half in history.halvings])
    return {
        **{f"history.{name}": values[is_finite] for name, values in columns.items()},
        "evaluations": evaluations[_has_numbers(evaluations)],
        "halvings": halvings,
        "reasons.text": text,
        "reasons.ends": ends,
    }


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _SampleMark:
    """That an evaluation was of a sample, which the columns of version 1 do not say."""

    evaluation: int  # its number among those that are kept
    standard_error: float | None
    is_interim: bool


def history_to_metadata(history: TrainingHistory) -> dict[str, str]:
    """Return what the tensors of a history do not say; nothing where they say all."""
    kept = list(compress(history.evaluations, _has_numbers(_evaluation_rows(history))))
    marks = [
        _SampleMark(
            evaluation=number, standard_error=done.standard_error, is_interim=done.is_interim
        )
        for number, done in enumerate(kept)
        if done.is_sample
    ]
    errors = {
        number: done.change_error
        for number, done in enumerate(kept)
        if done.change_error is not None and math.isfinite(done.change_error)
    }
    return {
        **({_SAMPLES: json.dumps(list(map(dataclasses.asdict, marks)))} if marks else {}),
        **({_CHANGE_ERRORS: json.dumps(errors)} if errors else {}),
    }


def _read_marks(header: Header, evaluations: int) -> dict[int, _SampleMark]:
    """Return the marks by the number of their evaluation."""
    values = parse_json(header.metadata.get(_SAMPLES, "[]"), "its samples")
    demand(isinstance(values, list), "its samples are no list")
    marks = {mark.evaluation: mark for mark in (record_from_json(_SampleMark, v) for v in values)}
    demand(all(0 <= number < evaluations for number in marks), "its samples are out of range")
    return marks


def _read_change_errors(header: Header, evaluations: int) -> dict[int, float]:
    """Return the standard errors of the changes by the number of their evaluation."""
    values = parse_json(header.metadata.get(_CHANGE_ERRORS, "{}"), "its standard errors")
    demand(isinstance(values, dict), "its standard errors are no table")
    usable = {
        int(number): error
        for number, error in values.items()
        if number.isdecimal() and isinstance(error, float) and math.isfinite(error) and error >= 0.0
    }
    demand(
        len(usable) == len(values) and all(number < evaluations for number in usable),
        "its standard errors are out of range",
    )
    return usable


def read_history(reader: TensorFileReader) -> TrainingHistory:
    """Undo `history_to_tensors` and `history_to_metadata`.

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
    marks = _read_marks(reader.header, len(evaluations))
    errors = _read_change_errors(reader.header, len(evaluations))
    return TrainingHistory(
        **columns,
        evaluations=tuple(
            _evaluation(row, marks.get(number), errors.get(number))
            for number, row in enumerate(evaluations.tolist())
        ),
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


def _evaluation_rows(history: TrainingHistory) -> Array:
    """Return the columns of version 1 for each evaluation, (E, 8)."""
    rows = [
        [_number(getattr(done, name)) for name in EVALUATION_COLUMNS]
        for done in history.evaluations
    ]
    return np.array(rows, np.float64).reshape(len(rows), len(EVALUATION_COLUMNS))


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _has_numbers(evaluations: Array) -> Array:
    """Return for each row (E,) whether all but the validation loss are finite."""
    others = np.isfinite(np.delete(evaluations, _MAY_BE_NAN, axis=1)).all(axis=1)
    row_is_usable: Array = others & ~np.isinf(evaluations[:, _MAY_BE_NAN])
    return row_is_usable


def _evaluation(
    row: list[float], mark: _SampleMark | None, change_error: float | None
) -> EpochDone:
    values: dict[str, Any] = dict(zip(EVALUATION_COLUMNS, row, strict=True))
    values["step"], values["is_best"] = int(values["step"]), bool(values["is_best"])
    if math.isnan(values["validation_loss"]):
        values["validation_loss"] = None
    return EpochDone(
        **values,
        is_sample=mark is not None,
        standard_error=None if mark is None else mark.standard_error,
        is_interim=mark is not None and mark.is_interim,
        change_error=change_error,
    )
