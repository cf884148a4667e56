"""The settings of each job, as frozen records that check themselves.

A record is made once, when the user starts a job, and is never changed. No
record reads a file or knows a widget.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Self, get_args

from engine.errors import ConfigError
from engine.files.records import JsonRecord

Recipe = Literal["fast", "tutorial"]
DeviceRequest = Literal["auto", "cpu", "cuda"]
Dtype = Literal["float32", "float64"]
RowPolicy = Literal["skip", "stop"]
TextUnit = Literal["lines", "paragraphs"]
# "auto": the one that suits the text; the others are in `engine.tokenization.tokenizers`
TokenizerName = Literal["auto", "tutorial", "words", "whitespace", "characters"]
# "rules": those of `tokenization.sentence_ends`; "punkt": Punkt's alone, as it was before them
SentenceEnds = Literal["rules", "punkt"]
CountedText = Literal["training", "all"]
# What encloses a field; "backslash": double quotes, with \" inside; "none": nothing, a quotation
# mark is a character as any other
Quoting = Literal["double", "backslash", "single", "curly", "none"]

_LARGEST_RATE = 1e38  # what a parameter in float32 can still be multiplied by
_LARGEST_SEED = (1 << 64) - 1  # what a stream of random numbers can be keyed with
_MOST_DROPPED = 0.9  # of the numbers that a step leaves out
_LONGEST_DELIMITER = 5  # characters
_LONGEST_LADDER = 100  # rungs
_LARGEST_PENALTY = 100.0
# The fields of `SampleConfig` that say how a word is chosen.
FILTERS = ("temperature", "top_k", "top_p", "min_p", "repetition_penalty", "no_repeat_ngram")
_LONGEST_NGRAM = 100  # words
_MOST_BEAMS = 1_000
TUTORIAL_UNITS = 100  # hidden ones
SPECIAL_TOKENS = 3  # SENTENCE_START, SENTENCE_END, UNKNOWN_TOKEN


def require(condition: bool, message: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Raise `ConfigError` with `message` unless `condition` holds."""
    if not condition:
        raise ConfigError(message)


