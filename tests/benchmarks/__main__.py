"""`python -m tests.benchmarks`: measure the program on this machine and print one table."""

import sys
from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from engine.cli.main import EXIT_WRONG
from engine.cli.terminal.output import Output, stop_on_signal
from engine.config import DeviceRequest
from engine.errors import EngineError
from engine.network.torch_startup import wait_politely
from tests.benchmarks.all_parts import BenchmarkConfig, Part
from tests.benchmarks.all_parts import run_benchmark as benchmark_events
from tests.benchmarks.report import machine_json, machine_line, row_json, table_lines
from tests.benchmarks.rows import BenchmarkRow, Machine

_QUICK_ROUNDS, _QUICK_TURN_S, _QUICK_DIMS = 3, 0.05, (100,)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure as the arguments say, and return the exit code."""
    wait_politely()  # before PyTorch is loaded
    try:
        return _measure(_parser().parse_args(argv))
    except EngineError as error:
        sys.stderr.write(f"Error: {error}\n")
        return EXIT_WRONG


def _measure(arguments: Namespace) -> int:
    """Measure, and print each row as JSON or all of them as a table."""
    output = Output(as_json=arguments.json)
    rows: list[BenchmarkRow] = []
    with stop_on_signal(output) as control:
        for event in benchmark_events(_config(arguments), control):
            match event:
                case Machine():
                    if arguments.json:
                        output.result_json(machine_json(event))
                    else:
                        output.result(machine_line(event))
                case BenchmarkRow():
                    rows.append(event)
                    if arguments.json:
                        output.result_json(row_json(event))
                case _:
                    if not arguments.json:
                        output.show(event)
        if rows and not arguments.json:
            for line in ("", *table_lines(rows)):
                output.result(line)
        return control.exit_code


def _config(arguments: Namespace) -> BenchmarkConfig:
    usual = BenchmarkConfig()
    is_quick: bool = arguments.quick
    dims = _QUICK_DIMS if is_quick else usual.hidden_dims
    rounds = _QUICK_ROUNDS if is_quick else usual.rounds
    return BenchmarkConfig(
        word_dim=arguments.word_dim,
        hidden_dims=tuple(arguments.hidden_dim) if arguments.hidden_dim else dims,
        device=arguments.device,
        rounds=rounds if arguments.rounds is None else arguments.rounds,
        turn_s=_QUICK_TURN_S if is_quick else usual.turn_s,
        is_quick=is_quick,
        allow_tf32=arguments.tf32,
        parts=tuple(arguments.part) if arguments.part else usual.parts,
        text=arguments.text,
    )


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Measure speed and memory on this machine.",
        formatter_class=ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--json", action="store_true", help="write one JSON object a row to standard output")
    add("--device", choices=get_args(DeviceRequest), default="cpu", help="where networks are")
    add("--tf32", action="store_true", help="faster, less exact products on a GPU")
    add("--quick", action="store_true", help="H = 100 only, short turns, a small text")
    add("--part", action="append", choices=get_args(Part), help="repeat for several")
    add("--word-dim", type=int, default=8000, metavar="C", help="words in the vocabulary")
    add("--hidden-dim", type=int, action="append", metavar="H", help="repeat for several")
    add("--text", type=Path, metavar="FILE", help="prepare this instead of the sample comments")
    add("--rounds", type=int, metavar="N", help="turns of each contender")
    return parser


if __name__ == "__main__":
    sys.exit(main())
