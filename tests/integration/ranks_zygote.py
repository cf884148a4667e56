"""Ranks that are forked: the command line of many processes, without the seconds of each start.

It loads PyTorch once and reads a JSON object per line, each an order to fork one command:

    {"argv": [...], "out": PATH, "err": PATH, "environment": {...}, "accident": [STEP, KIND]}

and answers with the process's number. An accident, or null, happens in the step of that number,
from 1: "death" is kill -9, "no room" what PyTorch raises without memory. {"wait": NUMBER} is
answered with the exit code, that of a killed process negative. Every step is a point of the curve
and is followed by a save.
"""

import json
import os
import signal
import sys
import traceback
from typing import Any

import torch

import engine.cli.meeting
import engine.cli.ranks
import engine.cli.runs
from engine.cli.main import main as command_line
from engine.runs import recorder
from engine.training import trainer
from engine.training.distributed.work import SharedSteps


def note_every_step() -> None:
    """Let every step be a point, and be followed by a save; let a wait be told at once."""
    trainer._POINT_EVERY_S = 0.0
    recorder._LOGGED_POINT_S = 0.0
    recorder._AUTOSAVE_S = 0.0
    engine.cli.meeting._TELL_AFTER_S = 0.0


def have_accident(step: int, kind: str) -> None:
    """Let something happen in this process, in the middle of its step of this number, from 1."""
    steps = 0
    write_gradients = SharedSteps._write_gradients

    def write_or_fail(self: SharedSteps, *arguments: Any) -> Any:
        nonlocal steps
        steps += 1
        if steps != step:
            return write_gradients(self, *arguments)
        if kind == "death":
            os.kill(os.getpid(), signal.SIGKILL)
        raise RuntimeError("DefaultCPUAllocator: not enough memory")

    SharedSteps._write_gradients = write_or_fail  # type: ignore[method-assign]


def work(order: dict[str, Any]) -> int:
    """Run one command in this process."""
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(order[name], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - this one was read
    os.environ.update(order["environment"])
    if order["accident"] is not None:
        have_accident(*order["accident"])
    return command_line(order["argv"])


def main() -> None:
    """Serve until the input ends."""
    assert engine.cli.runs  # imported before the first fork
    assert engine.cli.ranks
    torch.set_num_threads(1)  # no threads: a fork keeps only one
    note_every_step()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            _, status = os.waitpid(order["wait"], 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = os.fork()
            if answer == 0:
                code = 1
                try:
                    code = work(order)
                except BaseException:  # noqa: BLE001 - the border of the process
                    traceback.print_exc()
                finally:
                    sys.stdout.flush()
                    sys.stderr.flush()
                    os._exit(code)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
