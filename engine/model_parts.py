"""What the model file and the state file of a run have in common: settings, vocabulary, layout.

The files themselves are written and read by `checkpoint` and `state_file`. With C words, P
points, E evaluations and R halvings.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

import numpy as np

from engine.config import SPECIAL_TOKENS, ModelConfig, TrainConfig
from engine.corpus.corpus import CorpusSummary
from engine.corpus.vocabulary import Vocabulary
from engine.errors import EngineError, ModelFileError
from engine.files.records import record_from_json
from engine.files.tensors import Array, Header, TensorFileReader, demand
from engine.history_tensors import (
    EVALUATION_COLUMNS,
    HALVING_COLUMNS,
    POINT_COLUMNS,
    pack_strings,
    read_strings,
)

REAL = ("F32", "F64")  # number formats of parameters

Layout: TypeAlias = dict[str, tuple[tuple[str, ...], tuple[int, ...]]]  # number formats and shape


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


def settings_to_json(trained: _Trained) -> dict[str, object]:
    """Return the network's, the training's and the text's settings for JSON."""
    return {
        "model_config": trained.model_config.to_json(),
        "train_config": trained.train_config.to_json(),
        "summary": dataclasses.asdict(trained.summary),
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
    }


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
