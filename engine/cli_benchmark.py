"""The command `benchmark`: measure this machine and print one table."""

from argparse import Namespace

from engine.benchmark import BenchmarkConfig
from engine.benchmark import run_benchmark as benchmark_events
from engine.benchmark_report import machine_json, machine_line, row_json, table_lines
from engine.benchmark_rows import BenchmarkRow, Machine
from engine.cli.output import Output, stop_on_interrupt

_EXIT_INTERRUPTED = 130
_QUICK_ROUNDS, _QUICK_TURN_S, _QUICK_DIMS = 3, 0.05, (100,)


def run_benchmark(arguments: Namespace) -> int:
    """Measure, and print each row as JSON or all of them as a table."""
    output = Output(as_json=arguments.json)
    rows: list[BenchmarkRow] = []
    with stop_on_interrupt(output) as control:
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
        return _EXIT_INTERRUPTED if control.is_stopped else 0


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
    )
