"""What every controller has: what the window works with, and one runner for its work.

A controller connects a part of the window with the session and the engine. It is made in one way:
its views, its runner if it has one, what is around it, and by name what it alone needs.
"""

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Slot

from app.errors import ErrorPresenter, Place, TaskFailure
from app.jobs import Jobs
from app.session import Session
from app.settings import SettingsStore
from app.tasks.task_runner import TaskRunner


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all parts of one window share."""

    session: Session
    presenter: ErrorPresenter
    settings: SettingsStore
    jobs: Jobs
    parent: QObject | None = None  # of the controllers

    def at(self, place: Place) -> "Surroundings":
        """Return the same for what concerns a tab: its messages are shown there."""
        return replace(self, presenter=self.presenter.at(place))


class Controller(QObject):
    """Answer what a part of the window asks for."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around.parent)
        self._session, self._presenter = around.session, around.presenter
        self._settings, self._jobs = around.settings, around.jobs


class TaskController(Controller):
    """One that works with a runner: a subclass takes its events and hears how a job has ended."""

    def __init__(self, runner: TaskRunner, around: Surroundings) -> None:
        super().__init__(around)
        self._runner = runner
        runner.event_ready.connect(self._on_runner_event_ready)
        runner.ended.connect(self._on_runner_ended)

    @Slot(object)
    def _on_runner_event_ready(self, event: object) -> None:
        raise NotImplementedError

    @Slot(object)
    def _on_runner_ended(self, failure: TaskFailure | None) -> None:
        raise NotImplementedError
