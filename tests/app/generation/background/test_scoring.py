"""The typed sentence is scored as it is typed: newest wins, one job at a time."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.generation.background.controller import Throttle
from app.generation.controller import model_origin
from app.generation.scoring.score_wording import parts_text, without_unknown_text
from app.generation.scoring.word_table import WordProbabilityTable
from app.session import CurrentRun, Session
from engine import DeviceError, RunControl, ScoredPart
from tests.app.generation.conftest import MakeBench
from tests.app.support.generation_fakes import (
    GatedScore,
    GenerationBench,
    fake_model,
    fake_score,
    sentence_score,
)
from tests.app.support.widgets import child


@pytest.fixture
def gate() -> GatedScore:
    return GatedScore()


@pytest.fixture
def gated_bench(open_bench: MakeBench, gate: GatedScore) -> Iterator[GenerationBench]:
    bench = open_bench(score=gate)
    bench.session.set_model(fake_model())
    yield bench
    gate.let_through(1000)


def type_text(bench: GenerationBench, text: str) -> None:
    """Put `text` into the line after a pause long enough for both throttles."""
    bench.clock.now_s += 10.0
    bench.find(QLineEdit, "sentence_edit").setText(text)


def type_and_wait(qtbot: QtBot, bench: GenerationBench, text: str) -> None:
    with qtbot.waitSignal(bench.score_runner.ended):
        type_text(bench, text)


def words(bench: GenerationBench) -> list[str]:
    model = bench.find(WordProbabilityTable, "word_table").model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def test_that_a_typed_sentence_gets_its_probability(qtbot: QtBot, bench: GenerationBench) -> None:
    type_and_wait(qtbot, bench, "so it is")

    assert bench.text_of("probability_label") == "1 in 3.2 × 10⁶"  # 2 ** (4 * 5.4)
    assert bench.text_of("log_probability_label") == "−6.50"
    assert bench.text_of("perplexity_label") == "42.2"
    assert bench.text_of("bits_label") == "5.40"


def test_that_the_table_has_a_row_a_word_and_one_for_the_end(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    type_and_wait(qtbot, bench, "so it is")

    assert words(bench) == ["so", "it", "is", "(end of sentence)"]


def test_that_unknown_words_are_marked_and_named(qtbot: QtBot, bench: GenerationBench) -> None:
    type_and_wait(qtbot, bench, "i am glads")

    assert words(bench)[2] == "glads   unknown → UNKNOWN_TOKEN"
    assert "“glads”" in bench.text_of("unknown_label")


def test_that_the_score_names_its_snapshot(qtbot: QtBot, bench: GenerationBench) -> None:
    type_and_wait(qtbot, bench, "so it is")

    assert bench.text_of("score_model_label").endswith("epoch 2.4")


def test_that_a_newer_snapshot_scores_the_sentence_again(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    type_and_wait(qtbot, bench, "so it is")

    with qtbot.waitSignal(bench.score_runner.ended):
        bench.session.set_model(fake_model(epoch=3.0))

    assert bench.text_of("bits_label") == "6.00"
    assert bench.text_of("score_model_label").endswith("epoch 3")


def test_that_snapshots_within_a_second_are_scored_once_at_its_end(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    type_and_wait(qtbot, bench, "so it is")
    with qtbot.waitSignal(bench.score_runner.ended):
        bench.session.set_model(fake_model(epoch=3.0))
    for epoch in (3.1, 3.2, 3.3):
        bench.clock.now_s += 0.1
        bench.session.set_model(fake_model(epoch=epoch))
    assert not bench.score_runner.is_busy

    with qtbot.waitSignal(bench.score_runner.ended):
        end_waiting(bench)

    assert bench.text_of("score_model_label").endswith("epoch 3.3")


def end_waiting(bench: GenerationBench) -> None:
    """Let the throttles' intervals pass at once."""
    bench.clock.now_s += 10.0
    for throttle in bench.scoring.findChildren(Throttle):
        timer = child(throttle, QTimer)
        if timer.isActive():
            timer.stop()
            timer.timeout.emit()


def test_that_no_snapshot_is_scored_while_the_line_is_empty(bench: GenerationBench) -> None:
    bench.session.set_model(fake_model(epoch=3.0))

    assert not bench.score_runner.is_busy


def test_that_at_most_one_job_runs_and_the_newest_text_replaces_those_that_wait(
    qtbot: QtBot, gated_bench: GenerationBench, gate: GatedScore
) -> None:
    for text in ("a", "a b", "a b c", "a b c d"):
        type_text(gated_bench, text)
    gate.let_through(2)

    qtbot.waitUntil(lambda: words(gated_bench)[:-1] == ["a", "b", "c", "d"])

    assert gate.texts == ["a", "a b c d"]


def test_that_a_newer_text_stops_the_job_of_the_older_one(
    gated_bench: GenerationBench, gate: GatedScore, qtbot: QtBot
) -> None:
    type_text(gated_bench, "old text")
    qtbot.waitUntil(lambda: len(gate.controls) == 1)

    type_text(gated_bench, "new")

    assert gate.controls[0].is_stopped


def test_that_a_newer_snapshot_lets_the_job_of_the_same_text_finish(
    gated_bench: GenerationBench, gate: GatedScore, qtbot: QtBot
) -> None:
    type_text(gated_bench, "so it is")
    qtbot.waitUntil(lambda: len(gate.controls) == 1)

    gated_bench.session.set_model(fake_model(epoch=3.0))

    assert not gate.controls[0].is_stopped


