"""The command line: `python -m engine train`, `generate`, `score` and more.

This module reads the arguments and turns failures into one sentence and an exit
code; those beside it do the work and `output` shows it. PyTorch is loaded by the
commands that need it, so that help comes at once.
"""

import argparse
import os
import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn, get_args

from engine.cli.streams import accept_any_text, discard, open_closed_streams
from engine.config import (
    DeviceRequest,
    Dtype,
    Quoting,
    Recipe,
    RowPolicy,
    TextUnit,
    TokenizerName,
)
from engine.errors import EngineError
from engine.network.torch_startup import wait_politely

EXIT_WRONG = 2  # a wrong file or argument
EXIT_INTERRUPTED = 130  # Ctrl+C, as shells count it
EXIT_BROKEN_PIPE = 141  # the reader of our output went away, as shells count it

_HOMES = {  # of the commands that are not in `models`
    "train": "training",
    "demo": "training",
    "evaluate": "training",
    "gradcheck": "gradcheck",
    "rank": "scoring",
    "runs": "runs",
    "cache": "cache",
}

_RESULT_IS_OUTPUT = ("generate", "next", "score", "rank", "evaluate", "info", "gradcheck")

_TEXT_FILES = (
    "the text: CSV, TSV, spreadsheet, plain text or JSON Lines, also packed as .gz or .zip; "
    "several files, or folders of them, are one text; -: standard input"
)

_COUNTED_FOR_MIXTURE = "for --mixture: the text that the model was trained on, or one like it"

_EXAMPLES = """\
examples:
  python -m engine train comments.csv --column body --out comments.safetensors --epochs 3
  python -m engine train comments.csv --keep-run
  python -m engine train january.csv february.csv more/ --column body --out year.safetensors
  python -m engine runs resume last --epochs 20
  python -m engine generate comments.safetensors -n 5 --temperature 0.8
  python -m engine generate comments.safetensors --start "I think" --top-p 0.9
  python -m engine next comments.safetensors "I think" -k 10
  python -m engine score comments.safetensors "the movie was very good ."
  python -m engine rank comments.safetensors candidates.txt
  python -m engine evaluate comments.safetensors other.csv
"""


class _HelpFormatter(argparse.ArgumentDefaultsHelpFormatter):
    """Name the defaults that say something."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        if action.default in (None, False, ""):
            return action.help
        return super()._get_help_string(action)


class _Parser(argparse.ArgumentParser):
    """Report a wrong argument in one sentence, and guess none from its beginning."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"allow_abbrev": False} | options)

    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"{self.prog}: {message}. Try '{self.prog} --help'.\n")
        raise SystemExit(EXIT_WRONG)


