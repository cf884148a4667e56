"""Sentences are searched, marked, and come back at the next start."""

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit
from pytestqt.qtbot import QtBot

from app.generation import keeping
from app.generation.keeping import Records, sentences_from_json, sentences_to_json
from app.generation.records import Batch, key_of
from app.generation.writing.sentence_columns import FAVOURITE
from app.generation.writing.sentence_list import SentenceList
from engine import SampleConfig
from tests.app.support.generation_fakes import GenerationBench, sentence

CAREFUL = SampleConfig(start=("it",), temperature=0.7, top_p=0.9, seed=7)
LADDER = SampleConfig(ladder=(0.5, 1.0), seed=9)


def records() -> Records:
    """Return two batches, one of three sentences and one of two rungs."""
    first = Batch(config=CAREFUL, model="epoch 2, step 9", origin="run", seed=7, done=3)
    second = Batch(config=LADDER, model="epoch 3, step 12", seed=9, done=2, state="stopped")
    drawn = [sentence(n, f"It is {n}.", seed=7, settings=CAREFUL) for n in (1, 2, 3)]
    rungs = [
        sentence(n, "So.", seed=9, settings=replace(LADDER, ladder=(t,), temperature=t))
        for n, t in ((1, 0.5), (2, 1.0))
    ]
    return [*((first, each) for each in drawn), *((second, each) for each in rungs)]


def test_that_batches_come_back_with_all_settings_and_marks() -> None:
    marked = {key_of(records()[1][1])}

    pairs, favourites = sentences_from_json(
        json.loads(json.dumps(sentences_to_json(records(), marked)))
    )

    assert [each for _, each in pairs] == [each for _, each in records()]
    assert [each.settings for _, each in pairs] == [each.settings for _, each in records()]
    assert [batch.title for batch, _ in pairs] == [
        replace(batch, state="stopped").title for batch, _ in records()
    ]
    assert favourites == marked


def test_that_the_newest_and_all_marked_ones_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_KEPT", 2)

    kept = sentences_to_json(records(), {key_of(records()[0][1])})

    pairs, _ = sentences_from_json(json.loads(json.dumps(kept)))
    assert [each.text for _, each in pairs] == ["It is 1.", "So.", "So."]


@pytest.mark.parametrize("damage", [{"config": {"count": -1}}, {"done": "x"}, {"sentences": [{}]}])
@pytest.mark.expects_log("A batch of kept sentences was left out")
def test_that_a_damaged_batch_costs_itself(damage: dict[str, object]) -> None:
    values = json.loads(json.dumps(sentences_to_json(records())))
    values["batches"][0] |= damage

    pairs, _ = sentences_from_json(values)

    assert [each.text for _, each in pairs] == ["So.", "So."]


def test_that_sentences_are_searched_and_marked(qtbot: QtBot, bench: GenerationBench) -> None:
    bench.tab.generate_panel.show_records(records())
    listed = bench.find(SentenceList, "sentence_list")

    def shown() -> list[str]:
        rows = range(listed.model().rowCount())
        texts = [listed.model().index(row, 1).data() for row in rows if not listed.isRowHidden(row)]
        return [text for text in texts if text]

    star = listed.visualRect(listed.model().index(2, FAVOURITE)).center()
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=star)
    bench.find(QCheckBox, "favourites_check").click()
    assert shown() == ["It is 2."]
    bench.find(QCheckBox, "favourites_check").click()
    qtbot.keyClicks(bench.find(QLineEdit, "search_edit"), "IS 3")
    assert shown() == ["It is 3."]
    qtbot.keyClicks(bench.find(QLineEdit, "search_edit"), "0")
    assert shown() == []
    assert listed.placeholder == "No sentence has “IS 30”."
    bench.find(QLineEdit, "search_edit").clear()

    assert len(shown()) == 5
    assert bench.tab.generate_panel.sentences.favourites == {key_of(records()[1][1])}
