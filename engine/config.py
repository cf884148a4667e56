"""The settings of each job, as frozen records that check themselves.

A record is made once, when the user starts a job, and is never changed. No
record reads a file or knows a widget.
"""

import dataclasses
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self, get_args

from engine.errors import ConfigError

Recipe = Literal["fast", "tutorial"]
DeviceRequest = Literal["auto", "cpu", "cuda"]
Dtype = Literal["float32", "float64"]
RowPolicy = Literal["skip", "stop"]
TextUnit = Literal["lines", "paragraphs"]
Quoting = Literal["double", "none"]  # "none": a quotation mark is a character as any other

_LARGEST_RATE = 1e38  # what a parameter in float32 can still be multiplied by
SPECIAL_TOKENS = 3  # SENTENCE_START, SENTENCE_END, UNKNOWN_TOKEN


def require(condition: bool, message: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Raise `ConfigError` with `message` unless `condition` holds."""
    if not condition:
        raise ConfigError(message)


class _JsonRecord:
    """To and from plain JSON values; unknown keys of newer versions are left out."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """Return the fields as plain JSON values."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        return {field.name: _plain(getattr(self, field.name)) for field in fields}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Build the record from `to_json`'s values; raise `ConfigError` if one cannot be used."""
        known = {field.name for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
        kept = {key: value for key, value in values.items() if key in known}
        try:
            return cls(**kept)
        except (TypeError, ValueError) as error:
            raise ConfigError(
                f"The stored settings of {cls.__name__} are damaged: {error}."
            ) from error


def _plain(value: object) -> object:
    if isinstance(value, _JsonRecord):
        return value.to_json()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvConfig(_JsonRecord):
    """How to read a file of text; None means "detect it"."""

    columns: tuple[str, ...] = ()  # names, or 1-based numbers; several are joined; () = guess
    has_header: bool | None = None
    encoding: str | None = None
    delimiter: str | None = None  # a line end = the file has one column
    quoting: Quoting | None = None
    documents: TextUnit | None = None  # what a document is in a plain text (.txt)
    decode_entities: bool = False  # whether &amp; in a text is read as &
    bad_rows: RowPolicy = "skip"

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(self.columns))
        require(
            self.delimiter is None or len(self.delimiter) == 1,
            f"The delimiter must be one character, not {self.delimiter!r}.",
        )
        require(
            self.quoting in (None, *get_args(Quoting)),
            f"Fields stand in double quotes ('double') or not ('none'), not {self.quoting!r}.",
        )
        require(
            self.bad_rows in get_args(RowPolicy),
            f"Damaged rows can be skipped ('skip') or refused ('stop'), not {self.bad_rows!r}.",
        )
        require(
            self.documents in (None, *get_args(TextUnit)),
            f"The documents of a plain text are lines or paragraphs, not {self.documents!r}.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusConfig(_JsonRecord):
    """From a file to the sentences and the vocabulary of one corpus."""

    path: Path
    csv: CsvConfig = CsvConfig()
    vocabulary_size: int = 8000  # words kept, the three special tokens included
    validation_fraction: float = 0.05  # share of the documents held out
    remove_duplicates: bool = False
    seed: int = 0  # of the split into training and validation documents
    processes: int | None = None  # None = one for each core

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", Path(self.path))
        csv: object = self.csv
        if isinstance(csv, dict):  # as `to_json` left it
            object.__setattr__(self, "csv", CsvConfig.from_json(csv))
        require(
            self.vocabulary_size > SPECIAL_TOKENS,
            f"The vocabulary needs at least {SPECIAL_TOKENS + 1} entries "
            f"({SPECIAL_TOKENS} are special tokens), not {self.vocabulary_size}.",
        )
        require(
            0.0 <= self.validation_fraction <= 0.5,
            "The validation share must be between 0 and 0.5 of the documents, "
            f"not {self.validation_fraction}.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig(_JsonRecord):
    """The size of the network and where its numbers live."""

    hidden_dim: int = 100
    bptt_truncate: int = 4  # steps an error goes back from the output that made it
    dtype: Dtype = "float32"
    device: DeviceRequest = "auto"
    seed: int = 0  # of the initial parameters

    def __post_init__(self) -> None:
        require(
            1 <= self.hidden_dim <= 8192,
            f"The hidden size must be between 1 and 8192, not {self.hidden_dim}.",
        )
        require(
            self.bptt_truncate >= 0,
            f"bptt_truncate is a number of steps, 0 or more, not {self.bptt_truncate}.",
        )
        require(self.dtype in get_args(Dtype), f"Unknown number format {self.dtype!r}.")
        require(
            self.device in get_args(DeviceRequest),
            f"Unknown device {self.device!r}: choose auto, cpu or cuda.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig(_JsonRecord):
    """How to train; None takes the recipe's own value (see `recipe_defaults`)."""

    recipe: Recipe = "fast"
    learning_rate: float | None = None
    batch_size: int | None = None  # sentences a step; the tutorial's recipe always takes 1
    epochs: int = 10
    time_limit_s: float | None = None
    evaluate_every: int = 1  # epochs between two evaluations
    clip_norm: float | None = None  # largest gradient norm, per sentence; the fast recipe only
    seed: int = 0  # of the order of the sentences
    allow_tf32: bool = False  # on a GPU: products of float32 numbers cut to 10 bits, and faster

    def __post_init__(self) -> None:
        require(
            self.recipe in get_args(Recipe),
            f"Unknown recipe {self.recipe!r}: choose fast or tutorial.",
        )
        rate = self.learning_rate
        require(
            rate is None or (math.isfinite(rate) and rate > 0.0),
            f"The learning rate must be a positive number, not {rate}.",
        )
        require(
            rate is None or rate <= _LARGEST_RATE,
            f"The learning rate must be at most {_LARGEST_RATE:g}, not {rate}.",
        )
        require(
            self.batch_size is None or 1 <= self.batch_size <= 65536,
            f"The batch size must be between 1 and 65536 sentences, not {self.batch_size}.",
        )
        require(self.epochs >= 1, f"Train for at least one epoch, not {self.epochs}.")
        limit = self.time_limit_s
        require(
            limit is None or (math.isfinite(limit) and limit > 0.0),
            f"The time limit must be a positive number of seconds, not {limit}.",
        )
        require(
            self.evaluate_every >= 1,
            f"Evaluate every 1 epoch or more, not every {self.evaluate_every}.",
        )
        require(
            self.clip_norm is None or self.clip_norm > 0.0,
            f"The largest gradient norm must be positive, not {self.clip_norm}.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleConfig(_JsonRecord):
    """How to draw sentences."""

    count: int = 10
    min_length: int = 7  # words
    max_length: int = 100  # words; a longer sentence is cut there and says so
    temperature: float = 1.0
    seed: int | None = None  # None = a fresh one, which the result names

    def __post_init__(self) -> None:
        require(
            1 <= self.count <= 100_000,
            f"Generate between 1 and 100,000 sentences, not {self.count}.",
        )
        require(
            0 <= self.min_length <= self.max_length,
            f"The shortest sentence ({self.min_length} words) must not be longer than "
            f"the longest ({self.max_length} words).",
        )
        require(
            1 <= self.max_length <= 10_000,
            f"The longest sentence must have between 1 and 10,000 words, not {self.max_length}.",
        )
        require(
            math.isfinite(self.temperature) and self.temperature > 0.0,
            f"The temperature must be a positive number, not {self.temperature}.",
        )
