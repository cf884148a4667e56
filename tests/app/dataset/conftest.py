"""The dataset tab on a bench of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.app.support.dataset_bench import Bench, make_bench
from tests.app.support.dataset_fakes import FakeEngine


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def bench(qtbot: QtBot, settings_path: Path, engine: FakeEngine) -> Iterator[Bench]:
    yield from make_bench(qtbot, settings_path, engine)
