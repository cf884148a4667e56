"""The vocabulary page: exact shares for each size, the measured time, the chosen size."""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QSlider, QSpinBox, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from app.dataset.tab import VOCABULARY_PAGE, DatasetTab
from app.dataset.vocabulary_controller import VocabularyController, epoch_text
from app.errors import ErrorPresenter, Message
from app.jobs import Jobs, TrainingChoices
from app.session import RunState, Session
from app.settings import SettingsStore
from app.shared.tables import RecordTable
from app.tasks.controller import Surroundings
from app.tasks.task_runner import TaskRunner
from engine import (
    DeviceError,
    EpochEstimate,
    EpochEstimated,
    ModelConfig,
    Notice,
    RunControl,
    StageProgress,
    TrainConfig,
)
from tests.app.support.dataset_fakes import SUMMARY, FakeCorpus
from tests.app.support.runs_fakes import FakeRuns
from tests.app.support.widgets import child

WidgetT = TypeVar("WidgetT", bound=QWidget)
ESTIMATE = EpochEstimate(
    sizes=(4, 6),
    seconds=(2.0, 4.0),
    recipe="fast",
    device="CPU (2 threads)",
    hidden_dim=10,
    batch_size=64,
    steps=70,
)


def measured(control: RunControl) -> Iterator[Any]:
    yield StageProgress(stage="Timing steps with 4 words", done=0, total=2, unit="sizes")
    yield EpochEstimated(estimate=ESTIMATE)


def until_stopped(control: RunControl) -> Iterator[Any]:
    yield StageProgress(stage="Timing steps with 4 words", done=0, total=2, unit="sizes")
    while control.proceed():
        control.pause()


@dataclass
class Bench:
    """The tab with the controller of its vocabulary page."""

    tab: DatasetTab
    session: Session
    runner: TaskRunner
    messages: list[Message]
    qtbot: QtBot
    events: Callable[[RunControl], Iterator[Any]] = measured
    choices: TrainingChoices | None = None
    asked: list[tuple[ModelConfig, TrainConfig]] = field(default_factory=list)

    def estimate(
        self, corpus: Any, model: ModelConfig, train: TrainConfig, control: RunControl
    ) -> Iterator[Any]:
        self.asked.append((model, train))
        return self.events(control)

    def find(self, kind: type[WidgetT], role: str) -> WidgetT:
        return child(self.tab, kind, f"dataset.{role}")

    def text(self, role: str) -> str:
        return self.find(QLabel, role).text()

    def click(self, role: str) -> None:
        self.qtbot.mouseClick(self.find(QPushButton, role), Qt.MouseButton.LeftButton)

    def rest(self) -> None:
        self.qtbot.waitUntil(lambda: not self.runner.is_busy)

    def prepare(self, corpus: FakeCorpus | None = None) -> None:
        self.session.set_run_state(RunState.PREPARING)
        self.session.set_corpus(corpus or FakeCorpus())  # type: ignore[arg-type]
        self.tab.show_corpus(self.session.corpus)  # type: ignore[arg-type]
        self.session.set_run_state(RunState.READY)

    def look(self) -> None:
        self.find(QTabWidget, "results").setCurrentIndex(VOCABULARY_PAGE)
        self.rest()

    def open_page(self, corpus: FakeCorpus | None = None) -> None:
        self.prepare(corpus)
        self.look()

    def measure(self) -> None:
        self.click("measure_button")
        self.rest()

    def cells(self, row: int) -> list[str]:
        model = self.find(RecordTable, "budget_table").model()
        return [model.index(row, column).data() for column in range(model.columnCount())]


@pytest.fixture
def bench(qtbot: QtBot, settings_path: Path) -> Iterator[Bench]:
    tab, session, runner, presenter = DatasetTab(), Session(), TaskRunner(), ErrorPresenter()
    qtbot.addWidget(tab)
    bench = Bench(tab, session, runner, [], qtbot)
    presenter.message_requested.connect(bench.messages.append)
    bench.choices = TrainingChoices(model=ModelConfig(hidden_dim=10), train=TrainConfig())
    around = Surroundings(
        session=session,
        presenter=presenter,
        settings=SettingsStore(settings_path),
        jobs=Jobs(runs=FakeRuns(), estimate_epoch=bench.estimate),
    )
    controller = VocabularyController(tab, runner, around, choices=lambda: bench.choices)
    tab.resize(1200, 800)
    tab.show()
    yield bench
    assert runner.shutdown()
    controller.deleteLater()


def test_that_nothing_is_counted_before_the_page_is_looked_at(bench: Bench) -> None:
    bench.prepare()

    assert not bench.runner.is_busy
    assert not bench.find(QPushButton, "measure_button").isEnabled()


def test_that_the_page_shows_what_the_chosen_size_costs(bench: Bench) -> None:
    bench.open_page()

    bench.find(QSpinBox, "vocabulary_spin").setValue(5)  # two of the three words

    assert bench.text("budget.vocabulary_size") == "5"
    assert bench.text("budget.unknown_share") == "10.0 %"
    assert bench.text("budget.touched_share") == "50.0 %"
    assert bench.text("budget.parameters") == "200"
    assert bench.text("budget.epoch_time") == "–"


def test_that_a_size_beyond_the_text_is_shown_as_all_of_its_words(bench: Bench) -> None:
    bench.open_page()

    assert bench.text("budget.vocabulary_size") == "6"
    assert bench.text("budget.touched_share") == "0.0 %"
    assert bench.cells(0) == ["6", "0.0 %", "0.0 %", "220", "–"]


