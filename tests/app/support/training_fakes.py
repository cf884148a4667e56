"""Stand-ins for the engine on the training tab: corpora, models and lists of events."""

import math
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PySide6.QtWidgets import QWidget

from app.errors import ErrorPresenter
from app.jobs import Jobs
from app.session import RunState, Session
from app.settings import SettingsStore
from app.tasks.controller import Surroundings
from app.tasks.task_runner import TaskRunner
from app.training.controller import TrainingController
from app.training.plot.loss_history import LossHistory
from app.training.tab import TrainingTab
from app.training.tools import ToolsController
from engine import (
    CorpusConfig,
    EpochDone,
    Event,
    GradientReport,
    GradientsChecked,
    LossPoint,
    ModelConfig,
    ParameterCheck,
    RateHalved,
    ReferenceLosses,
    RunControl,
    RunEnded,
    SnapshotPublished,
    StageProgress,
    StepTimed,
    TrainConfig,
    TrainingStarted,
)
from engine.language_model.history import TrainingHistory
from tests.app.support.runs_fakes import FakeRuns
from tests.app.support.widgets import child
from tests.engine.support.run_infos import CORPUS_CONFIG

ENTROPY = 3.9


class FakeVocabulary:
    """So many words."""

    def __init__(self, words: int) -> None:
        self.words = tuple(map(str, range(words)))

    def __len__(self) -> int:
        return len(self.words)


def fake_corpus(
    words: int = 8000, *, held_out: int = 50, references: ReferenceLosses | None = None
) -> Any:
    summary = SimpleNamespace(
        name="comments.csv",
        documents=1000,
        sentences=4200,
        vocabulary_size=words,
        validation_documents=held_out,
        training_words=60_000,
        digest="ab" * 32,
    )

    def with_validation_fraction(fraction: float) -> Any:
        return fake_corpus(words, held_out=round(1000 * fraction))

    return SimpleNamespace(
        summary=summary,
        vocabulary=FakeVocabulary(words),
        references=references,
        with_validation_fraction=with_validation_fraction,
    )


def fake_model(words: int = 8000, *, points: int = 0) -> Any:
    floats = array("d", [0.1 * (n + 1) for n in range(points)])
    history = TrainingHistory(
        steps=array("q", range(1, points + 1)),
        epochs=floats,
        losses=array("d", [8.0 - value for value in floats]),
        learning_rates=array("d", [0.002] * points),
        elapsed_s=floats,
    )
    return SimpleNamespace(
        description="A network of 64 hidden units and 8,000 words.",
        vocabulary=FakeVocabulary(words),
        references=None,
        summary=fake_corpus(words).summary,
        model_config=ModelConfig(hidden_dim=64, bptt_truncate=7),
        train_config=TrainConfig(),
        word_dim=words,
        history=history,
        step=points,
        epoch=3.4 if points else 0.0,
    )


def fake_defaults(
    recipe: str, words: int | None = None, vocabulary: int = 0, hidden_dim: int | None = None
) -> Any:
    is_fast = recipe == "fast"
    return SimpleNamespace(
        recipe=recipe,
        reason="" if words is None else f"For {words:,} words.",
        learning_rate=0.002 * min(1.0, 100 / (hidden_dim or 100)) if is_fast else 0.005,
        batch_size=64 if is_fast else 1,
        hidden_dim=160 if is_fast and (words or 0) >= 1_000_000 else 100,
        tuning=SimpleNamespace(softmax_sample=0.1 if is_fast and vocabulary >= 4000 else 1.0),
        description="Random mini-batches with the Adam optimiser: the same network, far sooner."
        if is_fast
        else "As in the tutorial: one sentence per step, plain gradient descent.",
    )


def started(words: int = 8000, *, epochs: int = 10) -> TrainingStarted:
    return TrainingStarted(
        recipe="fast",
        device="CPU (2 threads)",
        device_reason="The CPU is used: this PyTorch is built for the CPU only.",
        word_dim=words,
        hidden_dim=100,
        bptt_truncate=4,
        parameters=2 * 100 * words + 100**2,
        sentences=4000,
        words=60_000,
        validation_sentences=200,
        learning_rate=0.002,
        batch_size=64,
        epochs=epochs,
        uniform_loss=math.log(words),
    )


def loss_point(step: int, loss: float) -> LossPoint:
    return LossPoint(
        step=step,
        epoch=step / 100,
        loss=loss,
        learning_rate=0.002,
        words_per_s=12_345.0,
        elapsed_s=step / 10,
        time_left_s=83.0,
    )


def epoch_done(epoch: int, validation: float | None, *, is_best: bool = True) -> EpochDone:
    return EpochDone(
        epoch=epoch,
        step=100 * epoch,
        training_loss=8.987 if epoch == 0 else 5.0,
        validation_loss=validation,
        learning_rate=0.002,
        words_per_s=12_345.0,
        elapsed_s=10.0 * epoch,
        is_best=is_best,
    )


def halved(epoch: int, rate: float) -> RateHalved:
    return RateHalved(
        step=100 * epoch, epoch=epoch, learning_rate=rate, reason="The loss rose to 5.100."
    )


def ended(reason: Any = "finished") -> RunEnded:
    return RunEnded(reason=reason, epoch=2.0, step=200, elapsed_s=20.0)


def short_run(model: Any = None) -> list[Event]:
    return [
        started(epochs=2),
        epoch_done(0, 8.99),
        loss_point(50, 7.0),
        loss_point(100, 6.0),
        epoch_done(1, 6.2),
        loss_point(200, 5.0),
        epoch_done(2, 6.4, is_best=False),
        halved(2, 0.001),
        SnapshotPublished(step=200, epoch=2.0, model=model or fake_model()),
        ended(),
    ]


