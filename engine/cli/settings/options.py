"""The options that say how a text is read and a network trained; `main` has the commands."""

import argparse
from pathlib import Path
from typing import get_args

from engine.config import (
    CountedText,
    DeviceRequest,
    Dtype,
    Quoting,
    Recipe,
    RowPolicy,
    SentenceEnds,
    TextUnit,
    TokenizerName,
)

TEXT_FILES = (
    "the text: CSV, TSV, spreadsheet, plain text or JSON Lines, also packed as .gz or .zip; "
    "several files, or folders of them, are one text; -: standard input"
)


def add_train_options(train: argparse.ArgumentParser) -> None:
    """Add all settings of a run, and where it is kept."""
    train.add_argument("csv", type=Path, nargs="*", metavar="CSV", help=TEXT_FILES)
    of_file = "read the settings from this file first; options that are given as well win"
    train.add_argument("--config", type=Path, metavar="FILE", help=of_file)
    printing = "write the settings as such a file to standard output, and train nothing"
    train.add_argument("--print-config", action="store_true", help=printing)
    train.add_argument("--out", type=Path, metavar="MODEL", help="the model file")
    train.add_argument("--force", action="store_true", help="replace a model that is there")
    _add_keeping(train)
    add_csv_options(train)
    _add_words(train)
    add = train.add_argument
    add("--vocabulary-size", type=int, default=8000, metavar="N", help="words kept")
    add(
        "--min-count",
        type=int,
        default=2,
        metavar="N",
        help="words that occur less often in the training part are unknown",
    )
    part = "where words are counted: in the training part, or in all of the text"
    add("--counted", choices=get_args(CountedText), default="training", help=part)
    add("--validation-fraction", type=float, default=0.05, metavar="X", help="documents held out")
    add("--hidden-dim", type=int, metavar="H", help="hidden units; default: by recipe and text")
    add(
        "--bptt-truncate",
        type=int,
        default=4,
        metavar="N",
        help="steps back that an error is traced",
    )
    add("--dtype", choices=get_args(Dtype), default="float32", help="number format")
    add("--device", choices=get_args(DeviceRequest), default="auto", help="where to compute")
    add(
        "--tf32", action=argparse.BooleanOptionalAction, help="faster, less exact products on a GPU"
    )
    add("--recipe", choices=get_args(Recipe), default="fast", help="how to train")
    add("--learning-rate", type=float, metavar="X", help="default: the recipe's")
    add("--batch-size", type=int, metavar="N", help="sentences per step; default: the recipe's")
    norm = "largest norm of the gradient of the mean loss per word; default: the recipe's"
    add("--clip-norm", type=float, metavar="X", help=norm)
    _add_tuning(train)
    add("--epochs", type=int, default=10, metavar="N", help="passes over the text")
    add("--time-limit", type=float, metavar="SECONDS", help="end sooner; default: no limit")
    add("--evaluate-every", type=int, default=1, metavar="N", help="epochs between evaluations")
    add("--seed", type=int, default=0, metavar="N", help="of split, parameters and order")
    add("--split-seed", type=int, metavar="N", help="of the split; default: that of --seed")
    add("--order-seed", type=int, metavar="N", help="of the order; default: that of --seed")
    add_ranks(train)


def _add_tuning(train: argparse.ArgumentParser) -> None:
    """Add what the fast recipe decides by the size of the text."""
    add = train.add_argument_group(
        "the fast recipe; by default, by the size of the text"
    ).add_argument
    add(
        "--unigram-start",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="begin with the frequencies of the words",
    )
    add("--adam-epsilon", type=float, metavar="X", help="larger values move rare words more gently")
    add(
        "--weight-decay",
        type=float,
        metavar="X",
        help="shrinks the parameters at each step, times the rate",
    )
    add(
        "--input-dropout",
        type=float,
        metavar="X",
        help="share of the word's input left out at random",
    )
    add(
        "--output-dropout",
        type=float,
        metavar="X",
        help="share of the hidden state left out at random",
    )
    add(
        "--averaging",
        type=float,
        metavar="X",
        help="weight of the past in the mean of the parameters",
    )
    share = "share of the words that a step's softmax is over besides its own; 1: exact"
    add("--softmax-sample", type=float, metavar="X", help=share)
    smoothed = "share of each target that goes to all words alike; 0: none"
    add("--label-smoothing", type=float, metavar="X", help=smoothed)
    gain = "an evaluation that finds the loss lower by less than X nats halves the rate; 0: none"
    add("--min-improvement", type=float, metavar="X", help=gain)


