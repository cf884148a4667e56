"""Load what is heavy while the person looks at the window, and find out the devices.

It runs after the window has shown and in a worker of low priority: the window
itself must appear without PyTorch and NLTK.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QThread, Signal, Slot

from app.errors import TaskFailure
from app.tasks.controller import TaskController
from engine import RunControl

if TYPE_CHECKING:
    from engine import DeviceChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class _DevicesListed:
    choices: "tuple[DeviceChoice, ...]"


class WarmUp(TaskController):
    """Run the warm-up once.

    Signals
    -------
    devices_listed(object)
        A tuple of `DeviceChoice`, the automatic one first.
    """

    devices_listed = Signal(object)

    @Slot()
    def start(self) -> None:
        """Begin; call it when the window has shown."""
        self._runner.start(self._events, RunControl())

    def _events(self) -> Iterator[_DevicesListed]:
        QThread.currentThread().setPriority(QThread.Priority.LowPriority)
        yield _DevicesListed(choices=tuple(self._jobs.list_devices()))

    @Slot(object)
    def _on_runner_event_ready(self, event: object) -> None:
        if isinstance(event, _DevicesListed):
            self.devices_listed.emit(event.choices)

    @Slot(object)
    def _on_runner_ended(self, failure: TaskFailure | None) -> None:
        if failure is not None:
            self._presenter.show_failure(failure, "Loading PyTorch and NLTK")
