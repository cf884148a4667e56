"""The training tab on a bench of its own."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.app.support.training_fakes import Bench


@pytest.fixture
def bench(qtbot: QtBot, settings_path: Path) -> Bench:
    bench = Bench(settings_path)
    qtbot.addWidget(bench.tab)
    bench.tab.resize(1280, 800)
    bench.tab.show()
    return bench
