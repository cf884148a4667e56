"""The losses that need no network: counted beside everything else, drawn and told."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.errors import ErrorPresenter
from app.jobs import Jobs
from app.session import Session
from app.settings import SettingsStore
from app.tasks.controller import Surroundings
from app.tasks.task_runner import TaskRunner
from app.training.references import ReferencesController
from app.training.texts import references_line, table_references
from engine import CorpusError, ReferenceLosses, ReferencesCounted, RunControl, StageProgress
from tests.app.support.runs_fakes import FakeRuns
from tests.app.support.training_fakes import Bench, fake_corpus, started

LOSSES = ReferenceLosses(
    uniform=8.987,
    unigram=6.419,
    bigram=5.96,
    table=5.74,
    order=3,
    counted_words=18_821,
    is_sample=False,
)
PROGRESS = StageProgress(stage="Counting word sequences", done=1, total=3, unit="lengths")


class CountingBench:
    """A session with the controller that counts."""

    def __init__(self, qtbot: QtBot, settings_path: Path) -> None:
        self.presenter = ErrorPresenter()
        self.session = Session(self.presenter)
        self.runner = TaskRunner(self.presenter)
        self.count: Callable[[Any, RunControl], Iterator[Any]] = self.count_at_once
        self.asked: list[Any] = []
        self.counted: list[Any] = []
        around = Surroundings(
            session=self.session,
            presenter=self.presenter,
            settings=SettingsStore(settings_path),
            jobs=Jobs(runs=FakeRuns(), count_references=self._count),
            parent=self.presenter,
        )
        self.controller = ReferencesController(self.runner, around)
        self.controller.counted.connect(self.counted.append)

    def _count(self, corpus: Any, control: RunControl) -> Iterator[Any]:
        self.asked.append(corpus)
        return self.count(corpus, control)

    def count_at_once(self, corpus: Any, _control: RunControl) -> Iterator[Any]:
        yield PROGRESS
        corpus.references = LOSSES
        yield ReferencesCounted(losses=LOSSES)

    def count_until_stopped(self, _corpus: Any, control: RunControl) -> Iterator[Any]:
        self.count = self.count_at_once
        control.pause()
        control.proceed()
        yield PROGRESS


@pytest.fixture
def counting(qtbot: QtBot, settings_path: Path) -> Iterator[CountingBench]:
    bench = CountingBench(qtbot, settings_path)
    yield bench
    assert bench.runner.shutdown()


def test_that_a_new_corpus_is_counted(counting: CountingBench, qtbot: QtBot) -> None:
    corpus = fake_corpus()

    with qtbot.waitSignal(counting.runner.ended):
        counting.session.set_corpus(corpus)

    assert counting.counted == [corpus]


def test_that_another_corpus_ends_the_counting_of_the_former(
    counting: CountingBench, qtbot: QtBot
) -> None:
    former, present = fake_corpus(100), fake_corpus(200)
    counting.count = counting.count_until_stopped
    counting.session.set_corpus(former)

    counting.session.set_corpus(present)
    qtbot.waitUntil(lambda: bool(counting.counted))

    assert counting.asked == [former, present]
    assert counting.counted == [present]


def test_that_a_failure_is_told_and_the_next_corpus_is_counted(
    counting: CountingBench, qtbot: QtBot
) -> None:
    def fail(_corpus: Any, _control: RunControl) -> Iterator[Any]:
        yield PROGRESS
        raise CorpusError("The file of the corpus is gone.")

    messages: list[Any] = []
    counting.presenter.message_requested.connect(messages.append)
    counting.count = fail
    with qtbot.waitSignal(counting.runner.ended):
        counting.session.set_corpus(fake_corpus())
    assert "is gone" in messages[-1].text

    counting.count = counting.count_at_once
    with qtbot.waitSignal(counting.runner.ended):
        counting.session.set_corpus(fake_corpus(300))

    assert len(counting.counted) == 1


def shown_references(bench: Bench) -> tuple[float, ...]:
    return bench.tab.plot._lines.positions


def test_that_the_lines_are_drawn_when_a_run_begins_on_a_counted_text(bench: Bench) -> None:
    bench.prepare(fake_corpus(references=LOSSES))

    bench.controller._follower.follow(started())

    assert {6.419, 5.96, 5.74} <= set(shown_references(bench))


def test_that_the_lines_are_added_to_a_run_that_began_before(bench: Bench) -> None:
    corpus = fake_corpus()
    bench.prepare(corpus)
    bench.controller._follower.follow(started())
    assert 5.74 not in shown_references(bench)

    corpus.references = LOSSES
    bench.controller.show_references(corpus)

    assert 5.74 in shown_references(bench)
    assert "a table of word triples 5.740" in bench.find("log").toPlainText()


def test_that_a_curve_of_another_vocabulary_keeps_its_own_lines(bench: Bench) -> None:
    bench.prepare()
    bench.controller._follower.follow(started())

    bench.controller.show_references(fake_corpus(500, references=LOSSES))

    assert 5.74 not in shown_references(bench)


def test_that_lines_too_close_to_be_told_apart_are_one() -> None:
    close = ReferenceLosses(
        uniform=8.387,
        unigram=6.6838,
        bigram=6.0221,
        table=6.0106,
        order=3,
        counted_words=20_000,
        is_sample=False,
    )

    assert [line.text for line in table_references(close)] == [
        "how common words are: 6.684",
        "a table of word triples: 6.011",
    ]
    assert "a table of word pairs 6.022" in references_line(close)
