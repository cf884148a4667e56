"""The end of a training is told where a person sees it who does something else meanwhile."""

from typing import ClassVar

import pytest
from PySide6.QtCore import QObject, Signal

from app.application import Application
from app.session import RunState
from app.window import controller
from tests.app.support.dataset_fakes import FakeCorpus
from tests.engine.support.run_infos import CORPUS_CONFIG


class FakeTray(QObject):
    """The tray of a system, which some have and others do not."""

    messageClicked = Signal()  # noqa: N815 - Qt's name, as the others
    is_there = True
    told: ClassVar[list[str]] = []

    def __init__(self, _icon: object, parent: QObject) -> None:
        super().__init__(parent)

    @classmethod
    def isSystemTrayAvailable(cls) -> bool:
        return cls.is_there

    @classmethod
    def supportsMessages(cls) -> bool:
        return cls.is_there

    def show(self) -> None:
        self.told.append("shown")

    def showMessage(self, title: str, text: str) -> None:
        self.told.append(f"{title}: {text}")


@pytest.mark.parametrize("has_tray", [True, False])
@pytest.mark.parametrize("is_in_front", [True, False])
def test_that_the_end_is_told_outside_while_the_window_is_in_the_back(
    application: Application, monkeypatch: pytest.MonkeyPatch, has_tray: bool, is_in_front: bool
) -> None:
    alerted: list[object] = []
    monkeypatch.setattr(FakeTray, "is_there", has_tray)
    monkeypatch.setattr(FakeTray, "told", [])
    monkeypatch.setattr(controller, "QSystemTrayIcon", FakeTray)
    monkeypatch.setattr(controller.QApplication, "alert", alerted.append)
    monkeypatch.setattr(application.window, "isActiveWindow", lambda: is_in_front)
    application.session.set_corpus(FakeCorpus(), CORPUS_CONFIG)  # type: ignore[arg-type]
    application.session.set_run_state(RunState.TRAINING)
    assert not alerted

    application.session.finish_run()

    is_called = not is_in_front
    assert alerted == [application.window] * is_called
    assert bool(FakeTray.told) is (is_called and has_tray)
    if FakeTray.told:
        assert FakeTray.told[0] == "shown"
        assert FakeTray.told[1].startswith("The training has ended: ")
