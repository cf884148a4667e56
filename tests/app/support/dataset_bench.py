"""The dataset tab with its controller, on a bench of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.dataset.controller import DatasetController
from app.dataset.tab import DatasetTab
from app.errors import ErrorPresenter, Message
from app.jobs import Jobs
from app.session import Session
from app.settings import SettingsStore
from app.tasks.controller import Surroundings
from app.tasks.task_runner import TaskRunner
from tests.app.support.dataset_fakes import FakeEngine
from tests.app.support.runs_fakes import FakeRuns
from tests.app.support.widgets import child

PATH = Path("comments.csv")
FOLDER = Path(__file__).parent
WidgetT = TypeVar("WidgetT", bound=QWidget)


@dataclass
class Bench:
    """The tab with its controller and everything around it."""

    tab: DatasetTab
    controller: DatasetController
    session: Session
    runner: TaskRunner
    settings: SettingsStore
    engine: FakeEngine
    messages: list[Message]
    qtbot: QtBot

    def find(self, kind: type[WidgetT], role: str) -> WidgetT:
        return child(self.tab, kind, f"dataset.{role}")

    def click(self, role: str) -> None:
        self.qtbot.mouseClick(self.find(QPushButton, role), Qt.MouseButton.LeftButton)

    def rest(self) -> None:
        self.qtbot.waitUntil(lambda: not self.runner.is_busy)

    def open(self) -> None:
        self.controller.open_path(PATH)
        self.rest()

    def prepare(self) -> None:
        self.click("prepare_button")
        self.rest()


def make_bench(qtbot: QtBot, settings_path: Path, engine: FakeEngine) -> Iterator[Bench]:
    """Yield a bench; at the end its job must have ended."""
    tab, session, runner = DatasetTab(), Session(), TaskRunner()
    qtbot.addWidget(tab)
    presenter, settings, messages = ErrorPresenter(), SettingsStore(settings_path), []
    presenter.message_requested.connect(messages.append)
    jobs = Jobs(
        runs=FakeRuns(),
        inspect=engine.inspect,
        inspect_several=engine.inspect_several,
        build=engine.build,  # type: ignore[arg-type]
        sample_path=lambda: Path("sample.csv"),
        ask_csv_paths=lambda folder: [PATH],
        ask_text_folder=lambda folder: FOLDER,
    )
    around = Surroundings(session=session, presenter=presenter, settings=settings, jobs=jobs)
    controller = DatasetController(tab, runner, around)
    tab.resize(1200, 800)
    tab.show()
    yield Bench(tab, controller, session, runner, settings, engine, messages, qtbot)
    assert runner.shutdown()
