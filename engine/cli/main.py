"""The command line: `python -m engine train`, `generate`, `score` and more.

This module reads the arguments and turns failures into one sentence and an exit
code; those beside it do the work and `output` shows it. PyTorch is loaded by the
commands that need it, so that help comes at once.
"""

import argparse
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn, get_args

from engine.cli import own_version
from engine.cli.settings.options import TEXT_FILES, add_csv_options, add_ranks, add_train_options
from engine.cli.settings.settings_file import read_settings
from engine.cli.terminal.streams import accept_any_text, discard, open_closed_streams
from engine.config import DeviceRequest
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

_COUNTED_FOR_MIXTURE = "for --mixture: the text that the model was trained on, or one like it"

_EXAMPLES = """\
examples:
  python -m engine train comments.csv --column body --out comments.safetensors --epochs 3
  python -m engine train comments.csv --keep-run
  python -m engine train --config settings.toml --hidden-dim 200 --keep-run
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
    if getattr(arguments, "config", None) is not None:
        settings = read_settings(arguments.config)
        arguments, rest = build_parser(settings).parse_known_args(argv)
        arguments.column = arguments.column or settings.get("column")
    are_words = not any(word.startswith("-") for word in rest)
    if rest and are_words and arguments.command == "score":
        arguments.sentences.extend(rest)  # argparse takes all of "*" before the first option
    elif rest and are_words and arguments.command in ("train", "evaluate"):
        arguments.csv.extend(map(Path, rest))  # likewise of "+"
    elif rest:
        parser.prog = f"{parser.prog} {arguments.command}"  # whose help names what there is
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return arguments


def build_parser(settings: Mapping[str, object] | None = None) -> argparse.ArgumentParser:
    """Return the parser of all commands; `train` has `settings` where nothing else is typed."""
    parser = _Parser(
        prog="python -m engine",
        description="Train a word-level vanilla RNN on a CSV of text, draw sentences from it and "
        "compute the probability of sentences. Progress goes to standard error, results to "
        "standard output.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"RNN Text Lab {own_version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    train = _add_command(commands, "train", "train a network on a CSV of text")
    add_train_options(train)
    train.set_defaults(**{**(settings or {}), "column": None})
    _add_generate(commands)
    _add_next(commands)
    _add_score(commands)
    _add_evaluate(commands)
    _add_runs(commands)
    _add_small_commands(commands)
    return parser


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
        "--json", action="store_true", help="write one JSON object per event to standard output"
    )
    return command


def _add_generate(commands: "argparse._SubParsersAction[_Parser]") -> None:
    generate = _add_command(commands, "generate", "draw sentences, one per line")
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
    run = "no run of N words comes twice in a sentence; 0: any may"
    add("--no-repeat-ngram", type=int, default=0, metavar="N", help=run)


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
    wanted = "also tell of this word, whatever its rank"
    add("--word", default="", metavar="WORD", help=wanted)
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
    per_word = "one line per word, with tabs: for a table; with --csv, the row's columns in front"
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
        "one sentence per line; also 'score TAB sentence', or n-best lists of Moses or Kaldi; -: "
        "standard input"
    )
    add("file", type=Path, metavar="FILE", help=lines)
    add("--per-word", action="store_true", help="rank by the mean of the words, not the sum")
    add("--weight", type=float, default=1.0, metavar="X", help="of the model's log probability")
    add("--own-weight", type=float, default=0.0, metavar="X", help="of the list's own scores")
    own_scores = (
        "the list's own scores: a number per line, or a sentence's name and its number, as Kaldi "
        "has them; costs, which are better the lower they are, need a negative --own-weight"
    )
    add("--own-scores", type=Path, metavar="FILE", help=own_scores)
    add("--base", choices=("10", "2", "e"), default="10", help="of the logarithms")
    _add_counting(rank, _COUNTED_FOR_MIXTURE)


def _add_evaluate(commands: "argparse._SubParsersAction[_Parser]") -> None:
    evaluate = _add_command(commands, "evaluate", "compute the loss of a model on a CSV of text")
    evaluate.add_argument("model", type=Path, metavar="MODEL", help="a model file")
    evaluate.add_argument(
        "csv", type=Path, nargs="+", metavar="CSV", help=f"{TEXT_FILES}; not that of its training"
    )
    evaluate.add_argument(
        "--count-on",
        type=Path,
        metavar="CSV",
        help="a text like the one it was trained on: say what a table of its word sequences loses",
    )
    add_csv_options(evaluate)


def _add_runs(commands: "argparse._SubParsersAction[_Parser]") -> None:
    runs = _add_command(commands, "runs", "list kept training runs, resume one, or change it")
    add = runs.add_argument
    changes = ("resume", "export", "rename", "note", "tag", "duplicate", "delete", "restore")
    actions = ("list", "trash", "epochs", "command", "config", *changes)
    add("action", nargs="?", choices=actions, default="list", help="what to do")
    add("run", nargs="?", metavar="RUN", help="its id, the beginning of it, or 'last'")
    add(
        "text",
        nargs="?",
        default="",
        metavar="TEXT",
        help="a name, a note, tags with commas, a file",
    )
    add("--epochs", type=int, metavar="N", help="resume: of the whole run, instead of its own")
    add("--time-limit", type=float, metavar="SECONDS", help="resume: from now on")
    add("--learning-rate", type=float, metavar="X", help="resume: another one")
    where = "resume: where the text, all its files, lies now"
    add("--text-file", type=Path, nargs="+", metavar="FILE", help=where)
    add("--best", action="store_true", help="export: the best model instead of the last")
    add("--force", action="store_true", help="export: replace a model that is there")
    add("--at-epoch", type=float, metavar="X", help="export: that of an epoch; 'epochs' lists them")
    add("--data-folder", type=Path, metavar="FOLDER", help="of kept runs; default: the user's")
    add_ranks(runs)


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