def run() -> NoReturn:
    """Run the command of this process and end it."""
    code = main()
    if any(thread.daemon for thread in threading.enumerate()):
        # It writes to a disk that hangs. Python would end it within PyTorch's code, which
        # takes that for a crash: "FATAL: exception not rethrown".
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments without the program's name; by default those of the process.
    """
    wait_politely()
    is_output_closed = open_closed_streams()
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        accept_any_text(stream)
    try:
        arguments = _parsed(argv)
        if is_output_closed and arguments.command in _RESULT_IS_OUTPUT:
            raise EngineError("Standard output is closed, so that the result would be lost.")
        # after the help: the commands load PyTorch
        home = _HOMES.get(arguments.command, "models")
        run = getattr(import_module(f"engine.cli.{home}"), f"run_{arguments.command}")
        code: int = run(arguments)
        sys.stdout.flush()
    except SystemExit as stop:  # argparse: 0 after help, 2 after a wrong argument
        return int(stop.code or 0)
    except ModuleNotFoundError as error:
        _explain_missing(error)
        return EXIT_WRONG
    except EngineError as error:
        sys.stderr.write(f"Error: {error}\n")
        return EXIT_WRONG
    except KeyboardInterrupt:
        sys.stderr.write("Aborted.\n")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        discard(sys.stdout)
        return EXIT_BROKEN_PIPE
    return code


def _parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the arguments; sentences may also stand after an option."""
    parser = build_parser()
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["benchmark"]:  # it was a command once
        sys.stderr.write(
            "The benchmark is no command any more: run 'make benchmark', or "
            "'python -m tests.benchmarks', in a copy of the project.\n"
        )
        raise SystemExit(EXIT_WRONG)
    arguments, rest = parser.parse_known_args(argv)
    are_words = not any(word.startswith("-") for word in rest)
    if rest and are_words and arguments.command == "score":
        arguments.sentences.extend(rest)  # argparse takes all of "*" before the first option
    elif rest and are_words and arguments.command in ("train", "evaluate"):
        arguments.csv.extend(map(Path, rest))  # likewise of "+"
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return arguments


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = _Parser(
        prog="python -m engine",
        description="Train a word-level vanilla RNN on a CSV of text, draw sentences from it and "
        "compute the probability of sentences. Progress goes to standard error, results to "
        "standard output.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"RNN Text Lab {_own_version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_train(commands)
    _add_generate(commands)
    _add_next(commands)
    _add_score(commands)
    _add_evaluate(commands)
    _add_runs(commands)
    _add_small_commands(commands)
    return parser


def _own_version() -> str:
    try:
        return version("rnn-text-lab")
    except PackageNotFoundError:
        return "(run from a folder that was not installed)"


def _add_command(
    commands: "argparse._SubParsersAction[_Parser]", name: str, help_text: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name,
        help=help_text,
        description=help_text,
        formatter_class=_HelpFormatter,
    )
    command.add_argument(
        "--json", action="store_true", help="write one JSON object an event to standard output"
    )
    return command


def _add_train(commands: "argparse._SubParsersAction[_Parser]") -> None:
    train = _add_command(commands, "train", "train a network on a CSV of text")
    train.add_argument("csv", type=Path, nargs="+", metavar="CSV", help=_TEXT_FILES)
    train.add_argument("--out", type=Path, metavar="MODEL", help="the model file")
    train.add_argument("--force", action="store_true", help="replace a model that is there")
    _add_keeping(train)
    _add_csv_options(train)
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
    add("--validation-fraction", type=float, default=0.05, metavar="X", help="documents held out")
    add("--hidden-dim", type=int, default=100, metavar="H", help="hidden units")
    add("--bptt-truncate", type=int, default=4, metavar="N", help="steps an error goes back")
    add("--dtype", choices=get_args(Dtype), default="float32", help="number format")
    add("--device", choices=get_args(DeviceRequest), default="auto", help="where to compute")
    add("--tf32", action="store_true", help="faster, less exact products on a GPU")
    add("--recipe", choices=get_args(Recipe), default="fast", help="how to train")
    add("--learning-rate", type=float, metavar="X", help="default: the recipe's")
    add("--batch-size", type=int, metavar="N", help="sentences a step; default: the recipe's")
    norm = "largest norm of the gradient of the mean loss a word; default: the recipe's"
    add("--clip-norm", type=float, metavar="X", help=norm)
    _add_tuning(train)
    add("--epochs", type=int, default=10, metavar="N", help="passes over the text")
    add("--time-limit", type=float, metavar="SECONDS", help="end sooner; default: no limit")
    add("--evaluate-every", type=int, default=1, metavar="N", help="epochs between evaluations")
    add("--seed", type=int, default=0, metavar="N", help="of split, parameters and order")
    _add_ranks(train)


def _add_ranks(command: argparse.ArgumentParser) -> None:
    """Add what torchrun says by itself."""
    add = command.add_argument_group(
        "several processes that train one run, on one machine without torchrun"
    ).add_argument
    add("--rank", type=int, metavar="R", help="which of them this is, from 0")
    add("--ranks", type=int, metavar="N", help="how many there are")
    add("--rendezvous", type=Path, metavar="FILE", help="where they meet: a new file")


def _add_tuning(train: argparse.ArgumentParser) -> None:
    """Add what the fast recipe decides by the size of the text."""
    add = train.add_argument_group(
        "the fast recipe; by default, by the size of the text"
    ).add_argument
    add(
        "--unigram-start",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="begin with how common words are",
    )
    add("--adam-epsilon", type=float, metavar="X", help="a large one moves rare words gently")
    add("--weight-decay", type=float, metavar="X", help="times the rate: taken off at each step")
    add("--input-dropout", type=float, metavar="X", help="share left out of what a word brings")
    add("--output-dropout", type=float, metavar="X", help="share of hidden numbers left out")
    add("--averaging", type=float, metavar="X", help="weight that the mean of the steps keeps")
    share = "share of the words that a step's softmax is over besides its own; 1: exact"
    add("--softmax-sample", type=float, metavar="X", help=share)


def _add_words(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add(
        "--tokenizer",
        choices=get_args(TokenizerName),
        default="auto",
        help="what a word is. tutorial: NLTK's, in lower case; words: of any language with blanks; "
        "whitespace: the text is tokenised already, a sentence a line; characters: for Chinese, "
        "Japanese, Thai; auto: the one that suits the text",
    )
    add("--language", default="auto", metavar="CODE", help="of the text, such as de or fr")
    add("--lower-case", action="store_true", help="with --tokenizer words: in lower case")
    add(
        "--unknown-word",
        default="",
        metavar="WORD",
        help="with --tokenizer whitespace: what the text itself has for unknown words, as <unk>",
    )
    add("--merge-numbers", action="store_true", help="read each number as the same word")
    add("--merge-links", action="store_true", help="so links, and so user names")


def _add_keeping(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--keep-run", action="store_true", help="keep the run, to resume it: see 'runs'")
    add("--run-name", default="", metavar="NAME", help="of the kept run; default: the file's")
    add("--data-folder", type=Path, metavar="FOLDER", help="of kept runs; default: the user's")


def _add_csv_options(command: argparse.ArgumentParser) -> None:
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
    header = command.add_mutually_exclusive_group()
    header.add_argument("--header", action="store_true", help="the first row names the columns")
    header.add_argument("--no-header", action="store_true", help="the first row is text already")
    add("--sheet", metavar="NAME", help="of a spreadsheet; default: the first that is in sight")
    add("--decode-entities", action="store_true", help="read &amp; as &, &gt; as > and so on")
    bad_files = "one of several that cannot be read: stop and name it, or skip it"
    add("--bad-files", choices=get_args(RowPolicy), default="stop", help=bad_files)
    add("--bad-rows", choices=get_args(RowPolicy), default="skip", help="what to do with them")
    add("--remove-duplicates", action="store_true", help="keep equal documents once")
    add("--processes", type=int, metavar="N", help="for splitting into words; default: all cores")
    add("--no-cache", action="store_true", help="prepare anew, and keep nothing of it: see 'cache'")


def _add_generate(commands: "argparse._SubParsersAction[_Parser]") -> None:
    generate = _add_command(commands, "generate", "draw sentences, one a line")
    add = generate.add_argument
    add("model", type=Path, metavar="MODEL", help="a model file")
    add("-n", "--count", type=int, default=10, metavar="N", help="sentences")
    add("--start", default="", metavar="WORDS", help="what every sentence begins with")
    add("--min-length", type=int, default=7, metavar="N", help="shortest, in words")
    add("--max-length", type=int, default=100, metavar="N", help="longest, in words")
    _add_filters(generate)
    add(
        "--ladder",
        type=float,
        nargs="+",
        default=(),
        metavar="X",
        help="one sentence at each of these temperatures, from the same seed",
    )
    beam = "no drawing: search for the most probable sentences, with N at a time"
    add("--beam", type=int, default=0, metavar="N", help=beam)
    add("--seed", type=int, metavar="N", help="for the same sentences again; default: a fresh one")
    _add_counting(generate, _COUNTED_FOR_MIXTURE)


def _add_filters(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    wilder = "below 1: safer, above: wilder, 0: always the most probable word"
    add("--temperature", type=float, default=1.0, metavar="X", help=wilder)
    add("--top-k", type=int, metavar="K", help="only the K most probable words")
    share = "only the most probable words that together have this probability"
    add("--top-p", type=float, default=1.0, metavar="P", help=share)
    of_best = "only words with at least this share of the best word's probability"
    add("--min-p", type=float, default=0.0, metavar="P", help=of_best)
    said = "above 1: words that were said already become less probable"
    add("--repetition-penalty", type=float, default=1.0, metavar="X", help=said)


def _add_counting(command: argparse.ArgumentParser, help_text: str) -> None:
    add = command.add_argument
    add("--count-on", type=Path, metavar="CSV", help=help_text)
    add(
        "--mixture",
        action="store_true",
        help="let the network and such a table predict together, mixed as suits held-out text best",
    )


def _add_next(commands: "argparse._SubParsersAction[_Parser]") -> None:
    following = _add_command(commands, "next", "list the most probable next words")
    add = following.add_argument
    add("model", type=Path, metavar="MODEL", help="a model file")
    begun = "that the sentence begins with, in quotation marks; none: its first word is asked for"
    add("words", nargs="?", default="", metavar="WORDS", help=begun)
    add("-k", "--count", type=int, default=10, metavar="K", help="how many")
    _add_filters(following)
    _add_counting(following, _COUNTED_FOR_MIXTURE)


def _add_score(commands: "argparse._SubParsersAction[_Parser]") -> None:
    score = _add_command(commands, "score", "compute the probability of sentences")
    score.add_argument("model", type=Path, metavar="MODEL", help="a model file")
    score.add_argument(
        "sentences",
        nargs="*",
        metavar="SENTENCE",
        help="in quotation marks; none, or -: the lines of standard input",
    )
    add = score.add_argument
    per_word = "a line per word, with tabs: for a table; with --csv, the row's columns in front"
    add("--per-word", action="store_true", help=per_word)
    add("--improve", action="store_true", help="also find the one word that would best be another")
    add("--csv", type=Path, metavar="FILE", help="write its rows with the scores beside them")
    columns = "of --csv and --count-on: the text; default: guessed"
    add("--column", action="append", metavar="NAME", help=columns)
    add("--base", choices=("10", "2", "e"), default="10", help="of the logarithms in tables")
    costs = "also write what each word of the vocabulary costs in all texts, with tabs"
    add("--word-stats", type=Path, metavar="FILE", help=costs)
    _add_counting(
        score,
        "the text that the model was trained on, or one like it: say what a table of its word "
        "sequences makes of each sentence",
    )
    rank = _add_command(commands, "rank", "rank candidate sentences, the best first")
    add = rank.add_argument
    add("model", type=Path, metavar="MODEL", help="a model file")
    lines = (
        "a sentence a line, also with a score and a tab, or Moses' n-best lists; -: standard input"
    )
    add("file", type=Path, metavar="FILE", help=lines)
    add("--per-word", action="store_true", help="rank by the mean of the words, not the sum")
    add("--weight", type=float, default=1.0, metavar="X", help="of the model's log probability")
    add("--own-weight", type=float, default=0.0, metavar="X", help="of the list's own scores")
    add("--base", choices=("10", "2", "e"), default="10", help="of the logarithms")
    _add_counting(rank, _COUNTED_FOR_MIXTURE)


def _add_evaluate(commands: "argparse._SubParsersAction[_Parser]") -> None:
    evaluate = _add_command(commands, "evaluate", "compute the loss of a model on a CSV of text")
    evaluate.add_argument("model", type=Path, metavar="MODEL", help="a model file")
    evaluate.add_argument(
        "csv", type=Path, nargs="+", metavar="CSV", help=f"{_TEXT_FILES}; not that of its training"
    )
    evaluate.add_argument(
        "--count-on",
        type=Path,
        metavar="CSV",
        help="a text like the one it was trained on: say what a table of its word sequences loses",
    )
    _add_csv_options(evaluate)


def _add_runs(commands: "argparse._SubParsersAction[_Parser]") -> None:
    runs = _add_command(commands, "runs", "list kept training runs, resume one, or change it")
    add = runs.add_argument
    changes = ("resume", "export", "rename", "note", "duplicate", "delete", "restore")
    actions = ("list", "trash", "epochs", *changes)
    add("action", nargs="?", choices=actions, default="list", help="what to do")
    add("run", nargs="?", metavar="RUN", help="its id, the beginning of it, or 'last'")
    add("text", nargs="?", default="", metavar="TEXT", help="a name, a note, or a file")
    add("--epochs", type=int, metavar="N", help="resume: of the whole run, instead of its own")
    add("--time-limit", type=float, metavar="SECONDS", help="resume: from now on")
    add("--learning-rate", type=float, metavar="X", help="resume: another one")
    where = "resume: where the text, all its files, lies now"
    add("--text-file", type=Path, nargs="+", metavar="FILE", help=where)
    add("--best", action="store_true", help="export: the best model instead of the last")
    add("--force", action="store_true", help="export: replace a model that is there")
    add("--at-epoch", type=float, metavar="X", help="export: that of an epoch; 'epochs' lists them")
    add("--data-folder", type=Path, metavar="FOLDER", help="of kept runs; default: the user's")
    _add_ranks(runs)


def _add_small_commands(commands: "argparse._SubParsersAction[_Parser]") -> None:
    info = _add_command(commands, "info", "describe a model file")
    info.add_argument("model", type=Path, metavar="MODEL", help="a model file")
    export = _add_command(commands, "export", "write a model file in another format")
    export.add_argument("model", type=Path, metavar="MODEL", help="a model file")
    formats = "the tutorial's .npz, .onnx, word vectors as text .vec, or .safetensors"
    export.add_argument("file", type=Path, metavar="FILE", help=f"new; by its ending: {formats}")
    cache = _add_command(commands, "cache", "list the prepared texts that are kept, or clear them")
    add = cache.add_argument
    add("action", nargs="?", choices=("list", "clear"), default="list", help="what to do")
    check = _add_command(commands, "gradcheck", "check the gradients that training uses")
    check.add_argument("--word-dim", type=int, default=100, metavar="C", help="words")
    check.add_argument("--hidden-dim", type=int, default=10, metavar="H", help="hidden units")
    check.add_argument("--device", choices=get_args(DeviceRequest), default="cpu", help="where")
    demo = _add_command(commands, "demo", "train on the sample comments and show what was learned")
    demo.add_argument("--seconds", type=float, default=60.0, metavar="S", help="of training")
    demo.add_argument("--out", type=Path, metavar="MODEL", help="also keep the model")
    demo.add_argument("--force", action="store_true", help="replace a model that is there")


def _explain_missing(error: ModuleNotFoundError) -> None:
    """Say which Python to use where this one lacks a library; a module of ours is a defect."""
    if error.name is None or error.name.partition(".")[0] == "engine":
        raise error
    own = ".venv\\Scripts\\python" if sys.platform == "win32" else ".venv/bin/python"
    sys.stderr.write(
        f"Error: this Python ({sys.executable}) has no '{error.name}', which the program needs. "
        f"Use the project's own: {own} -m engine; 'make run' sets it up.\n"
    )