def test_that_the_slider_sets_the_vocabulary_of_the_form(bench: Bench) -> None:
    bench.open_page()

    bench.find(QSlider, "vocabulary_slider").setValue(0)

    assert bench.find(QSpinBox, "vocabulary_spin").value() == 4
    assert bench.text("budget.unknown_share") == "40.0 %"


def test_that_a_row_of_the_table_chooses_its_size(bench: Bench) -> None:
    bench.open_page()
    bench.find(QSpinBox, "vocabulary_spin").setValue(5)
    table = bench.find(RecordTable, "budget_table")

    bench.qtbot.mouseClick(
        table.viewport(),
        Qt.MouseButton.LeftButton,
        pos=table.visualRect(table.model().index(0, 1)).center(),
    )

    assert bench.find(QSpinBox, "vocabulary_spin").value() == 6


def test_that_the_measured_time_is_shown_for_every_size(bench: Bench) -> None:
    bench.open_page()
    bench.find(QSpinBox, "vocabulary_spin").setValue(5)

    bench.measure()

    assert bench.text("budget.epoch_time") == "3.0 s"
    assert bench.cells(0)[-1] == "4.0 s"
    assert bench.text("measure_status") == (
        "Measured on CPU (2 threads) with 4 and 6 words: 70 steps of 64 sentences per epoch."
    )


def test_that_the_settings_of_the_training_tab_are_measured(bench: Bench) -> None:
    train = TrainConfig(recipe="tutorial")
    bench.choices = TrainingChoices(model=ModelConfig(hidden_dim=77), train=train)
    bench.open_page()

    bench.measure()

    assert bench.asked == [(ModelConfig(hidden_dim=77), train)]
    assert "77 hidden units and the tutorial's recipe" in bench.text("budget_note")


@pytest.mark.parametrize(
    ("model", "train", "parameters"),
    [({"hidden_dim": 20}, {}, "640"), ({"hidden_dim": 10}, {"allow_tf32": True}, "220")],
    ids=["network", "precision"],
)
def test_that_other_training_settings_make_the_measured_time_void(
    bench: Bench, model: dict[str, Any], train: dict[str, Any], parameters: str
) -> None:
    bench.open_page()
    bench.measure()

    bench.choices = TrainingChoices(model=ModelConfig(**model), train=TrainConfig(**train))
    bench.find(QTabWidget, "results").setCurrentIndex(0)
    bench.look()

    assert bench.text("budget.epoch_time") == "–"
    assert bench.text("budget.parameters") == parameters


def test_that_mistakes_in_the_training_form_leave_its_defaults(bench: Bench) -> None:
    bench.choices = None
    bench.prepare()

    bench.look()

    assert "100 hidden units" in bench.text("budget_note")


def test_that_the_measuring_can_be_stopped(bench: Bench) -> None:
    bench.events = until_stopped
    bench.open_page()
    with bench.qtbot.waitSignal(bench.runner.event_ready):
        bench.click("measure_button")
    assert bench.find(QPushButton, "measure_button").text() == "Stop measur&ing"
    assert bench.text("measure_status") == "Timing steps with 4 words…"

    bench.measure()

    assert bench.text("budget.epoch_time") == "–"
    assert bench.text("measure_status") == ""


def test_that_training_ends_the_measuring(bench: Bench) -> None:
    bench.events = until_stopped
    bench.open_page()
    with bench.qtbot.waitSignal(bench.runner.event_ready):
        bench.click("measure_button")

    bench.session.set_run_state(RunState.TRAINING)
    bench.rest()

    assert not bench.find(QPushButton, "measure_button").isEnabled()


def test_that_a_failed_measuring_says_why(bench: Bench) -> None:
    def failing(control: RunControl) -> Iterator[Any]:
        yield Notice(text="A vocabulary of 6 words does not fit.")
        raise DeviceError("No GPU can be used. Choose the device 'cpu' or 'auto'.")

    bench.events = failing
    bench.open_page()

    bench.measure()

    texts = [message.text for message in bench.messages]
    assert texts == [
        "A vocabulary of 6 words does not fit.",
        "No GPU can be used. Choose the device 'cpu' or 'auto'.",
    ]
    assert bench.find(QPushButton, "measure_button").isEnabled()


def test_that_only_another_size_can_be_used(bench: Bench) -> None:
    bench.open_page(FakeCorpus().with_vocabulary_size(5))
    use = bench.find(QPushButton, "use_vocabulary_button")
    bench.find(QSpinBox, "vocabulary_spin").setValue(5)
    assert not use.isEnabled()

    bench.find(QSpinBox, "vocabulary_spin").setValue(4)

    with bench.qtbot.waitSignal(bench.tab.vocabulary_page.use_requested):
        bench.click("use_vocabulary_button")


def test_that_another_text_is_counted_anew(bench: Bench) -> None:
    bench.open_page()
    bench.measure()
    other = dataclasses.replace(SUMMARY, digest="1" * 64)

    bench.prepare(FakeCorpus(summary=other))
    bench.rest()

    assert bench.text("budget.vocabulary_size") == "6"
    assert bench.text("budget.epoch_time") == "–"


def test_that_another_size_of_the_same_text_is_not_counted_again(bench: Bench) -> None:
    bench.open_page()
    bench.measure()

    bench.prepare(FakeCorpus().with_vocabulary_size(5))

    assert not bench.runner.is_busy
    assert bench.find(QTabWidget, "results").currentIndex() == VOCABULARY_PAGE
    assert bench.cells(0)[-1] == "4.0 s"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (0.02, "< 0.1 s"), (0.44, "0.4 s"), (9.94, "9.9 s"), (75.0, "1 min 15 s")],
)
def test_that_a_short_epoch_has_a_decimal(seconds: float | None, text: str) -> None:
    assert epoch_text(seconds) == text