def require_seed(seed: int) -> None:
    """Raise `ConfigError` unless `seed` is one that gives random numbers of its own."""
    require(
        0 <= seed <= _LARGEST_SEED,
        f"A seed is a whole number from 0 to {_LARGEST_SEED:,}, not {seed}.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvConfig(JsonRecord):
    """How to read a file of text; None means "detect it"."""

    columns: tuple[str, ...] = ()  # names, or 1-based numbers; several are joined; () = guess
    has_header: bool | None = None
    encoding: str | None = None
    delimiter: str | None = None  # a line end = the file has one column
    skip_rows: int | None = None  # lines above the table
    quoting: Quoting | None = None
    sheet: str | None = None  # of a spreadsheet, by its name; None = the first that is in sight
    documents: TextUnit | None = None  # what a document is in a plain text (.txt)
    decode_entities: bool = False  # whether &amp; in a text is read as &
    bad_rows: RowPolicy = "skip"

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(self.columns))
        require(
            self.delimiter is None or 1 <= len(self.delimiter) <= _LONGEST_DELIMITER,
            f"The delimiter must have 1 to {_LONGEST_DELIMITER} characters, "
            f"not {self.delimiter!r}.",
        )
        require(
            self.skip_rows is None or self.skip_rows >= 0,
            f"The lines to skip are a number, 0 or more, not {self.skip_rows}.",
        )
        require(
            self.quoting in (None, *get_args(Quoting)),
            f"Fields can stand in quotes that are {', '.join(get_args(Quoting))}, "
            f"not {self.quoting!r}.",
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
class TokenizerConfig(JsonRecord):
    """How a text becomes words; kept with a model, since what is typed is read alike."""

    name: TokenizerName = "auto"
    language: str = "auto"  # such as "de"; "" = not known; "auto" = told from the text
    lower_case: bool = True  # of `words` and `characters`; the tutorial's always does
    merge_numbers: bool = False  # of `words` and `characters`: each number is one word
    merge_links: bool = False  # links and e-mail addresses, and user names, one word each
    sentence_ends: SentenceEnds = "rules"
    unknown_word: str = ""  # of `whitespace`: what the text itself has for unknown words

    def __post_init__(self) -> None:
        names = get_args(TokenizerName)
        require(
            self.name in names,
            f"Unknown tokenizer {self.name!r}: choose one of {', '.join(names)}.",
        )
        require(
            self.name in ("auto", "words", "characters")
            or not (self.merge_numbers or self.merge_links),
            "Numbers and links become one word with the tokenizers words and characters, not "
            f"with {self.name}.",
        )
        require(
            not self.unknown_word or self.name == "whitespace",
            "A word that stands for unknown ones goes with the tokenizer whitespace, not with "
            f"{self.name}.",
        )
        require(
            len(self.unknown_word.split()) < 2 and self.unknown_word == self.unknown_word.strip(),
            f"The word for unknown ones is one word, without blanks, not {self.unknown_word!r}.",
        )


# What a text was prepared with before there was a choice.
FORMER_TOKENIZER = TokenizerConfig(name="tutorial", language="en", sentence_ends="punkt")
_FORMER = {
    "tokenizer": FORMER_TOKENIZER.to_json(),
    "min_count": 1,
    "counted": "all",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusConfig(JsonRecord):
    """From a file to the sentences and the vocabulary of one corpus."""

    path: Path  # of a file, or of a folder whose files are one text
    others: tuple[Path, ...] = ()  # more files and folders of the same text, after `path`
    bad_files: RowPolicy = "stop"  # what is done with one of several files that cannot be read
    csv: CsvConfig = CsvConfig()
    tokenizer: TokenizerConfig = TokenizerConfig()
    vocabulary_size: int = 8000  # words kept, including the three special tokens
    min_count: int = 2  # a word that occurs less often becomes UNKNOWN_TOKEN
    counted: CountedText = "training"  # where words are counted; what is held out tells no word
    validation_fraction: float = 0.05  # share of the documents held out
    remove_duplicates: bool = False
    seed: int = 0  # of the split into training and validation documents
    processes: int | None = None  # None = one for each core

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", Path(self.path))
        object.__setattr__(self, "others", tuple(map(Path, self.others)))
        require(
            self.bad_files in get_args(RowPolicy),
            f"Damaged files can be skipped ('skip') or refused ('stop'), not {self.bad_files!r}.",
        )
        require(
            self.vocabulary_size > SPECIAL_TOKENS,
            f"The vocabulary needs at least {SPECIAL_TOKENS + 1} entries "
            f"({SPECIAL_TOKENS} are special tokens), not {self.vocabulary_size}.",
        )
        require(
            self.min_count >= 1,
            f"A word must occur at least once to be known, not {self.min_count} times.",
        )
        require(
            0.0 <= self.validation_fraction <= 0.5,
            "The validation share must be between 0 and 0.5 of the documents, "
            f"not {self.validation_fraction}.",
        )
        require_seed(self.seed)

    @classmethod
    def from_json(cls, values: object) -> Self:
        """Build the record; of a program before these settings they are what it did."""
        if isinstance(values, dict):
            values = _FORMER | values
        return super(CorpusConfig, cls).from_json(values)

    @property
    def paths(self) -> tuple[Path, ...]:
        """All files and folders of the text."""
        return self.path, *self.others

    def at(self, paths: Sequence[Path]) -> "CorpusConfig":
        """Return the same of a text that lies elsewhere."""
        return replace(self, path=paths[0], others=tuple(paths[1:]))

    def absolute(self) -> "CorpusConfig":
        """Return the same, whatever the working directory is."""
        return self.at([path.absolute() for path in self.paths])


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig(JsonRecord):
    """The size of the network and where its numbers live.

    Attributes
    ----------
    hidden_dim : int, optional
        H, the hidden units; None takes what the recipe has for the text (see `settle_model`).
    """

    hidden_dim: int | None = None
    bptt_truncate: int = 4  # steps an error goes back from the output that made it
    dtype: Dtype = "float32"
    device: DeviceRequest = "auto"
    seed: int = 0  # of the initial parameters

    def __post_init__(self) -> None:
        require(
            self.hidden_dim is None or 1 <= self.hidden_dim <= 8192,
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
        require_seed(self.seed)

    @property
    def units(self) -> int:
        """H, the tutorial's where it is left open."""
        return TUTORIAL_UNITS if self.hidden_dim is None else self.hidden_dim


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig(JsonRecord):
    """How to train; None takes the recipe's own value (see `recipe_defaults`)."""

    recipe: Recipe = "fast"
    learning_rate: float | None = None
    batch_size: int | None = None  # sentences per step; the tutorial's recipe always takes 1
    epochs: int = 10
    time_limit_s: float | None = None
    evaluate_every: int = 1  # epochs between two evaluations
    clip_norm: float | None = None  # of the gradient of the mean loss per word; fast recipe only
    seed: int = 0  # of the order of the sentences
    allow_tf32: bool = False  # on a GPU: products of float32 numbers cut to 10 bits, and faster
    # Of the fast recipe only. None: by the size of the text when a run begins (see `settle`); in
    # a stored run it is what the recipe did before it had this.
    unigram_start: bool | None = None  # the first network predicts words by how common they are
    adam_epsilon: float | None = None  # added to the root of the mean squared gradient
    weight_decay: float | None = (
        None  # share of each parameter that a step takes off, over the rate
    )
    input_dropout: float | None = None  # share of the numbers of U x that a step leaves out
    output_dropout: float | None = None  # share of the hidden numbers that V does not see
    averaging: float | None = None  # weight that the mean of the parameters keeps at each step
    softmax_sample: float | None = None  # share of the words that a step's softmax is over; 1: all
    label_smoothing: float | None = None  # share of each target that goes to all words alike
    min_improvement: float | None = None  # nats; an evaluation that gains less halves the rate

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
        epsilon, decay = self.adam_epsilon, self.weight_decay
        require(
            epsilon is None or (math.isfinite(epsilon) and epsilon > 0.0),
            f"Adam's epsilon must be a positive number, not {epsilon}.",
        )
        require(
            decay is None or (math.isfinite(decay) and decay >= 0.0),
            f"The weight decay must be 0 or more, not {decay}.",
        )
        require(
            self.averaging is None or 0.0 <= self.averaging < 1.0,
            f"The weight of the averaged parameters is from 0 to below 1, not {self.averaging}.",
        )
        sample = self.softmax_sample
        require(
            sample is None or 0.0 < sample <= 1.0,
            "The share of the words that a softmax is over is above 0 and at most 1 (the exact "
            f"softmax), not {sample}.",
        )
        smoothing = self.label_smoothing
        require(
            smoothing is None or 0.0 <= smoothing < 1.0,
            f"The label smoothing is a share from 0 to below 1, not {smoothing}.",
        )
        gain = self.min_improvement
        require(
            gain is None or (math.isfinite(gain) and gain >= 0.0),
            f"The least improvement is a number of nats from 0 on, not {gain}.",
        )
        for dropout in (self.input_dropout, self.output_dropout):
            require(
                dropout is None or 0.0 <= dropout <= _MOST_DROPPED,
                f"A dropout is a share from 0 to {_MOST_DROPPED:g}, not {dropout}.",
            )
        require_seed(self.seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleConfig(JsonRecord):
    """How sentences are made: what they begin with, how each next word is chosen, how many.

    The filters act in this order: `no_repeat_ngram`, `repetition_penalty`, `temperature`, `top_k`,
    `top_p`, `min_p`; `engine.sampling.filters` has their formulas.
    """

    count: int = 10
    start: str | tuple[str, ...] = ""  # a text is cut into words as typed ones are; () or "" = none
    min_length: int = 7  # words, those of `start` included
    max_length: int = 100  # words; a longer sentence is cut there and says so
    temperature: float = 1.0  # 0 = always the most probable word
    top_k: int | None = None  # only the k most probable words
    top_p: float = 1.0  # only the most probable words that together have this probability
    min_p: float = 0.0  # only words with at least this share of the best word's probability
    repetition_penalty: float = 1.0  # divides the score of words that were said already
    no_repeat_ngram: int = 0  # > 0: no run of so many words comes twice in a sentence
    ladder: tuple[float, ...] = ()  # one sentence at each of these temperatures, `count` unused
    beams: int = 0  # > 0: search for the most probable sentences, with so many at a time
    seed: int | None = None  # None = a fresh one, which the result names

    def __post_init__(self) -> None:
        if not isinstance(self.start, str):
            object.__setattr__(self, "start", tuple(self.start))
        object.__setattr__(self, "ladder", tuple(float(rung) for rung in self.ladder))
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
        for temperature in (self.temperature, *self.ladder):
            require(
                math.isfinite(temperature) and temperature >= 0.0,
                f"The temperature must be 0 or a positive number, not {temperature}.",
            )
        require(
            len(self.ladder) <= _LONGEST_LADDER,
            f"A temperature ladder has at most {_LONGEST_LADDER} rungs, not {len(self.ladder)}.",
        )
        self._check_filters()
        if self.seed is not None:
            require_seed(self.seed)

    def _check_filters(self) -> None:
        require(
            self.top_k is None or self.top_k >= 1,
            f"Top-k keeps at least 1 word, not {self.top_k}.",
        )
        require(0.0 < self.top_p <= 1.0, f"Top-p must be above 0 and at most 1, not {self.top_p}.")
        require(0.0 <= self.min_p <= 1.0, f"Min-p must be between 0 and 1, not {self.min_p}.")
        require(
            1.0 <= self.repetition_penalty <= _LARGEST_PENALTY,
            f"The repetition penalty must be between 1 (none) and {_LARGEST_PENALTY:g}, "
            f"not {self.repetition_penalty}.",
        )
        require(
            0 <= self.no_repeat_ngram <= _LONGEST_NGRAM,
            f"A run of 1 to {_LONGEST_NGRAM} words can be kept from coming twice, or 0 for none, "
            f"not {self.no_repeat_ngram}.",
        )
        require(
            0 <= self.beams <= _MOST_BEAMS,
            f"Beam search keeps between 1 and {_MOST_BEAMS:,} sentences at a time, "
            f"not {self.beams}.",
        )
        require(
            not self.beams or not (self.ladder or self.filters_words or self.temperature != 1.0),
            "Beam search looks for the most probable sentences of the model as it is: it takes no "
            "temperature, filter or ladder.",
        )

    @property
    def filters_words(self) -> bool:
        """Whether more than the temperature changes the model's probabilities."""
        return (
            self.top_k is not None
            or self.top_p < 1.0
            or self.min_p > 0.0
            or self.repetition_penalty > 1.0
            or self.no_repeat_ngram > 0
        )

    @property
    def is_certain(self) -> bool:
        """Whether the most probable word is always taken, so that no seed changes a sentence."""
        return self.temperature == 0.0 or self.top_k == 1
