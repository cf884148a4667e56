"""Stop ends any job in any state: few events come after it, however long they take.

The seconds that are told fail nothing.
"""

import random
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from app.tasks.task_runner import TaskRunner
from engine import (
    Corpus,
    CorpusConfig,
    CorpusReady,
    LanguageModel,
    ModelConfig,
    RunControl,
    SampleConfig,
    TrainConfig,
    build_corpus,
    check_gradients,
    estimate_epoch,
    generate,
    sample_comments_path,
    score,
    time_one_step,
    train,
)
from tests.integration.closing import write_csv
from tests.integration.quick_jobs import model_of
from tests.integration.scale import FULL, SEED, Report, long_test, scaled

pytestmark = long_test

MOST_AFTER = 3  # events of a job that was told to stop
STANDSTILL_S = 1.0  # so long without a turn of our loop, the machine itself stood still
LONGEST_S = 2.0  # a job is stopped at an instant of chance before
ENDLESS = 100_000

Job = Callable[[RunControl], Iterator[Any]]


@cache
def sample_corpus() -> Corpus:
    config = CorpusConfig(path=sample_comments_path())
    events = build_corpus(config, RunControl())
    return next(event.corpus for event in events if isinstance(event, CorpusReady))


def training(recipe: Any, control: RunControl) -> Iterator[Any]:
    settings = TrainConfig(recipe=recipe, epochs=ENDLESS)
    return train(sample_corpus(), ModelConfig(device="cpu"), settings, control)


def jobs(small: Path, large: Path) -> dict[str, Job]:
    model: LanguageModel = model_of(small)
    sample_corpus()  # what the jobs train on is not prepared within them
    words = ("the old dog saw a cat . " * 1000)[:10_000]  # all that the line takes
    return {
        "preparing": lambda control: build_corpus(CorpusConfig(path=large), control),
        "preparing in one process": lambda control: build_corpus(
            CorpusConfig(path=large, processes=0), control
        ),
        "training, fast": partial(training, "fast"),
        "training, tutorial": partial(training, "tutorial"),
        "generating": lambda control: generate(
            model, SampleConfig(count=100_000, min_length=0), control
        ),
        "scoring": lambda control: score(model, words, control),
        "gradient check": lambda control: check_gradients(control),
        "step timing": lambda control: time_one_step(control),
        "epoch estimate": lambda control: estimate_epoch(
            sample_corpus(), ModelConfig(device="cpu"), TrainConfig(), control
        ),
    }


def turn_until(is_so: Callable[[], bool]) -> float:
    """Let events be handled until `is_so`; return the seconds, those of standstill left out."""
    begin = last = time.monotonic()
    still = 0.0
    while not is_so():
        QCoreApplication.processEvents()
        time.sleep(0.002)  # a loop that spins would keep the worker from working
        now = time.monotonic()
        still += now - last if now - last > STANDSTILL_S else 0.0
        last = now
    return last - begin - still


def seconds_to_stop(job: Job, instant_s: float, late: list[Any], *, is_paused: bool) -> float:
    """Stop a job after a while; add the events that it still had to `late`."""
    runner, control = TaskRunner(), RunControl()

    def watched() -> Iterator[Any]:
        for event in job(control):
            if control.is_stopped:
                late.append(event)
            yield event

    runner.start(watched, control)
    deadline = time.monotonic() + instant_s
    turn_until(lambda: time.monotonic() >= deadline or not runner.is_busy)
    if is_paused:
        runner.pause()
    runner.stop()
    return turn_until(lambda: not runner.is_busy)


def test_that_stop_ends_any_job_in_any_state(qtbot: QtBot, tmp_path: Path, report: Report) -> None:
    small = write_csv(tmp_path / "small.csv", 150)
    large = write_csv(tmp_path / "large.csv", 60_000)
    count = scaled(1, 20)
    chance = random.Random(SEED)
    slowest: dict[str, float] = {}

    for name, job in jobs(small, large).items():
        for number in range(count):
            instant_s = chance.uniform(0.0, LONGEST_S if FULL else 0.4)
            is_paused = number % 4 == 3
            late: list[Any] = []
            seconds = seconds_to_stop(job, instant_s, late, is_paused=is_paused)
            assert len(late) <= MOST_AFTER, (name, late)
            slowest[name] = max(slowest.get(name, 0.0), seconds)

    listed = ", ".join(f"{name} {seconds:.2f}" for name, seconds in slowest.items())
    report(f"stop: {count} instants of {len(slowest)} jobs, slowest in seconds: {listed}")
