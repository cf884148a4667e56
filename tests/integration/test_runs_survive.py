"""Kills, failing disks and exact resumes: what is promised for a night of training.

The short form runs always; RNN_TEXT_LAB_FULL=1 (or `make reliability`) runs all counts
and prints the figures at the end.
"""

import errno
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest
import torch

from engine.config import CorpusConfig, ModelConfig, TrainConfig
from engine.control import Notice, RunControl
from engine.events import Event
from engine.language_model.checkpoint import load_model
from engine.language_model.history import EpochDone
from engine.runs import recorder
from engine.runs.store import RunStore
from engine.training.events import RunEnded
from engine.training.state import TrainingState, load_state, state_to_bytes
from engine.training.trainer import Trainer
from tests.engine.support.runs import ScriptedClock, animal_corpus
from tests.integration.scale import FULL, SEED, Report, long_test
from tests.patience import HANGS_AFTER_S

KILLS = 200 if FULL else 6
SPREAD_KILLS = 60 if FULL else 6
RESUMES = 50 if FULL else 5  # of each recipe
IO_STRIDE = 1 if FULL else 47
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EFBIG)


def figures(state: TrainingState) -> Any:
    """Return what must be the same to the last bit; times are left out."""
    progress = state.progress
    return (
        [(done.epoch, done.step, done.training_loss, done.validation_loss, done.is_best)
         for done in state.history.evaluations],
        [(half.step, half.learning_rate) for half in state.history.halvings],
        (progress.step, progress.epoch, progress.learning_rate, progress.best_loss),
    )  # fmt: skip


def assert_same(state: TrainingState, other: TrainingState) -> None:
    assert figures(state) == figures(other)
    for mine, theirs in (
        (state.parameters, other.parameters),
        (state.best, other.best),
        (state.optimizer, other.optimizer),
    ):
        assert mine.keys() == theirs.keys()
        assert all(torch.equal(mine[name], theirs[name]) for name in mine)


@long_test
@pytest.mark.parametrize("recipe", ["fast", "tutorial"])
def test_that_a_resumed_run_is_the_uninterrupted_one_to_the_last_bit(
    tmp_path: Path, recipe: Any, report: Report
) -> None:
    corpus = animal_corpus(tmp_path, documents=60)
    rate = 0.5 if recipe == "fast" else 0.2  # large enough for the loss to rise, too
    config = TrainConfig(recipe=recipe, epochs=6, batch_size=7, learning_rate=rate)
    trainer = Trainer(corpus, ModelConfig(hidden_dim=8, device="cpu"), config, None, Seconds())
    states = [trainer.state() for _ in trainer.run(RunControl())]
    whole = trainer.state()
    chosen = random.Random(SEED).sample(states[:-2], min(RESUMES, len(states) - 2))
    path = tmp_path / "state"

    for state in chosen:
        path.write_bytes(state_to_bytes(state))
        resumed = Trainer.resumed(corpus, load_state(path), Seconds())
        for _ in resumed.run(RunControl()):
            pass
        assert_same(resumed.state(), whole)
        assert resumed.state().history.losses == whole.history.losses  # of every step

    inside = sum(state.progress.sentences_done > 0 for state in chosen)
    halved = len(whole.history.halvings)
    report(
        f"{recipe}: {len(chosen)} resumes, {inside} of them inside an epoch, {halved} halvings: "
        "all losses and parameters bit-identical"
    )
    assert inside > 0
    assert halved > 0


def Seconds() -> ScriptedClock:
    return ScriptedClock(1.0)


