"""The typed sentence is scored as it is typed: newest wins, one job at a time."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.controllers.scoring_controller import model_origin
from app.state.current_run import CurrentRun
from app.state.session import Session
from app.widgets.throttle import Throttle
from app.widgets.word_probability_table import WordProbabilityTable
from engine import DeviceError, RunControl
from tests.app.generation_fakes import Desk, GatedScore, fake_model, make_desk

MakeDesk = Callable[..., Desk]


@pytest.fixture
def open_desk(qtbot: QtBot, settings_path: Path) -> Iterator[MakeDesk]:
    desks: list[Desk] = []

    def open_one(**options: Any) -> Desk:
        desk = make_desk(settings_path, **options)
        desks.append(desk)
        qtbot.addWidget(desk.tab)
        desk.session.set_model(fake_model())
        return desk

    yield open_one
    for desk in desks:
        desk.scoring.close()
        assert desk.score_runner.shutdown()


@pytest.fixture
def desk(open_desk: MakeDesk) -> Desk:
    return open_desk()


@pytest.fixture
def gate() -> GatedScore:
    return GatedScore()


@pytest.fixture
def gated_desk(open_desk: MakeDesk, gate: GatedScore) -> Iterator[Desk]:
    yield open_desk(score=gate)
    gate.let_through(1000)


def type_text(desk: Desk, text: str) -> None:
    """Put `text` into the line after a pause long enough for both throttles."""
    desk.clock.now_s += 10.0
    desk.find(QLineEdit, "sentence_edit").setText(text)


def type_and_wait(qtbot: QtBot, desk: Desk, text: str) -> None:
    with qtbot.waitSignal(desk.score_runner.ended):
        type_text(desk, text)


def words(desk: Desk) -> list[str]:
    model = desk.find(WordProbabilityTable, "word_table").model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def test_that_a_typed_sentence_gets_its_probability(qtbot: QtBot, desk: Desk) -> None:
    type_and_wait(qtbot, desk, "so it is")

    assert desk.text_of("probability_label") == "1 in 3.2 × 10⁶"  # 2 ** (4 * 5.4)
    assert desk.text_of("log_probability_label") == "−6.50"
    assert desk.text_of("perplexity_label") == "42.2"
    assert desk.text_of("bits_label") == "5.40"


def test_that_the_table_has_a_row_a_word_and_one_for_the_end(qtbot: QtBot, desk: Desk) -> None:
    type_and_wait(qtbot, desk, "so it is")

    assert words(desk) == ["so", "it", "is", "(end of sentence)"]


def test_that_unknown_words_are_marked_and_named(qtbot: QtBot, desk: Desk) -> None:
    type_and_wait(qtbot, desk, "i am glads")

    assert words(desk)[2] == "glads   unknown → UNKNOWN_TOKEN"
    assert "“glads”" in desk.text_of("unknown_label")


def test_that_the_score_names_its_snapshot(qtbot: QtBot, desk: Desk) -> None:
    type_and_wait(qtbot, desk, "so it is")

    assert desk.text_of("score_model_label").endswith("epoch 2.4")


def test_that_a_newer_snapshot_scores_the_sentence_again(qtbot: QtBot, desk: Desk) -> None:
    type_and_wait(qtbot, desk, "so it is")

    with qtbot.waitSignal(desk.score_runner.ended):
        desk.session.set_model(fake_model(epoch=3.0))

    assert desk.text_of("bits_label") == "6.00"
    assert desk.text_of("score_model_label").endswith("epoch 3")


def test_that_snapshots_within_a_second_are_scored_once_at_its_end(
    qtbot: QtBot, desk: Desk
) -> None:
    type_and_wait(qtbot, desk, "so it is")
    with qtbot.waitSignal(desk.score_runner.ended):
        desk.session.set_model(fake_model(epoch=3.0))
    for epoch in (3.1, 3.2, 3.3):
        desk.clock.now_s += 0.1
        desk.session.set_model(fake_model(epoch=epoch))
    assert not desk.score_runner.is_busy

    with qtbot.waitSignal(desk.score_runner.ended):
        end_waiting(desk)

    assert desk.text_of("score_model_label").endswith("epoch 3.3")


def end_waiting(desk: Desk) -> None:
    """Let the throttles' intervals pass at once."""
    desk.clock.now_s += 10.0
    for throttle in desk.scoring.findChildren(Throttle):
        timer = throttle.findChild(QTimer)
        assert timer is not None
        if timer.isActive():
            timer.stop()
            timer.timeout.emit()


def test_that_no_snapshot_is_scored_while_the_line_is_empty(desk: Desk) -> None:
    desk.session.set_model(fake_model(epoch=3.0))

    assert not desk.score_runner.is_busy


def test_that_at_most_one_job_runs_and_the_newest_text_replaces_those_that_wait(
    qtbot: QtBot, gated_desk: Desk, gate: GatedScore
) -> None:
    for text in ("a", "a b", "a b c", "a b c d"):
        type_text(gated_desk, text)
    gate.let_through(2)

    qtbot.waitUntil(lambda: words(gated_desk)[:-1] == ["a", "b", "c", "d"])

    assert gate.texts == ["a", "a b c d"]