def _add_words(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add(
        "--tokenizer",
        choices=get_args(TokenizerName),
        default="auto",
        help="what a word is. tutorial: NLTK's, in lower case; words: of any language with blanks; "
        "whitespace: the text is tokenised already, one sentence per line; characters: for "
        "Chinese, Japanese, Thai; auto: the one that suits the text",
    )
    add("--language", default="auto", metavar="CODE", help="of the text, such as de or fr")
    of_both = "with --tokenizer words or characters: in lower case"
    add("--lower-case", action=argparse.BooleanOptionalAction, help=of_both)
    add(
        "--unknown-word",
        default="",
        metavar="WORD",
        help="with --tokenizer whitespace: what the text itself has for unknown words, as <unk>",
    )
    same = "read each number as the same word"
    add("--merge-numbers", action=argparse.BooleanOptionalAction, help=same)
    add(
        "--merge-links",
        action=argparse.BooleanOptionalAction,
        help="read each link as one word, and each user name as another",
    )
    ends = "where a sentence ends. rules: those of its language; punkt: NLTK's alone"
    add("--sentence-ends", choices=get_args(SentenceEnds), default="rules", help=ends)


def _add_keeping(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--keep-run", action="store_true", help="keep the run, to resume it: see 'runs'")
    add("--run-name", default="", metavar="NAME", help="of the kept run; default: the file's")
    add("--data-folder", type=Path, metavar="FOLDER", help="of kept runs; default: the user's")


def add_csv_options(command: argparse.ArgumentParser) -> None:
    """Add how the file of a text is read."""
    add = command.add_argument
    add(
        "--column",
        action="append",
        metavar="NAME",
        help="text column, by name or number from 1; repeat to join several; default: guessed",
    )
    add("--encoding", metavar="NAME", help="such as utf-8 or cp1252; default: detected")
    add(
        "--delimiter",
        metavar="C",
        help="between columns: 1 to 5 characters, \\t, \\x01; \\n = one column; default: detected",
    )
    add(
        "--skip-rows",
        type=int,
        metavar="N",
        help="lines above the table that are left out; default: detected",
    )
    quoting = get_args(Quoting)
    add("--quoting", choices=quoting, help="what encloses fields; default: detected")
    units = get_args(TextUnit)
    add("--documents", choices=units, help="what one is in a plain text; default: detected")
    first_row = "the first row names the columns, or is text already; default: detected"
    add("--header", action=argparse.BooleanOptionalAction, help=first_row)
    add("--sheet", metavar="NAME", help="of a spreadsheet; default: the first that is in sight")
    entities = "read &amp; as &, &gt; as > and so on"
    add("--decode-entities", action=argparse.BooleanOptionalAction, help=entities)
    bad_files = "one of several that cannot be read: stop and name it, or skip it"
    add("--bad-files", choices=get_args(RowPolicy), default="stop", help=bad_files)
    add(
        "--bad-rows",
        choices=get_args(RowPolicy),
        default="skip",
        help="what to do with rows that cannot be read",
    )
    once = "keep only one of several equal documents"
    add("--remove-duplicates", action=argparse.BooleanOptionalAction, help=once)
    add("--processes", type=int, metavar="N", help="for splitting into words; default: all cores")
    add("--no-cache", action="store_true", help="prepare again, and keep nothing: see 'cache'")


def add_ranks(command: argparse.ArgumentParser) -> None:
    """Add what torchrun says by itself."""
    add = command.add_argument_group(
        "several processes that train one run, on one machine without torchrun"
    ).add_argument
    add("--rank", type=int, metavar="R", help="which of them this is, from 0")
    add("--ranks", type=int, metavar="N", help="how many there are")
    add("--rendezvous", type=Path, metavar="FILE", help="where they meet: a new file")
