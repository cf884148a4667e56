"""Which of several processes this is, and where it meets the others.

torchrun says in the environment which rank a process is. Without it, on one machine, the same
command is given once for each rank with --rank, --ranks and --rendezvous.
"""

import contextlib
import os
import re
import secrets
import socket
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist
from torch.distributed.distributed_c10d import Store
from torch.distributed.rendezvous import rendezvous

from engine.cli import own_version
from engine.cli.terminal.output import Output
from engine.control import RunControl
from engine.errors import ConfigError, EngineError
from engine.files.atomic import explain_os_error, write_durably
from engine.runs.lock import RunLock, is_held
from engine.training.distributed.ranks import PATIENCE_S

_MEETING_S = 600.0  # that ranks may start one after the other
_TELL_AFTER_S = 5.0  # who is waited for
_LOOK_S = 0.05
_OPTIONS = ("rank", "ranks", "rendezvous")
_FROM_TORCHRUN = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
_PROGRAM = f"RNN Text Lab {own_version()} with PyTorch {torch.__version__.partition('+')[0]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One process among those that train a run."""

    rank: int
    count: int
    local_rank: int  # among those of its node
    local_count: int
    node: int
    rendezvous: Path | None  # None: torchrun has a place

    @property
    def is_one_machine(self) -> bool:
        """Whether all ranks are on one machine."""
        return self.local_count == self.count


def place_of(arguments: Namespace) -> Place | None:
    """Return which rank this process is; None if it trains by itself.

    Raises
    ------
    ConfigError
        If that cannot be told, or not here.
    """
    given = {name: getattr(arguments, name) for name in _OPTIONS}
    place = _given_place(given) if any(each is not None for each in given.values()) else _launched()
    if place is None or place.count == 1:
        return None
    if sys.platform == "win32":
        raise ConfigError("Several ranks can train one run on Linux and macOS, not on Windows.")
    return place


def _given_place(given: dict[str, object]) -> Place:
    missing = [f"--{name}" for name, value in given.items() if value is None]
    if missing:
        raise ConfigError(
            f"{' and '.join(missing)} must be given, too: --rank, --ranks and --rendezvous say "
            "together which of several processes this is, and where they meet."
        )
    rank, count, rendezvous = given["rank"], given["ranks"], given["rendezvous"]
    if not (isinstance(rank, int) and isinstance(count, int) and isinstance(rendezvous, Path)):
        raise TypeError(given)
    if not 0 <= rank < count:
        raise ConfigError(f"With --ranks {count}, --rank is from 0 to {count - 1}, not {rank}.")
    if _launched() is not None:
        raise ConfigError("torchrun says already which rank this is: leave --rank out.")
    return Place(
        rank=rank,
        count=count,
        local_rank=rank,
        local_count=count,
        node=0,
        rendezvous=rendezvous.absolute(),
    )


def _launched() -> Place | None:
    """Return what torchrun says."""
    if not all(os.environ.get(name) for name in _FROM_TORCHRUN):
        return None
    try:
        rank, count = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
        local_rank = int(os.environ.get("LOCAL_RANK", rank))
        local_count = int(os.environ.get("LOCAL_WORLD_SIZE", count))
        node = int(os.environ.get("GROUP_RANK", 0))
    except ValueError as error:
        raise ConfigError(
            "RANK, WORLD_SIZE and the like in the environment are no numbers: start the ranks "
            "with torchrun, or take these variables away."
        ) from error
    return Place(
        rank=rank,
        count=count,
        local_rank=local_rank,
        local_count=local_count,
        node=node,
        rendezvous=None,
    )


def restarts() -> int:
    """Return how often torchrun has started the ranks anew."""
    count = os.environ.get("TORCHELASTIC_RESTART_COUNT", "")
    return int(count) if count.isdecimal() else 0


def launch_name() -> str:
    """Return a name of torchrun's start of all ranks, the same when it starts them anew."""
    name = os.environ.get("TORCHELASTIC_RUN_ID", "")
    if not name:
        return ""
    return name if name != "none" else f"{socket.gethostname()}-{os.getppid()}"


