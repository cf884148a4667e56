"""Ranks that meet in a store, also one that earlier ranks have left things in."""

import io
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch.distributed as dist

from engine.cli import meeting
from engine.cli.meeting import Place, meet
from engine.cli.terminal.output import Output
from engine.control import RunControl
from engine.errors import EngineError
from tests.patience import HANGS_AFTER_S, wait_until

RANKS = 3


class Start:
    """Ranks of one start, each a thread, that come in a given order."""

    def __init__(
        self, store: dist.Store, order: Sequence[int], rendezvous: Path | None = None
    ) -> None:
        self.met: dict[int, dist.Store] = {}
        self.control = RunControl()
        self.failures: dict[int, str] = {}
        self._store, self._rendezvous = store, rendezvous
        self._threads = [threading.Thread(target=self._meet, args=(rank,)) for rank in order]
        for thread in self._threads:
            thread.start()

    def _meet(self, rank: int) -> None:
        place = Place(
            rank=rank,
            count=RANKS,
            local_rank=rank,
            local_count=RANKS,
            node=0,
            rendezvous=self._rendezvous,
        )
        silent = Output(as_json=False, out=io.StringIO(), err=io.StringIO())
        try:
            self.met[rank] = meet(place, self._store, self.control, silent)
        except EngineError as error:
            self.failures[rank] = str(error)

    def join(self) -> None:
        for thread in self._threads:
            thread.join(HANGS_AFTER_S)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_that_ranks_started_anew_find_nothing_of_the_earlier_ones(order: Sequence[int]) -> None:
    store = dist.HashStore()
    first = Start(store, order)
    first.join()
    first.met[0].set("news", "rank 1 is lost")
    lost = Start(store, order[:2])  # a start that never is complete
    lost.control.stop()
    lost.join()

    second = Start(store, order)
    second.join()

    assert sorted(second.met) == [0, 1, 2]
    assert not any(met.check(["news"]) for met in second.met.values())
    second.met[1].set("address", "of rank 1")
    assert second.met[2].get("address") == b"of rank 1"


def test_that_a_rank_that_comes_twice_is_invited_again() -> None:
    store = dist.HashStore()
    early = Start(store, (1, 2))
    early.control.stop()
    early.join()  # they said hello and are gone

    leader = Start(store, (0,))
    others = Start(store, (2, 1))
    leader.join()
    others.join()

    assert sorted(leader.met | others.met) == [0, 1, 2]


@pytest.mark.parametrize("has_begun", [False, True])
def test_that_a_second_process_of_one_rank_is_told_so(has_begun: bool) -> None:
    store = dist.HashStore()
    place = Path("meeting")
    first = Start(store, (0, 1, 2) if has_begun else (1,), place)
    if has_begun:
        first.join()
    else:
        wait_until(lambda: store.check(["hello/1"]))

    second = Start(store, (1,), place)
    told = second if has_begun else first
    told.join()
    second.control.stop()
    second.join()

    assert "Another process has come as rank 1" in told.failures[1]


@pytest.mark.parametrize(
    ("hello", "told"),
    [
        (
            f"word 4 {meeting._PROGRAM}",
            "Rank 1 takes itself for one of 4 ranks, rank 0",
        ),
        ("word 3 RNN Text Lab 0.1", "Rank 1 has RNN Text Lab 0.1, rank 0 RNN Text Lab"),
    ],
)
def test_that_ranks_that_are_not_alike_do_not_begin(hello: str, told: str) -> None:
    store = dist.HashStore()
    store.set("hello/1", hello)
    store.set("hello/2", f"word 3 {meeting._PROGRAM}")

    leader = Start(store, (0,))
    leader.join()

    assert told in leader.failures[0]


def test_that_what_a_killed_start_left_is_deleted(tmp_path: Path) -> None:
    path, left = tmp_path / "meeting", tmp_path / "meeting.0123abcd"
    left.write_bytes(b"the store of those")
    path.write_text(left.name)
    place = Place(rank=0, count=2, local_rank=0, local_count=2, node=0, rendezvous=path)

    waiting = meeting._Waiting(RunControl(), Output(as_json=False))
    with meeting._store_in_file(place, path, waiting) as store:
        store.set("hello/0", "anew")
        assert not left.exists()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("missing", [0, 2])
def test_that_a_rank_says_for_whom_it_waits(
    missing: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meeting, "_TELL_AFTER_S", 0.1)
    path, control, said = tmp_path / "meeting", RunControl(), io.StringIO()
    output = Output(as_json=False, out=io.StringIO(), err=said)
    failures: list[str] = []

    def wait(rank: int) -> None:
        place = Place(
            rank=rank, count=RANKS, local_rank=rank, local_count=RANKS, node=0, rendezvous=path
        )
        try:
            with meeting.met(place, control, output):
                pass
        except EngineError as error:
            failures.append(str(error))

    there = [
        threading.Thread(target=wait, args=(rank,)) for rank in range(RANKS) if rank != missing
    ]
    for thread in there:
        thread.start()
    wait_until(
        lambda: (
            f"Waiting for rank {missing}: start the same command for it, too." in said.getvalue()
        )
    )
    control.stop()
    for thread in there:
        thread.join(HANGS_AFTER_S)

    assert failures == ["Stopped before all ranks were there; nothing was begun."] * 2