class Zygote:
    """The process that forks and kills; see `surviving`."""

    def __init__(self, csv: Path, data: Path) -> None:
        command = [sys.executable, "-m", "tests.integration.surviving", str(csv), str(data)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
        assert self._answer() == "ready"
        self.store, self.events = RunStore(data), ""

    def do(self, command: str, run_id: str, delay_s: float = -1.0, events: int = 0) -> str:
        """Let a child train until it ends or is killed, after so many events; say which."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command} {run_id} {delay_s} {events}\n")
        self._process.stdin.flush()
        answer, _, told = self._answer().partition(" ")
        code, _, self.events = told.partition(" ")
        return f"{answer} {code}".strip()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(HANGS_AFTER_S)
        self._process.stdout.close()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@pytest.fixture(scope="module")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    folder = tmp_path_factory.mktemp("survive")
    animal_corpus(folder)
    process = Zygote(folder / "animals.csv", folder / "data")
    yield process
    process.close()


@pytest.fixture(scope="module")
def whole(zygote: Zygote) -> tuple[TrainingState, int]:
    """The end of a run that nothing disturbed, and how many events it had."""
    run_id = zygote.store.new_run_id()
    assert zygote.do("train", run_id) == "ended 0"
    return load_state(zygote.store.runs / run_id / "state.safetensors"), int(zygote.events)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@long_test
def test_that_a_kill_at_any_moment_costs_neither_a_file_nor_a_bit(
    zygote: Zygote, whole: tuple[TrainingState, int], report: Report
) -> None:
    chance, store = random.Random(SEED), zygote.store
    kills = runs = resumes = leftovers = begun_again = never = 0
    most_lost_s = 0.0

    while kills < KILLS:
        run_id, command, step = store.new_run_id(), "train", 0
        runs += 1
        while True:
            delay_s = chance.uniform(0.0, 0.25) if kills < KILLS else -1.0
            answer = zygote.do(command, run_id, delay_s)
            leftovers += sum(1 for _ in (store.runs / run_id).glob(".rnn-text-lab-*"))
            if answer != "killed":
                assert answer == "ended 0"
                break
            kills += 1
            if not (store.runs / run_id).exists():
                assert command == "train"  # killed while its folder was made: there is no run
                never += 1
                break
            info, path = store.info(run_id), store.runs / run_id
            if info.saved is None:  # killed before its first save: it begins again
                assert command == "train"
                assert run_id in [found.run_id for found in store.find_interrupted()]
                command = "resume"
                begun_again += 1
                continue
            if info.state == "finished":  # killed after its end
                answer = "ended 0"
                break
            assert info.state == "interrupted"
            assert run_id in [found.run_id for found in store.find_interrupted()]
            now = load_state(path / "state.safetensors").progress.step
            assert now >= step
            for name in ("best.safetensors", "last.safetensors"):
                if (path / name).exists():
                    load_model(path / name)
            assert store.open_model(run_id).step == now
            step, command = now, "resume"
            resumes += 1
            most_lost_s = max(most_lost_s, info.lost_s)
        if answer == "ended 0":
            assert_same(load_state(store.runs / run_id / "state.safetensors"), whole[0])
            assert store.info(run_id).state == "finished"
            assert not list((store.runs / run_id).glob(".*"))

    report(
        f"{kills} kills -9 in {runs} runs, {resumes} resumed, {begun_again} of them begun again, "
        f"{never} killed before there was a run, "
        f"{leftovers} times a temporary file "
        f"was left until the next save; every file whole, every finished run bit-identical; "
        f"at most {most_lost_s:.2f} s lost where saves follow each other"
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@long_test
def test_that_a_run_killed_anywhere_from_its_first_moment_on_ends_as_it_would_have(
    zygote: Zygote, whole: tuple[TrainingState, int], report: Report
) -> None:
    store, chance = zygote.store, random.Random(SEED)
    whole_state, whole_events = whole
    outcomes: Counter[str] = Counter()

    for number in range(SPREAD_KILLS):
        run_id = store.new_run_id()
        behind_s = chance.uniform(0.0, 0.005)  # the event: somewhere in a step or a save
        answer = zygote.do("train", run_id, behind_s, whole_events * number // SPREAD_KILLS)
        if answer == "killed" and not (store.runs / run_id).exists():
            outcomes["killed before there was a run"] += 1
            continue
        info = store.info(run_id)
        if info.state == "finished":
            outcomes["ended before the kill"] += 1
        else:
            outcomes["begun again" if info.begins_anew else "resumed"] += 1
            assert [found.run_id for found in store.find_interrupted()] == [run_id]
            assert zygote.do("resume", run_id) == "ended 0"
        assert_same(load_state(store.runs / run_id / "state.safetensors"), whole_state)

    told = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
    report(
        f"{SPREAD_KILLS} kills -9 spread over a run of {whole_events} events: {told}; "
        "every run ended bit-identical"
    )
    assert outcomes["resumed"] > 0


@long_test
def test_that_no_failing_call_stops_the_training_or_harms_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, report: Report
) -> None:
    monkeypatch.setattr(recorder, "_AUTOSAVE_S", 0.0)
    monkeypatch.setattr(recorder, "_RETRY_S", 0.0)
    corpus = animal_corpus(tmp_path)
    whole = keep(tmp_path, "whole", corpus)[0]
    calls, tried, told = count_calls(tmp_path, corpus), 0, 0
    cases = [
        (number, code, for_ever)
        for number in range(1, calls + 1)
        for code in ERRORS
        for for_ever in (False, True)
    ]

    for case in cases[::IO_STRIDE]:
        number, code, for_ever = case
        with failing_calls(number, code, for_ever=for_ever):
            events = keep(tmp_path, f"case-{tried}", corpus)[1]
        store = RunStore(tmp_path / f"case-{tried}")
        assert isinstance(events[-1], RunEnded), case
        last = [event for event in events if isinstance(event, EpochDone)][-1]
        assert last.training_loss == whole.history.evaluations[-1].training_loss, case
        told += any(isinstance(event, Notice) for event in events)
        for info in store.list():
            if info.saved is not None:
                load_state(info.path / "state.safetensors")
        if not for_ever:
            (info,) = store.list()
            assert info.state == "finished", (case, events)
            assert_same(load_state(info.path / "state.safetensors"), whole)
            assert not list(info.path.glob(".*"))
        tried += 1

    report(
        f"{calls} I/O calls of a run, {tried} failures tried, {told} of them told to the user; "
        "every training came to its end with the same parameters, every file is whole"
    )


def keep(folder: Path, name: str, corpus: Any) -> tuple[TrainingState, list[Event]]:
    """Train a small kept run; return its last state and its events."""
    store = RunStore(folder / name)
    config = CorpusConfig(path=folder / "animals.csv")
    sizes = ModelConfig(hidden_dim=4, device="cpu"), TrainConfig(epochs=1, batch_size=16)
    events = list(store.train(corpus, config, *sizes, RunControl()))
    states = [load_state(info.path / "state.safetensors")
              for info in store.list() if info.saved is not None]  # fmt: skip
    return (states[0] if states else None), events  # type: ignore[return-value]


class failing_calls:  # noqa: N801 - reads as a statement
    """Let one I/O call of the writing thread fail, or all from that one on."""

    NAMES = ("open", "write", "fsync", "fstat", "replace", "stat", "mkdir", "lseek", "read")

    def __init__(self, number: int, code: int, *, for_ever: bool) -> None:
        self._number, self._code, self._for_ever = number, code, for_ever
        self._patch = pytest.MonkeyPatch()
        self.calls = 0

    def __enter__(self) -> Self:
        for name in self.NAMES:
            self._patch.setattr(os, name, self._counted(getattr(os, name)))
        return self

    def __exit__(self, *_: object) -> None:
        self._patch.undo()

    def _counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            if threading.current_thread().name == "run-writer":
                self.calls += 1
                if self.calls == self._number or (self._for_ever and self.calls > self._number):
                    raise OSError(self._code, os.strerror(self._code))
            return function(*arguments, **keywords)

        return call


def count_calls(folder: Path, corpus: Any) -> int:
    """Return how many I/O calls the writing thread of a run makes."""
    with failing_calls(0, 0, for_ever=False) as counter:
        keep(folder, "counted", corpus)
    return counter.calls