@contextlib.contextmanager
def met(place: Place, control: RunControl, output: Output) -> Iterator[Store]:
    """Give the store of the ranks once all of them are there."""
    with contextlib.ExitStack() as stack:
        if place.rendezvous is None:
            store = _store_of_torchrun()
        else:
            store = stack.enter_context(
                _store_in_file(place, place.rendezvous, _Waiting(control, output))
            )
        try:
            met = meet(place, store, control, output)
        except RuntimeError as error:
            _require_patience(control)  # rank 0 was stopped along with this one, and went first
            raise _unreachable(place) from error
        yield met


def _store_of_torchrun() -> Store:
    try:
        store, _, _ = next(iter(rendezvous("env://", timeout=timedelta(seconds=_MEETING_S))))
    except (RuntimeError, ValueError) as error:
        where = f"{os.environ['MASTER_ADDR']}:{os.environ['MASTER_PORT']}"
        raise ConfigError(
            f"The other ranks could not be reached at {where}. Start all of them with torchrun, "
            "or take RANK and WORLD_SIZE out of the environment to train with one process."
        ) from error
    found: Store = store
    return found


@contextlib.contextmanager
def _store_in_file(place: Place, path: Path, waiting: "_Waiting") -> Iterator[Store]:
    """Give a store in a file of this start alone, whatever an earlier one left.

    `path` holds the name of that file, and rank 0 holds a lock on it while it lives.
    """
    lock: RunLock | None = None
    if not path.parent.is_dir():
        raise ConfigError(f"There is no folder {path.parent} for --rendezvous. Create it first.")
    try:
        if place.rank == 0:
            if is_held(path):
                raise ConfigError(f"{path} is in use by other ranks: give --rendezvous another.")
            former = _named(path) if path.exists() else None
            if former == "":
                raise ConfigError(f"{path} is not a rendezvous file: give --rendezvous a new file.")
            own = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
            write_durably(path, own.name.encode(), new_mode=0o600)
            lock = RunLock(path)
            if former is not None:  # of a start that was killed
                path.with_name(former).unlink(missing_ok=True)
        else:
            own = _told_file(path, waiting)
        store = dist.FileStore(str(own), place.count)  # type: ignore[attr-defined]
        store.set_timeout(timedelta(seconds=PATIENCE_S))  # where rank 0 takes the file along
        yield store
    except OSError as error:
        raise ConfigError(
            f"The ranks cannot meet at {path}, because {explain_os_error(error)}. Give "
            "--rendezvous a new file in a folder that all ranks can write to."
        ) from error
    finally:
        if lock is not None:
            lock.release()
            path.unlink(missing_ok=True)
            own.unlink(missing_ok=True)


def _named(path: Path) -> str:
    """Return the name that a rendezvous holds; "" if it is none."""
    name = path.read_bytes()[:256].decode(errors="replace")
    return name if re.fullmatch(rf"{re.escape(path.name)}\.[0-9a-f]{{8}}", name) else ""


def _told_file(path: Path, waiting: "_Waiting") -> Path:
    """Wait for rank 0 and return the file of the store."""
    while True:
        if is_held(path) and (name := _named(path)):
            return path.with_name(name)
        waiting.go_on([0])


def meet(place: Place, store: Store, control: RunControl, output: Output) -> Store:
    """Wait until all ranks of this start are there; return a store of their own.

    torchrun hands the ranks that it starts anew the store of the earlier ones, with all that these
    left in it. So each rank says hello with a word of its own, and comes to that meeting alone
    to which rank 0 has invited this very word.
    """
    hello = f"{secrets.token_hex(8)} {place.count} {_PROGRAM}"
    store.set(f"hello/{place.rank}", hello)
    meeting = _Invitation(store, place) if place.rank == 0 else _Answer(store, place, hello)
    waiting = _Waiting(control, output)
    while missing := meeting.missing():
        waiting.go_on(missing)
    return dist.PrefixStore(meeting.name, store)  # type: ignore[attr-defined]


