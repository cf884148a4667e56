"""Start commands as ranks of one run, and read what became of them; see `ranks_zygote`."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.runs.store import RunStore
from engine.training.state import TrainingState, load_state
from tests.conftest import ROOT


@dataclass(frozen=True, kw_only=True)
class Rank:
    """One command that was started."""

    number: int  # of its process
    out: Path
    err: Path

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Return the events of a kind that it told as JSON so far, in whole lines."""
        text = self.out.read_text() if self.out.exists() else ""
        lines = text[: text.rfind("\n") + 1].splitlines()
        return [each for each in map(json.loads, lines) if each["event"] == kind]

    def told(self) -> str:
        """Return what it told a person so far; it may not have begun yet."""
        return self.err.read_text() if self.err.exists() else ""

    def losses(self) -> list[float]:
        """Return the loss of each step."""
        return [each["loss"] for each in self.events("loss_point")]


class ForkedRanks:
    """Commands in processes that are forked from one that has PyTorch."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._started = folder, 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.ranks_zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"OMP_NUM_THREADS": "1", "XDG_CACHE_HOME": str(folder / "cache")},
        )
        assert self._answer() == "ready"

    def start(
        self,
        argv: Sequence[str],
        *,
        accident: tuple[int, str] | None = None,
        environment: dict[str, str] | None = None,
    ) -> Rank:
        """Start one command."""
        self._started += 1
        out, err = (self._folder / f"{self._started}.{name}" for name in ("out", "err"))
        order = {
            "argv": list(argv),
            "out": str(out),
            "err": str(err),
            "environment": environment or {},
            "accident": accident,
        }
        return Rank(number=int(self._ask(order)), out=out, err=err)

    def start_all(
        self, count: int, argv: Sequence[str], accidents: dict[int, tuple[int, str]] | None = None
    ) -> list[Rank]:
        """Start the same command as `count` ranks; something happens to some of them."""
        meeting = self._folder / "meeting"  # the same one each time, whatever was left there
        ranks = []
        for rank in range(count):
            names = ["--rank", str(rank), "--ranks", str(count), "--rendezvous", str(meeting)]
            more = names if count > 1 else []
            ranks.append(self.start([*argv, *more], accident=(accidents or {}).get(rank)))
        return ranks

    def code(self, rank: Rank) -> int:
        """Wait for the end of a command and return its exit code."""
        return int(self._ask({"wait": rank.number}))

    def run(self, count: int, argv: Sequence[str], **options: Any) -> list[Rank]:
        """Let ranks come to their good end."""
        ranks = self.start_all(count, argv, **options)
        codes = [self.code(rank) for rank in ranks]
        assert codes == [0] * count, [rank.err.read_text() for rank in ranks]
        return ranks

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait() == 0
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _ask(self, order: dict[str, Any]) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def state_of_newest(data: Path) -> TrainingState:
    """Return where the newest kept run is."""
    newest = RunStore(data).list()[0]
    return load_state(newest.path / "state.safetensors")