def until_stopped(control: RunControl) -> Iterator[Event]:
    """Yield points until a stop; a pause blocks as the engine's does."""
    yield started()
    step = 0
    while control.proceed():
        step += 1
        if step <= 5:
            yield loss_point(step, 7.0)
    yield ended("stopped")


def fake_gradients(*, passed: bool = True) -> list[Event]:
    checks = tuple(
        ParameterCheck(name=name, size=size, worst_error=2e-8, worst_index=(3, 1), passed=passed)
        for name, size in (("U", 1000), ("V", 1000), ("W", 100))
    )
    report = GradientReport(
        parameters=checks,
        threshold=1e-6,
        step=0.01,
        device="cpu",
        dtype="float64",
        passed=passed,
        note="10 hidden units, 100 words.",
    )
    return [
        StageProgress(stage="Checking U", done=500, total=1000, unit="numbers"),
        GradientsChecked(report=report),
    ]


WAITED = 0.0  # the share of the time


def fake_times() -> list[Event]:
    rows = (("NumPy reference", "CPU", 180.0, 1.0), ("PyTorch", "CPU", 3.2, 56.25))
    times: list[Any] = [
        SimpleNamespace(
            implementation=name,
            device=device,
            words=45,
            milliseconds=ms,
            ratio=ratio,
            waited=WAITED,
        )
        for name, device, ms, ratio in rows
    ]
    return [StepTimed(time=time) for time in times]


@dataclass
class FakeDialogs:
    replaces: bool = True
    path: Path | None = None
    asked: list[str] = field(default_factory=list)

    def ask_replace_unsaved(self) -> bool:
        self.asked.append("replace")
        return self.replaces

    def ask_plot_path(self, suggested: Path) -> Path | None:
        self.asked.append(suggested.name)
        return self.path

    def ask_metrics_path(self, suggested: Path) -> Path | None:
        self.asked.append(suggested.name)
        return self.path


@dataclass
class FakeTrain:
    """Plays `events` and remembers what it was asked for."""

    events: Any
    calls: list[dict[str, Any]] = field(default_factory=list)

    def __call__(
        self,
        corpus: Any,
        corpus_config: CorpusConfig,
        model_config: ModelConfig,
        train_config: TrainConfig,
        control: RunControl,
        *,
        start_from: Any = None,
        run_id: str | None = None,
    ) -> Iterator[Event]:
        self.calls.append(
            {"corpus": corpus, "model": model_config, "train": train_config, "start": start_from}
            | {"config": corpus_config, "run_id": run_id}
        )
        yield from self.events(control) if callable(self.events) else self.events


@dataclass
class FakeResume:
    """Plays `events` of a run that goes on."""

    events: Any
    calls: list[tuple[str, Any, int | None]] = field(default_factory=list)

    def __call__(
        self, run_id: str, corpus: Any, control: RunControl, *, epochs: int | None = None
    ) -> Iterator[Event]:
        self.calls.append((run_id, corpus, epochs))
        yield from self.events(control) if callable(self.events) else self.events


class Bench:
    """A training tab with everything around it."""

    def __init__(self, settings_path: Path, events: Any = ()) -> None:
        self.tab = TrainingTab(LossHistory())
        self.session = Session(self.tab)
        self.runner = TaskRunner(self.tab)
        self.tools_runner = TaskRunner(self.tab)
        self.presenter = ErrorPresenter(self.tab)
        self.messages: list[Any] = []
        self.presenter.message_requested.connect(self.messages.append)
        self.settings = SettingsStore(settings_path, self.tab)
        self.train = FakeTrain(events)
        self.resumed = FakeResume(())
        self.runs = FakeRuns(train=self.train, resume=self.resumed)
        self.built: list[CorpusConfig] = []
        self.build_events: Any = ()
        self.dialogs = FakeDialogs()
        self.gradients: Any = fake_gradients()
        self.asked_sizes: list[tuple[int, int]] = []
        jobs = Jobs(
            runs=self.runs,
            build=self.build,
            open_prepared=lambda *_: None,
            generate=lambda *_: iter(()),
            recipe_defaults=fake_defaults,
            entropy=lambda _summary, _words: ENTROPY,
            training_dialogs=self.dialogs,
            check_gradients=self._check_gradients,
            time_one_step=self._time_one_step,
        )
        around = Surroundings(
            session=self.session,
            presenter=self.presenter,
            settings=self.settings,
            jobs=jobs,
            parent=self.tab,
        )
        self.controller = TrainingController(self.tab, self.runner, around)
        self.tools = ToolsController(self.tab, self.tools_runner, around)

    def build(self, config: CorpusConfig, control: RunControl) -> Iterator[Event]:
        self.built.append(config)
        yield from self.build_events

    def _check_gradients(self, control: RunControl) -> Iterator[Event]:
        yield from self.gradients(control) if callable(self.gradients) else self.gradients

    def _time_one_step(self, _control: RunControl, words: int, hidden: int) -> Iterator[Event]:
        self.asked_sizes.append((words, hidden))
        yield from fake_times()

    def prepare(self, corpus: Any = None) -> None:
        """Act as the dataset tab does when a corpus is ready."""
        self.session.set_run_state(RunState.PREPARING)
        self.session.set_corpus(corpus or fake_corpus(), CORPUS_CONFIG)
        self.session.set_run_state(RunState.READY)

    def find(self, role: str) -> Any:
        """Return the widget `training.<role>`."""
        return child(self.tab, QWidget, f"training.{role}")
