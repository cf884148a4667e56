"""Keep the computer from falling asleep while a network is trained.

wakepy knows how each system is asked; where none listens, nothing happens. It may wait for a
system's service, and so has a thread of its own.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Event, Thread

from PySide6.QtCore import QObject, Slot

from app.session import RunState, Session
from app.settings import SettingsStore

logger = logging.getLogger(__name__)

_BUSY = (RunState.TRAINING, RunState.STOPPING)

Keep = Callable[[], AbstractContextManager[object]]


def kept_running() -> AbstractContextManager[object]:
    """Return a block during which the system does not sleep; its screen may."""
    from wakepy import keep  # loaded in the thread, at the first training

    return keep.running(on_fail="pass")


class Awake(QObject):
    """Hold the computer awake as long as the session trains and the settings want it.

    Parameters
    ----------
    keep : callable
        Returns the block during which the system does not sleep.
    """

    def __init__(
        self,
        session: Session,
        settings: SettingsStore,
        keep: Keep = kept_running,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._settings, self._keep = session, settings, keep
        self._over: Event | None = None  # set when the present block is to end
        session.run_state_changed.connect(self._on_changed)
        settings.changed.connect(self._on_changed)

    def close(self) -> None:
        """Let the computer sleep."""
        if self._over is not None:
            self._over.set()
            self._over = None

    @Slot(object)
    def _on_changed(self, _value: object) -> None:
        is_wanted = self._settings.settings.keep_awake and self._session.run_state in _BUSY
        if not is_wanted:
            self.close()
        elif self._over is None:
            self._over = Event()
            Thread(target=_stay_awake, args=(self._keep, self._over), daemon=True).start()


def _stay_awake(keep: Keep, over: Event) -> None:
    try:
        with keep():
            over.wait()
    except Exception as error:  # noqa: BLE001 - thread border; without it training goes on as well
        logger.info("The computer is not kept awake: %s", error)