class _Waiting:
    """Wait for ranks a moment at a time: not after a stop, not for ever, and not in silence."""

    def __init__(self, control: RunControl, output: Output) -> None:
        self._control, self._output = control, output
        self._began_s, self._told = time.monotonic(), list[int]()

    def go_on(self, missing: list[int]) -> None:
        """Wait a moment for the ranks that are missing, and say so once they are late."""
        _require_patience(self._control)
        waited_s = time.monotonic() - self._began_s
        if waited_s > _MEETING_S:
            raise EngineError(
                f"{_named_ranks(missing).capitalize()} did not come within "
                f"{_MEETING_S / 60:.0f} minutes; nothing was begun. Start the same command for "
                "all ranks again."
            )
        if waited_s > _TELL_AFTER_S and missing != self._told:
            self._told = missing
            them = "it" if len(missing) == 1 else "them"
            self._output.note(
                f"Waiting for {_named_ranks(missing)}: start the same command for {them}, too."
            )
        time.sleep(_LOOK_S)


class _Invitation:
    """Rank 0's part of a meeting: invite those who said hello, and anew if one is another now."""

    def __init__(self, store: Store, place: Place) -> None:
        self._store, self._count, self._invited = store, place.count, [""]
        self.name = ""

    def missing(self) -> list[int]:
        """Return who is not there yet."""
        if missing := _without(self._store, "hello/", self._count):
            return missing
        hellos = [self._store.get(f"hello/{rank}").decode() for rank in range(self._count)]
        for rank, hello in enumerate(hellos):
            _require_alike(rank, hello, self._count)
        words = [hello.split()[0] for hello in hellos]
        if words != self._invited:
            self._invited, self.name = words, secrets.token_hex(8)
            self._store.set(f"{self.name}/here/0", "1")
            self._store.set("invitation", " ".join([self.name, *words]))
        if missing := _without(self._store, f"{self.name}/here/", self._count):
            return missing
        self._store.set(f"{self.name}/begun", "1")
        return []


class _Answer:
    """Another rank's part: come where its own word was invited, and wait for the beginning."""

    def __init__(self, store: Store, place: Place, hello: str) -> None:
        self._store, self._place, self._hello = store, place, hello
        self.name = ""

    def missing(self) -> list[int]:
        """Return who is not there yet, as far as this rank can tell."""
        if self._store.get(f"hello/{self._place.rank}").decode() != self._hello:
            raise self._is_double()
        if self._store.check(["invitation"]):
            name, *words = self._store.get("invitation").decode().split()
            if words[self._place.rank : self._place.rank + 1] == [self._hello.split()[0]]:
                self.name = name
                self._store.set(f"{name}/here/{self._place.rank}", "1")
                if self._store.check([f"{name}/begun"]):
                    return []
                return _without(self._store, f"{name}/here/", self._place.count) or [0]
            # torchrun's store tells of earlier starts, too
            if self._place.rendezvous is not None and self._store.check([f"{name}/begun"]):
                raise self._is_double()
        return _without(self._store, "hello/", self._place.count) or [0]

    def _is_double(self) -> ConfigError:
        return ConfigError(
            f"Another process has come as rank {self._place.rank}: start each of the ranks 0 to "
            f"{self._place.count - 1} once."
        )


def _require_alike(rank: int, hello: str, count: int) -> None:
    """Demand what only alike ranks have: as many of them, and one version of all programs."""
    _, their_count, program = hello.split(" ", 2)
    if int(their_count) != count:
        raise ConfigError(
            f"Rank {rank} takes itself for one of {their_count} ranks, rank 0 for one of {count}: "
            "give all of them the same --ranks."
        )
    if program != _PROGRAM:
        raise ConfigError(
            f"Rank {rank} has {program}, rank 0 {_PROGRAM}: install the same on all machines."
        )


def _without(store: Store, key: str, count: int) -> list[int]:
    """Return the ranks that have not set their `key`."""
    return [rank for rank in range(count) if not store.check([f"{key}{rank}"])]


def _require_patience(control: RunControl) -> None:
    if control.is_stopped:
        raise EngineError("Stopped before all ranks were there; nothing was begun.")


def _named_ranks(ranks: list[int]) -> str:
    return f"rank {ranks[0]}" if len(ranks) == 1 else f"ranks {', '.join(map(str, ranks))}"


def _unreachable(place: Place) -> EngineError:
    where = place.rendezvous or os.environ.get("MASTER_ADDR")
    return EngineError(f"The other ranks cannot be reached any more at {where}.")
