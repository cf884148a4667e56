"""Every kind of text can be dropped onto the window."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.application import Application
from tests.app.support.dataset_fakes import FakeEngine
from tests.app.window.test_main_window import drop, rest


@pytest.mark.parametrize(
    "name", ["a.csv", "a.tsv", "a.txt", "a.jsonl", "a.ndjson", "a.csv.gz", "A.TXT", "no suffix"]
)
def test_that_a_dropped_text_is_looked_at(
    application: Application, qtbot: QtBot, fake_engine: FakeEngine, tmp_path: Path, name: str
) -> None:
    application.window.show_tab(1)

    drop(application, tmp_path / name)
    rest(application, qtbot)

    assert fake_engine.inspected[0][0] == tmp_path / name
    assert application.window.current_tab == 0