def test_that_a_late_result_of_an_older_text_is_not_shown(
    qtbot: QtBot, gated_bench: GenerationBench, gate: GatedScore
) -> None:
    type_text(gated_bench, "old text")
    type_text(gated_bench, "new")

    with qtbot.waitSignal(gated_bench.score_runner.event_ready):
        gate.let_through()

    assert words(gated_bench) == []


def test_that_a_result_that_comes_after_the_line_was_emptied_is_not_shown(
    qtbot: QtBot, gated_bench: GenerationBench, gate: GatedScore
) -> None:
    type_text(gated_bench, "old text")
    type_text(gated_bench, "")

    with qtbot.waitSignal(gated_bench.score_runner.ended):
        gate.let_through()

    assert words(gated_bench) == []
    assert gated_bench.text_of("probability_label") == "–"


def test_that_fast_typing_is_scored_at_the_start_and_at_the_end(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    edit = bench.find(QLineEdit, "sentence_edit")
    with qtbot.waitSignal(bench.score_runner.ended):
        edit.setText("a")
    for text in ("a b", "a b c"):
        edit.setText(text)  # the clock stands still
    assert words(bench)[:-1] == ["a"]

    with qtbot.waitSignal(bench.score_runner.ended):
        end_waiting(bench)

    assert words(bench)[:-1] == ["a", "b", "c"]


@pytest.mark.parametrize("blank", ["", "   ", "\t"])
def test_that_a_blank_line_shows_no_score(qtbot: QtBot, bench: GenerationBench, blank: str) -> None:
    type_and_wait(qtbot, bench, "so it is")

    type_text(bench, blank)

    assert words(bench) == []
    assert bench.text_of("perplexity_label") == "–"
    assert not bench.score_runner.is_busy


def test_that_a_failure_takes_the_score_away_and_reaches_the_message_bar(
    qtbot: QtBot, open_bench: MakeBench
) -> None:
    def failing_score(model: Any, text: str, control: RunControl) -> Iterator[Any]:
        raise DeviceError("The GPU is gone.")
        yield

    bench = open_bench(score=failing_score)
    bench.session.set_model(fake_model())

    type_and_wait(qtbot, bench, "so it is")

    assert bench.messages[-1].text == "The GPU is gone."
    assert words(bench) == []


def test_that_a_model_that_goes_away_takes_the_score_with_it(
    qtbot: QtBot, bench: GenerationBench
) -> None:
    type_and_wait(qtbot, bench, "so it is")

    bench.session.set_model(None)

    assert words(bench) == []


def test_that_a_sentence_is_kept_for_comparison_once_its_score_is_there(
    qtbot: QtBot, gated_bench: GenerationBench, gate: GatedScore
) -> None:
    type_text(gated_bench, "so it is")
    gated_bench.find(QLineEdit, "sentence_edit").returnPressed.emit()

    with qtbot.waitSignal(gated_bench.score_runner.ended):
        gate.let_through()

    assert gated_bench.find(QPushButton, "unpin_button").isEnabled()


def test_that_nothing_starts_after_close(bench: GenerationBench) -> None:
    bench.scoring.close()

    type_text(bench, "so it is")

    assert not bench.score_runner.is_busy


def test_that_naughty_strings_are_scored_without_a_fault(
    qtbot: QtBot, bench: GenerationBench, shared_data: Path
) -> None:
    bench.tab.show()
    naughty = json.loads((shared_data / "big-list-of-naughty-strings.json").read_text("utf-8"))

    for text in naughty:
        type_text(bench, text)
        if bench.score_runner.is_busy:  # a blank text is not scored
            with qtbot.waitSignal(bench.score_runner.ended):
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


def test_that_given_words_are_scored_until_something_else_is_typed(
    qtbot: QtBot, open_bench: MakeBench
) -> None:
    asked: list[tuple[str, ...]] = []

    def score(model: Any, text: str, control: RunControl, words: Any = None) -> Iterator[Any]:
        if words is not None:
            asked.append(tuple(words))
        yield from fake_score(model, text, control)

    bench = open_bench(score=score)
    bench.session.set_model(fake_model())
    panel = bench.tab.score_panel
    with qtbot.waitSignal(bench.score_runner.ended):
        panel.set_text("he came . she left .", ("he", "came", ".", "she", "left", "."))

    assert asked == [("he", "came", ".", "she", "left", ".")]
    type_and_wait(qtbot, bench, "so it is")
    assert len(asked) == 1
    assert panel.words is None


def test_that_the_sentences_of_a_text_are_told_apart() -> None:
    part = ScoredPart(text="He came.", first_word=0, word_count=4, log_probability=math.log(0.1))
    score = sentence_score("He came. She left.", parts=(part, part))
    known = sentence_score("a", unknown_words=("a",), known_log_probability=math.log(0.25))

    assert parts_text(score).startswith("Read as 2 sentences")
    assert parts_text(score).count("1 in 10 for He came.") == 2
    assert parts_text(sentence_score("a", are_words_given=True)).startswith(
        "These are the words as drawn"
    )
    assert without_unknown_text(known).startswith(" Without it: 1 in 4")
    assert without_unknown_text(score) == ""
