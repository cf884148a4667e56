"""Sentences on request: one by one, stoppable, with what made them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QLineEdit, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from app.generation.writing.sentence_list import SentenceList
from app.session import RunState
from engine import DeviceError, Notice, RunControl, SampleConfig
from tests.app.generation.conftest import MakeBench
from tests.app.support.generation_fakes import (
    GenerationBench,
    fake_generate,
    fake_model,
    generate_until_stopped,
    sentence,
)


def click(qtbot: QtBot, bench: GenerationBench, role: str) -> None:
    qtbot.mouseClick(bench.find(QPushButton, role), Qt.MouseButton.LeftButton)


def generate(qtbot: QtBot, bench: GenerationBench) -> None:
    with qtbot.waitSignal(bench.runner.ended):
        click(qtbot, bench, "generate_button")


def rows(bench: GenerationBench) -> list[list[str]]:
    model = bench.find(SentenceList, "sentence_list").model()
    return [
        [str(model.index(row, column).data() or "") for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_that_without_a_model_the_tab_explains_itself_and_is_disabled(
    open_bench: MakeBench,
) -> None:
    bench = open_bench()

    assert bench.text_of("model_label") == "No model yet."
    assert not bench.find(QPushButton, "generate_button").isEnabled()
    assert not bench.find(QSpinBox, "count_spin").isEnabled()
    assert not bench.find(QLineEdit, "sentence_edit").isEnabled()


def test_that_the_model_line_names_the_snapshot(bench: GenerationBench) -> None:
    assert "epoch 2.4, step 1,204" in bench.text_of("model_label")


def test_that_the_model_line_says_that_training_goes_on(bench: GenerationBench) -> None:
    bench.session.set_run_state(RunState.PREPARING)
    bench.session.set_run_state(RunState.READY)

    bench.session.set_run_state(RunState.TRAINING)

    assert "still learning" in bench.text_of("model_label")


def test_that_generate_lists_each_sentence_with_its_number_and_odds(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    bench.find(QSpinBox, "count_spin").setValue(3)

    generate(qtbot, bench)

    assert [row[:2] for row in rows(bench)[1:]] == [
        ["1", "Sentence 1."],
        ["2", "Sentence 2."],
        ["3", "Sentence 3."],
    ]
    assert all(row[2].startswith("1 in ") for row in rows(bench)[1:])


def test_that_the_title_of_a_batch_shows_the_settings_and_the_seed_used(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    bench.find(QDoubleSpinBox, "temperature_spin").setValue(0.65)
    bench.find(QSpinBox, "min_length_spin").setValue(4)

    generate(qtbot, bench)

    title = rows(bench)[0][0]
    for part in ("10 sentences", "epoch 2.4, step 1,204", "0.65", "at least 4 words", "seed 77"):
        assert part in title
    assert bench.text_of("seed_edit") == "77"


def test_that_the_engine_receives_what_the_form_shows(qtbot: QtBot, open_bench: MakeBench) -> None:
    configs: list[SampleConfig] = []

    def noting_generate(model: Any, config: SampleConfig, control: RunControl) -> Iterator[Any]:
        configs.append(config)
        return fake_generate(model, config, control)

    bench = open_bench(generate=noting_generate)
    bench.session.set_model(fake_model())
    bench.find(QSpinBox, "count_spin").setValue(2)
    bench.find(QCheckBox, "random_seed_check").setChecked(False)
    qtbot.keyClicks(bench.find(QLineEdit, "seed_edit"), "42")

    generate(qtbot, bench)

    assert configs == [SampleConfig(count=2, min_length=7, temperature=1.0, seed=42)]


def test_that_a_new_batch_comes_below_the_earlier_one(qtbot: QtBot, bench: GenerationBench) -> None:
    bench.find(QSpinBox, "count_spin").setValue(1)
    generate(qtbot, bench)

    generate(qtbot, bench)

    assert [row[0] for row in rows(bench)][1::2] == ["1", "1"]
    assert len(rows(bench)) == 4


def test_that_stop_keeps_the_sentences_so_far(qtbot: QtBot, open_bench: MakeBench) -> None:
    bench = open_bench(generate=generate_until_stopped)
    bench.session.set_model(fake_model())
    click(qtbot, bench, "generate_button")
    qtbot.waitUntil(lambda: len(rows(bench)) == 2)

    with qtbot.waitSignal(bench.runner.ended):
        click(qtbot, bench, "stop_button")

    assert "1 of 10 sentences (stopped)" in rows(bench)[0][0]
    assert bench.find(QPushButton, "generate_button").isEnabled()


def test_that_while_generating_only_stop_can_be_pressed(
    qtbot: QtBot, open_bench: MakeBench
) -> None:
    bench = open_bench(generate=generate_until_stopped)
    bench.session.set_model(fake_model())

    click(qtbot, bench, "generate_button")

    assert not bench.find(QPushButton, "generate_button").isEnabled()
    assert bench.find(QPushButton, "stop_button").isEnabled()


def test_that_a_failure_reaches_the_message_bar_and_the_title(
    qtbot: QtBot, open_bench: MakeBench
) -> None:
    def failing_generate(model: Any, config: SampleConfig, control: RunControl) -> Iterator[Any]:
        yield sentence()
        raise DeviceError("The GPU ran out of memory. Choose the CPU.")

    bench = open_bench(generate=failing_generate)
    bench.session.set_model(fake_model())

    generate(qtbot, bench)

    assert bench.messages[-1].text == "The GPU ran out of memory. Choose the CPU."
    assert "1 of 10 sentences (failed)" in rows(bench)[0][0]
    assert bench.find(QPushButton, "generate_button").isEnabled()


def test_that_a_cap_that_was_hit_is_told(qtbot: QtBot, open_bench: MakeBench) -> None:
    notice = Notice(text="3 sentences were left out, because they stayed too short.")
    bench = open_bench(generate=lambda model, config, control: iter([notice]))
    bench.session.set_model(fake_model())

    generate(qtbot, bench)

    assert bench.messages[-1].text == notice.text


def test_that_an_unknown_word_to_begin_with_is_told_beside_its_line_alone(
    qtbot: QtBot, open_bench: MakeBench
) -> None:
    notice = Notice(text="“glads” is unknown.", severity="info", unknown_words=("glads",))
    bench = open_bench(generate=lambda model, config, control: iter([notice]))
    bench.session.set_model(fake_model())
    bench.find(QLineEdit, "start_edit").setText("glads")

    generate(qtbot, bench)

    assert bench.messages == []
    qtbot.waitUntil(lambda: "“glads” is unknown" in bench.text_of("start_hint"))


@pytest.mark.parametrize(("language", "left"), [("de", ""), ("en", "I think"), ("", "I think")])
def test_that_words_to_begin_with_go_with_their_language(
    open_bench: MakeBench, language: str, left: str
) -> None:
    bench = open_bench()
    bench.session.set_model(fake_model(language="en"))
    line = bench.find(QLineEdit, "start_edit")
    line.setText("I think")
    line.editingFinished.emit()

    bench.session.set_model(None)
    bench.session.set_model(fake_model(language=language))

    assert line.text() == bench.settings.settings.sample.start == left


def test_that_a_sentence_that_was_cut_ends_with_an_ellipsis(
    qtbot: QtBot, open_bench: MakeBench
) -> None:
    cut = sentence(text="On and on", is_cut=True)
    bench = open_bench(generate=lambda model, config, control: iter([cut]))
    bench.session.set_model(fake_model())

    generate(qtbot, bench)

    assert rows(bench)[1][1] == "On and on …"


def test_that_the_form_comes_back_in_the_next_session(qtbot: QtBot, open_bench: MakeBench) -> None:
    first = open_bench()
    first.session.set_model(fake_model())
    first.find(QDoubleSpinBox, "temperature_spin").setValue(0.35)
    first.find(QSpinBox, "count_spin").setValue(25)

    second = open_bench()

    assert second.find(QDoubleSpinBox, "temperature_spin").value() == pytest.approx(0.35)
    assert second.find(QSpinBox, "count_spin").value() == 25


def test_that_save_writes_the_sentences_and_says_where(
    qtbot: QtBot, open_bench: MakeBench, tmp_path: Path
) -> None:
    path = tmp_path / "out.txt"
    bench = open_bench(save_path=path)
    bench.session.set_model(fake_model())
    bench.find(QSpinBox, "count_spin").setValue(2)
    generate(qtbot, bench)

    click(qtbot, bench, "save_button")

    assert path.read_text("utf-8") == "Sentence 1.\nSentence 2.\n"
    assert str(path) in bench.messages[-1].text


def test_that_a_failed_save_is_told_and_loses_nothing(
    qtbot: QtBot, open_bench: MakeBench, tmp_path: Path
) -> None:
    bench = open_bench(save_path=tmp_path / "missing" / "out.csv")
    bench.session.set_model(fake_model())
    generate(qtbot, bench)

    click(qtbot, bench, "save_button")

    assert bench.messages[-1].kind == "error"
    assert "could not be written" in bench.messages[-1].text
    assert len(rows(bench)) == 11


def test_that_clear_empties_the_list_and_its_buttons(qtbot: QtBot, bench: GenerationBench) -> None:
    generate(qtbot, bench)

    click(qtbot, bench, "clear_button")

    assert rows(bench) == []
    for role in ("copy_button", "save_button", "clear_button"):
        assert not bench.find(QPushButton, role).isEnabled()


def test_that_a_snapshot_that_goes_away_disables_the_tab(bench: GenerationBench) -> None:
    bench.session.set_model(None)

    assert not bench.find(QPushButton, "generate_button").isEnabled()
