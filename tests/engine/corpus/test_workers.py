"""Helper processes prepare what one process would, and none of them outlives its work."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.config import CorpusConfig
from engine.control import RunControl, StageProgress
from engine.corpus.build import build_corpus
from engine.corpus.workers import PreparationPool, PreparedBatch, _serve, choose_processes
from engine.events import Event
from engine.tokenization.reading import Reading
from tests.conftest import ROOT
from tests.engine.support.corpora import prepare, write_rows
from tests.processes import python


@pytest.fixture(scope="module")
def many_texts() -> list[str]:
    rng = np.random.default_rng(5)
    words = [f"word{number}" for number in range(300)]
    return [
        " ".join(rng.choice(words, size=9)).capitalize() + ". " + "It isn't “so” (at all)!"
        for _ in range(400)
    ]


def test_that_processes_change_nothing(
    tmp_path: Path, many_texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_rows(tmp_path / "a.csv", many_texts)
    alone, _ = prepare(path, processes=0)
    monkeypatch.setattr("engine.corpus.build._BATCH_CHARACTERS", 3000)
    monkeypatch.setattr("engine.corpus.workers.SMALL_TEXT", 10)

    shared, _ = prepare(path, processes=2)

    assert shared.summary == alone.summary
    assert shared.vocabulary == alone.vocabulary
    assert shared.training.ids.tobytes() == alone.training.ids.tobytes()
    assert shared.training.offsets.tobytes() == alone.training.offsets.tobytes()
    assert shared.validation.ids.tobytes() == alone.validation.ids.tobytes()
    assert shared.sentence_view(77) == alone.sentence_view(77)
    assert multiprocessing.active_children() == []


def stop_at(stage: str, control: RunControl) -> Callable[[Event], None]:
    def look(event: Event) -> None:
        if isinstance(event, StageProgress) and event.stage == stage:
            control.stop()

    return look


@pytest.mark.parametrize("processes", [0, 2])
@pytest.mark.parametrize(
    "stage",
    ["Reading the file", "Learning where sentences end", "Splitting into sentences and words"],
)
def test_that_a_stop_ends_without_a_corpus_or_a_process(
    stage: str,
    processes: int,
    tmp_path: Path,
    many_texts: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write_rows(tmp_path / "a.csv", many_texts)
    monkeypatch.setattr("engine.corpus.build._BATCH_CHARACTERS", 3000)
    monkeypatch.setattr("engine.corpus.build._REPORT_EVERY_S", 0.0)
    monkeypatch.setattr("engine.corpus.workers.SMALL_TEXT", 10)
    control = RunControl()
    look = stop_at(stage, control)

    events = []
    for event in build_corpus(CorpusConfig(path=path, processes=processes), control):
        events.append(event)
        look(event)

    assert isinstance(events[-1], StageProgress)
    assert events[-1].stage == stage
    assert multiprocessing.active_children() == []


def test_that_abandoning_the_stream_leaves_no_process(
    tmp_path: Path, many_texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_rows(tmp_path / "a.csv", many_texts)
    monkeypatch.setattr("engine.corpus.build._BATCH_CHARACTERS", 3000)
    monkeypatch.setattr("engine.corpus.build._REPORT_EVERY_S", 0.0)
    monkeypatch.setattr("engine.corpus.workers.SMALL_TEXT", 10)
    events = build_corpus(CorpusConfig(path=path, processes=2), RunControl())
    for event in events:
        if isinstance(event, StageProgress) and event.stage.startswith("Splitting"):
            break

    events.close()  # type: ignore[attr-defined]

    assert multiprocessing.active_children() == []


def test_that_a_dead_process_is_replaced_by_this_one(many_texts: list[str]) -> None:
    tokenizer = Reading().tokenizer
    with PreparationPool(tokenizer, 2, RunControl()) as pool:
        batches = list(pool.put(many_texts[:200]))
        child = multiprocessing.active_children()[0]
        assert child.pid is not None
        os.kill(child.pid, getattr(signal, "SIGKILL", signal.SIGTERM))

        batches += pool.put(many_texts[200:])
        batches += pool.finish()

    assert pool.was_broken
    assert sum(len(batch.document_lengths) for batch in batches) == len(many_texts)
    assert multiprocessing.active_children() == []


class ScriptedPipe:
    """The helper's end of a pipe whose parent says what it was told to."""

    def __init__(self, messages: list[object]) -> None:
        self.messages = messages
        self.sent: list[object] = []

    def recv(self) -> object:
        if not self.messages:
            raise EOFError
        return self.messages.pop(0)

    def send(self, message: object) -> None:
        self.sent.append(message)


def test_that_a_helper_ends_when_its_parent_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    ignored: list[int] = []
    monkeypatch.setattr("signal.signal", lambda number, _: ignored.append(number))
    pipe = ScriptedPipe([Reading().tokenizer, ["A b. C d."]])

    _serve(pipe)  # type: ignore[arg-type]

    assert pipe.sent[0] == "ready"
    assert isinstance(pipe.sent[1], PreparedBatch)
    assert len(pipe.sent) == 2
    signals = (getattr(signal, name, None) for name in ("SIGINT", "SIGHUP"))
    assert ignored == [number for number in signals if number is not None]


def test_that_processes_that_cannot_start_are_done_without(
    many_texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("multiprocessing.context.SpawnProcess.start", refuse)
    with PreparationPool(Reading().tokenizer, 2, RunControl()) as pool:
        batches = [*pool.put(many_texts), *pool.finish()]

    assert pool.was_broken
    assert len(batches) == 1


@pytest.mark.parametrize(
    ("requested", "characters", "most"),
    [(None, 1000, 0), (0, 10**9, 0), (3, 10**9, 3), (1, 10**9, 1), (8, 1_500_000, 2)],
)
def test_how_many_processes_a_text_deserves(
    requested: int | None, characters: int, most: int
) -> None:
    assert choose_processes(requested, characters) == most


def test_that_a_script_without_a_main_guard_does_not_start_itself_again(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "print('begins')\n"
        "from engine.control import RunControl\n"
        "from engine.tokenization.reading import Reading\n"
        "from engine.corpus.workers import PreparationPool\n"
        "with PreparationPool(Reading().tokenizer, 2, RunControl()) as pool:\n"
        "    done = [*pool.put(['The cat sat. It slept.']), *pool.finish()]\n"
        "print(len(done[0].sentence_lengths), pool.was_broken)\n",
        encoding="utf-8",
    )

    done = python(str(script), PYTHONPATH=str(ROOT))

    assert done.stderr == ""
    assert done.stdout == "begins\n2 False\n"
