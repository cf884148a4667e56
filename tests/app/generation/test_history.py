"""Sentences survive a restart."""

import json
import logging
import stat
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from app.generation.history import FILE_NAME, SentenceHistory, key_of
from app.generation.records import Batch
from app.generation.sentence_list import FAVOURITE, SentenceList
from engine import SampleConfig
from tests.app.generation.conftest import MakeBench
from tests.app.support.generation_fakes import fake_model, sentence

BATCH = Batch(config=SampleConfig(top_k=4, start="I"), model="epoch 2", origin="run", done=2)


def test_that_batches_and_favourites_come_back(tmp_path: Path) -> None:
    one, two = sentence(1, "Grüße!", started_with=1), sentence(2, "Two.", settings=BATCH.config)
    history = SentenceHistory(tmp_path / "new folder")

    history.save([(BATCH, one), (BATCH, two)], {key_of(two)})

    records, favourites = history.load()
    assert [each for _, each in records] == [one, two]
    assert records[1][1].settings == BATCH.config
    assert favourites == {key_of(two)}
    batch = records[0][0]
    assert batch is records[1][0]
    assert (batch.config, batch.model, batch.origin) == (BATCH.config, "epoch 2", "run")
    assert batch.state == "stopped"  # it was running when it was kept


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_that_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    SentenceHistory(tmp_path).save([(BATCH, sentence())], ())

    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_that_of_many_the_newest_stay_and_all_favourites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.generation.history._MOST", 3)
    history = SentenceHistory(tmp_path)
    many = [sentence(number, f"S{number}") for number in range(1, 9)]

    history.save([(BATCH, each) for each in many], {key_of(many[1])})

    records, _ = history.load()
    assert [each.text for _, each in records] == ["S2", "S6", "S7", "S8"]


@pytest.mark.parametrize("line", ["{", "[]", '{"config": {}}', '{"state": "odd"}', "null"])
def test_that_a_damaged_line_costs_its_batch_alone(
    line: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    history = SentenceHistory(tmp_path)
    history.save([(BATCH, sentence())], ())
    path = tmp_path / FILE_NAME
    path.write_text(f"{line}\n{path.read_text('utf-8')}", "utf-8")

    with caplog.at_level(logging.CRITICAL):
        records, _ = history.load()

    assert [each.text for _, each in records] == ["I think so."]


def test_that_a_disk_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.generation.history.logger", logging.getLogger("unheard"))
        logging.getLogger("unheard").disabled = True
        SentenceHistory(tmp_path / "file").save([(BATCH, sentence())], ())

    assert (tmp_path / "file").read_text("utf-8") == ""


def test_that_the_next_session_shows_and_finds_what_was_written(
    qtbot: QtBot, open_bench: MakeBench
) -> None:
    first = open_bench()
    first.session.set_model(fake_model())
    first.find(QSpinBox, "count_spin").setValue(3)
    with qtbot.waitSignal(first.runner.ended):
        qtbot.mouseClick(first.find(QPushButton, "generate_button"), Qt.MouseButton.LeftButton)
    listed = first.find(SentenceList, "sentence_list")
    listed.clicked.emit(listed.model().index(2, FAVOURITE))

    second = open_bench()

    again = second.find(SentenceList, "sentence_list")
    texts = [again.model().index(row, 1).data() for row in range(4)]
    assert texts == ["", "Sentence 1.", "Sentence 2.", "Sentence 3."]
    assert again.model().index(2, FAVOURITE).data() == "★"
    assert "epoch 2.4" in again.model().index(0, 0).data()
    second.find(QLineEdit, "search_edit").setText("nce 3")
    assert [again.isRowHidden(row) for row in range(4)] == [False, True, True, False]


def test_that_cleared_sentences_do_not_come_back(qtbot: QtBot, open_bench: MakeBench) -> None:
    first = open_bench()
    first.session.set_model(fake_model())
    with qtbot.waitSignal(first.runner.ended):
        qtbot.mouseClick(first.find(QPushButton, "generate_button"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(first.find(QPushButton, "clear_button"), Qt.MouseButton.LeftButton)

    second = open_bench()

    assert second.find(SentenceList, "sentence_list").count == 0
    folder = first.settings.folder
    assert [json.loads(line) for line in (folder / FILE_NAME).read_text().splitlines()] == []
