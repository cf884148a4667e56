"""The options that say how a text is read and a network trained; `main` has the commands.

An option that sets a field of a record of `engine.config` is a `Setting`: what may be given for it
and what holds without it are the field's.
"""

import argparse
from collections.abc import Iterable
from dataclasses import fields
from functools import cache, partial
from pathlib import Path
from types import NoneType
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from engine.config import CorpusConfig, CsvConfig, ModelConfig, TokenizerConfig, TrainConfig

TEXT_FILES = (
    "the text: CSV, TSV, spreadsheet, plain text or JSON Lines, also packed as .gz or .zip; "
    "several files, or folders of them, are one text; -: standard input"
)


class Setting(NamedTuple):
    """An option for one field of a record."""

    record: type[Any]
    field: str
    help: str
    metavar: str | None = None  # of a value that is neither one of a few nor on or off
    option: str = ""  # what it is called, where not as the field

    @property
    def name(self) -> str:
        """What its value is called among the arguments."""
        return self.option or self.field

    @property
    def is_switch(self) -> bool:
        """Whether its field is on or off, and off where nothing is typed."""
        return self._hint is bool

    @property
    def _hint(self) -> Any:
        """What its field may be."""
        return _hints(self.record)[self.field]  # type: ignore[arg-type]  # mypy: no hashable

    def add_to(self, command: argparse._ActionsContainer) -> None:
        """Add the option to a command."""
        kind = self._hint
        if NoneType in get_args(kind):  # it may be left open
            kind, _ = get_args(kind)
        default = next(each.default for each in fields(self.record) if each.name == self.field)
        add = partial(command.add_argument, f"--{self.name.replace('_', '-')}", help=self.help)
        if kind is bool:
            add(action=argparse.BooleanOptionalAction)
        elif get_origin(kind) is Literal:
            add(choices=get_args(kind), default=default)
        else:
            add(type=kind, default=default, metavar=self.metavar)


_hints = cache(get_type_hints)  # they are asked for often


_OF_FILE = (
    Setting(CsvConfig, "encoding", "such as utf-8 or cp1252; default: detected", "NAME"),
    Setting(
        CsvConfig,
        "delimiter",
        "between columns: 1 to 5 characters, \\t, \\x01; \\n = one column; default: detected",
        "C",
    ),
    Setting(
        CsvConfig, "skip_rows", "lines above the table that are left out; default: detected", "N"
    ),
    Setting(CsvConfig, "quoting", "what encloses fields; default: detected"),
    Setting(CsvConfig, "documents", "what one is in a plain text; default: detected"),
    Setting(
        CsvConfig,
        "has_header",
        "the first row names the columns, or is text already; default: detected",
        option="header",
    ),
    Setting(CsvConfig, "sheet", "of a spreadsheet; default: the first that is in sight", "NAME"),
    Setting(CsvConfig, "decode_entities", "read &amp; as &, &gt; as > and so on"),
    Setting(
        CorpusConfig,
        "bad_files",
        "one of several that cannot be read: stop and name it, or skip it",
    ),
    Setting(CsvConfig, "bad_rows", "what to do with rows that cannot be read"),
    Setting(CorpusConfig, "remove_duplicates", "keep only one of several equal documents"),
    Setting(CorpusConfig, "processes", "for splitting into words; default: all cores", "N"),
)
_OF_WORDS = (
    Setting(
        TokenizerConfig,
        "name",
        "what a word is. tutorial: NLTK's, in lower case; words: of any language with blanks; "
        "whitespace: the text is tokenised already, one sentence per line; characters: for "
        "Chinese, Japanese, Thai; auto: the one that suits the text",
        option="tokenizer",
    ),
    Setting(TokenizerConfig, "language", "of the text, such as de or fr", "CODE"),
    Setting(TokenizerConfig, "lower_case", "with --tokenizer words or characters: in lower case"),
    Setting(
        TokenizerConfig,
        "unknown_word",
        "with --tokenizer whitespace: what the text itself has for unknown words, as <unk>",
        "WORD",
    ),
    Setting(TokenizerConfig, "merge_numbers", "read each number as the same word"),
    Setting(
        TokenizerConfig,
        "merge_links",
        "read each link as one word, and each user name as another",
    ),
    Setting(
        TokenizerConfig,
        "sentence_ends",
        "where a sentence ends. rules: those of its language; punkt: NLTK's alone",
    ),
)
_OF_NETWORK = (
    Setting(CorpusConfig, "vocabulary_size", "words kept", "N"),
    Setting(
        CorpusConfig,
        "min_count",
        "words that occur less often in the training part are unknown",
        "N",
    ),
    Setting(
        CorpusConfig,
        "counted",
        "where words are counted: in the training part, or in all of the text",
    ),
    Setting(CorpusConfig, "validation_fraction", "documents held out", "X"),
    Setting(ModelConfig, "hidden_dim", "hidden units; default: by recipe and text", "H"),
    Setting(ModelConfig, "bptt_truncate", "steps back that an error is traced", "N"),
    Setting(ModelConfig, "dtype", "number format"),
    Setting(ModelConfig, "device", "where to compute"),
    Setting(TrainConfig, "allow_tf32", "faster, less exact products on a GPU", option="tf32"),
    Setting(TrainConfig, "recipe", "how to train"),
    Setting(TrainConfig, "learning_rate", "default: the recipe's", "X"),
    Setting(TrainConfig, "batch_size", "sentences per step; default: the recipe's", "N"),
    Setting(
        TrainConfig,
        "clip_norm",
        "largest norm of the gradient of the mean loss per word; default: the recipe's",
        "X",
    ),
)
_OF_TUNING = (
    Setting(TrainConfig, "unigram_start", "begin with the frequencies of the words"),
    Setting(TrainConfig, "adam_epsilon", "larger values move rare words more gently", "X"),
    Setting(
        TrainConfig, "weight_decay", "shrinks the parameters at each step, times the rate", "X"
    ),
    Setting(TrainConfig, "input_dropout", "share of the word's input left out at random", "X"),
    Setting(TrainConfig, "output_dropout", "share of the hidden state left out at random", "X"),
    Setting(TrainConfig, "averaging", "weight of the past in the mean of the parameters", "X"),
    Setting(
        TrainConfig,
        "softmax_sample",
        "share of the words that a step's softmax is over besides its own; 1: exact",
        "X",
    ),
    Setting(
        TrainConfig,
        "label_smoothing",
        "share of each target that goes to all words alike; 0: none",
        "X",
    ),
    Setting(
        TrainConfig,
        "min_improvement",
        "an evaluation that finds the loss lower by less than X nats halves the rate; 0: none",
        "X",
    ),
)
_OF_LENGTH = (
    Setting(TrainConfig, "epochs", "passes over the text", "N"),
    Setting(TrainConfig, "time_limit_s", "end sooner; default: no limit", "SECONDS", "time_limit"),
    Setting(TrainConfig, "evaluate_every", "epochs between evaluations", "N"),
)
SETTINGS = (*_OF_FILE, *_OF_WORDS, *_OF_NETWORK, *_OF_TUNING, *_OF_LENGTH)