def test_that_a_newer_text_stops_the_job_of_the_older_one(
    gated_desk: Desk, gate: GatedScore, qtbot: QtBot
) -> None:
    type_text(gated_desk, "old text")
    qtbot.waitUntil(lambda: len(gate.controls) == 1)

    type_text(gated_desk, "new")

    assert gate.controls[0].is_stopped


def test_that_a_newer_snapshot_lets_the_job_of_the_same_text_finish(
    gated_desk: Desk, gate: GatedScore, qtbot: QtBot
) -> None:
    type_text(gated_desk, "so it is")
    qtbot.waitUntil(lambda: len(gate.controls) == 1)

    gated_desk.session.set_model(fake_model(epoch=3.0))

    assert not gate.controls[0].is_stopped


def test_that_a_late_result_of_an_older_text_is_not_shown(
    qtbot: QtBot, gated_desk: Desk, gate: GatedScore
) -> None:
    type_text(gated_desk, "old text")
    type_text(gated_desk, "new")

    with qtbot.waitSignal(gated_desk.score_runner.event_ready):
        gate.let_through()

    assert words(gated_desk) == []


def test_that_a_result_that_comes_after_the_line_was_emptied_is_not_shown(
    qtbot: QtBot, gated_desk: Desk, gate: GatedScore
) -> None:
    type_text(gated_desk, "old text")
    type_text(gated_desk, "")

    with qtbot.waitSignal(gated_desk.score_runner.ended):
        gate.let_through()

    assert words(gated_desk) == []
    assert gated_desk.text_of("probability_label") == "–"


def test_that_fast_typing_is_scored_at_the_start_and_at_the_end(qtbot: QtBot, desk: Desk) -> None:
    edit = desk.find(QLineEdit, "sentence_edit")
    with qtbot.waitSignal(desk.score_runner.ended):
        edit.setText("a")
    for text in ("a b", "a b c"):
        edit.setText(text)  # the clock stands still
    assert words(desk)[:-1] == ["a"]

    with qtbot.waitSignal(desk.score_runner.ended):
        end_waiting(desk)

    assert words(desk)[:-1] == ["a", "b", "c"]


@pytest.mark.parametrize("blank", ["", "   ", "\t"])
def test_that_a_blank_line_shows_no_score(qtbot: QtBot, desk: Desk, blank: str) -> None:
    type_and_wait(qtbot, desk, "so it is")

    type_text(desk, blank)

    assert words(desk) == []
    assert desk.text_of("perplexity_label") == "–"
    assert not desk.score_runner.is_busy


def test_that_a_failure_takes_the_score_away_and_reaches_the_message_bar(
    qtbot: QtBot, open_desk: MakeDesk
) -> None:
    def failing_score(model: Any, text: str, control: RunControl) -> Iterator[Any]:
        raise DeviceError("The GPU is gone.")
        yield

    desk = open_desk(score=failing_score)

    type_and_wait(qtbot, desk, "so it is")

    assert desk.messages[-1].text == "The GPU is gone."
    assert words(desk) == []


def test_that_a_model_that_goes_away_takes_the_score_with_it(qtbot: QtBot, desk: Desk) -> None:
    type_and_wait(qtbot, desk, "so it is")

    desk.session.set_model(None)

    assert words(desk) == []


def test_that_a_sentence_is_kept_for_comparison_once_its_score_is_there(
    qtbot: QtBot, gated_desk: Desk, gate: GatedScore
) -> None:
    type_text(gated_desk, "so it is")
    gated_desk.find(QLineEdit, "sentence_edit").returnPressed.emit()

    with qtbot.waitSignal(gated_desk.score_runner.ended):
        gate.let_through()

    assert gated_desk.find(QPushButton, "unpin_button").isEnabled()


def test_that_nothing_starts_after_close(desk: Desk) -> None:
    desk.scoring.close()

    type_text(desk, "so it is")

    assert not desk.score_runner.is_busy


def test_that_naughty_strings_are_scored_without_a_fault(
    qtbot: QtBot, desk: Desk, shared_data: Path
) -> None:
    desk.tab.show()
    naughty = json.loads((shared_data / "big-list-of-naughty-strings.json").read_text("utf-8"))

    for text in naughty:
        type_text(desk, text)
        if desk.score_runner.is_busy:  # a blank text is not scored
            with qtbot.waitSignal(desk.score_runner.ended):
                pass

    assert len(naughty) > 500


@pytest.mark.parametrize(
    ("path", "run", "origin"),
    [
        (None, None, ""),
        (Path("old.safetensors"), None, "old.safetensors"),
        (None, CurrentRun(run_id="20261124-083559-abcdef"), "08:35:59"),
        (None, CurrentRun(run_id="20261124-083559-abcdef", name="cats"), "cats, 08:35:59"),
        (None, CurrentRun(run_id="first", name="cats"), "cats"),
    ],
)
def test_that_a_model_is_named_by_its_run_or_its_file(
    path: Path | None, run: CurrentRun | None, origin: str
) -> None:
    session = Session()
    session.set_model(fake_model(), path=path, run=run)

    assert model_origin(session) == origin
