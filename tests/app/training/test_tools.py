"""The tools of the training tab: their tables, their words, their ends."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QTabWidget
from pytestqt.qtbot import QtBot

from app.session import RunState
from engine import Event, RunControl, StageProgress
from tests.app.support import training_fakes
from tests.app.support.training_fakes import Bench, fake_corpus, fake_gradients


def run(qtbot: QtBot, bench: Bench, role: str) -> None:
    pages: QTabWidget = bench.find("tools")
    pages.setCurrentIndex({"check_gradients": 1, "time_step": 2}[role])
    with qtbot.waitSignal(bench.tools_runner.ended):
        qtbot.mouseClick(bench.find(f"{role}_button"), Qt.MouseButton.LeftButton)


def rows(bench: Bench, role: str) -> list[list[str]]:
    model = bench.find(f"{role}_table").model()
    columns = range(model.columnCount())
    return [
        [model.index(row, column).data() for column in columns] for row in range(model.rowCount())
    ]


def test_that_the_gradient_report_has_a_row_for_each_matrix(qtbot: QtBot, bench: Bench) -> None:
    run(qtbot, bench, "check_gradients")

    assert rows(bench, "check_gradients")[0] == [
        "bptt()",
        "U",
        "1,000",
        "2.0e-08",
        "U[3, 1]",
        "passed",
    ]
    assert len(rows(bench, "check_gradients")) == 3
    assert bench.find("check_gradients_verdict").text().startswith("Passed:")
    assert bench.find("check_gradients_verdict").property("role") == "good"


def test_that_a_wrong_gradient_is_called_wrong(qtbot: QtBot, bench: Bench) -> None:
    bench.gradients = fake_gradients(passed=False)

    run(qtbot, bench, "check_gradients")

    assert rows(bench, "check_gradients")[2][5] == "failed (limit 1e-06)"
    assert bench.find("check_gradients_verdict").property("role") == "bad"


def test_that_step_times_are_compared_with_numpy(qtbot: QtBot, bench: Bench) -> None:
    run(qtbot, bench, "time_step")

    assert rows(bench, "time_step") == [
        ["NumPy reference", "CPU", "180 ms", "1 (baseline)"],
        ["PyTorch", "CPU", "3.2 ms", "56.2 times faster"],
    ]
    assert bench.find("time_step_verdict").text() == (
        "On a sentence of 45 words, with 8,000 known words and 100 hidden units."
    )


def test_that_a_busy_computer_is_named_with_the_times(
    qtbot: QtBot, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_fakes, "WAITED", 0.5)

    run(qtbot, bench, "time_step")

    assert "busy with something else for 50.0 % of the time" in (
        bench.find("time_step_verdict").text()
    )


def test_that_the_step_has_the_size_of_the_present_settings(qtbot: QtBot, bench: Bench) -> None:
    bench.prepare(fake_corpus(1500))
    bench.find("hidden_spin").setValue(50)

    run(qtbot, bench, "time_step")

    assert bench.asked_sizes == [(1500, 50)]


def test_that_a_tool_can_be_stopped(qtbot: QtBot, bench: Bench) -> None:
    def endless(control: RunControl) -> Iterator[Event]:
        yield StageProgress(stage="Checking U", done=1, total=10, unit="numbers")
        while control.proceed():
            pass

    bench.gradients = endless
    button: QPushButton = bench.find("check_gradients_button")
    button.click()
    qtbot.waitUntil(lambda: "10.0 %" in bench.find("check_gradients_verdict").text())
    assert button.text() == "&Stop"
    assert not bench.find("time_step_button").isEnabled()

    with qtbot.waitSignal(bench.tools_runner.ended):
        button.click()

    assert button.text() == "Check &gradients"
    assert bench.find("check_gradients_verdict").text() == "Stopped."


@pytest.mark.expects_log("no memory")
def test_that_an_unexpected_failure_is_reported(qtbot: QtBot, bench: Bench) -> None:
    def fail(_control: RunControl) -> Iterator[Event]:
        raise RuntimeError("no memory")
        yield

    bench.gradients = fail

    run(qtbot, bench, "check_gradients")

    assert "no memory" in bench.messages[-1].text
    assert "RuntimeError" in bench.messages[-1].details
    assert "no memory" in bench.find("check_gradients_verdict").text()
    assert bench.find("check_gradients_button").isEnabled()


def test_that_the_tools_wait_while_training_runs(bench: Bench) -> None:
    bench.prepare()
    assert bench.find("check_gradients_button").isEnabled()

    bench.session.set_run_state(RunState.TRAINING)

    assert not bench.find("check_gradients_button").isEnabled()
    assert not bench.find("time_step_button").isEnabled()