def _add(command: argparse._ActionsContainer, settings: Iterable[Setting]) -> None:
    for each in settings:
        each.add_to(command)


def add_train_options(train: argparse.ArgumentParser) -> None:
    """Add all settings of a run, and where it is kept."""
    add = train.add_argument
    add("csv", type=Path, nargs="*", metavar="CSV", help=TEXT_FILES)
    of_file = "read the settings from this file first; options that are given as well win"
    add("--config", type=Path, metavar="FILE", help=of_file)
    printing = "write the settings as such a file to standard output, and train nothing"
    add("--print-config", action="store_true", help=printing)
    add("--out", type=Path, metavar="MODEL", help="the model file")
    add("--force", action="store_true", help="replace a model that is there")
    add("--keep-run", action="store_true", help="keep the run, to resume it: see 'runs'")
    add("--run-name", default="", metavar="NAME", help="of the kept run; default: the file's")
    add("--data-folder", type=Path, metavar="FOLDER", help="of kept runs; default: the user's")
    add_csv_options(train)
    _add(train, (*_OF_WORDS, *_OF_NETWORK))
    by_size = "the fast recipe; by default, by the size of the text"
    _add(train.add_argument_group(by_size), _OF_TUNING)
    _add(train, _OF_LENGTH)
    add("--seed", type=int, default=0, metavar="N", help="of split, parameters and order")
    add("--split-seed", type=int, metavar="N", help="of the split; default: that of --seed")
    add("--order-seed", type=int, metavar="N", help="of the order; default: that of --seed")
    add_ranks(train)


def add_csv_options(command: argparse.ArgumentParser) -> None:
    """Add how the file of a text is read."""
    column = "text column, by name or number from 1; repeat to join several; default: guessed"
    command.add_argument("--column", action="append", metavar="NAME", help=column)
    _add(command, _OF_FILE)
    anew = "prepare again, and keep nothing: see 'cache'"
    command.add_argument("--no-cache", action="store_true", help=anew)


def add_ranks(command: argparse.ArgumentParser) -> None:
    """Add what torchrun says by itself."""
    add = command.add_argument_group(
        "several processes that train one run, on one machine without torchrun"
    ).add_argument
    add("--rank", type=int, metavar="R", help="which of them this is, from 0")
    add("--ranks", type=int, metavar="N", help="how many there are")
    add("--rendezvous", type=Path, metavar="FILE", help="where they meet: a new file")
