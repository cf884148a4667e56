"""The whole window, for the tests that need more than one part of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.application import Application, build_window
from tests.app.support.dataset_fakes import FakeEngine
from tests.app.support.window_fakes import Answers, Files, fake_jobs


@pytest.fixture
def fake_engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def files() -> Files:
    return Files()


@pytest.fixture
def application(
    qtbot: QtBot, settings_path: Path, fake_engine: FakeEngine, answers: Answers, files: Files
) -> Iterator[Application]:
    app = build_window(settings_path, jobs=fake_jobs(fake_engine, answers, files))
    qtbot.addWidget(app.window)
    app.window.show()
    yield app
    app.theme.choose("light")
    app.theme.zoom(100)
    assert app.shutdown()
