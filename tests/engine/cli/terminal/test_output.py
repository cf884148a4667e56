"""How events look in a terminal."""

import errno
import io
import json
import math
import signal
from dataclasses import replace
from typing import Any

import pytest

from engine.cli.terminal import output as cli_output
from engine.cli.terminal.output import Output, stop_on_signal
from engine.cli.terminal.texts import bar
from engine.control import Notice, StageProgress
from engine.errors import EngineError
from engine.events import event_to_json
from engine.language_model.history import EpochDone, LossPoint
from engine.training.events import RunEnded
from engine.wording import duration, probability, size_text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def a_point(epoch: float) -> LossPoint:
    return LossPoint(
        step=1,
        epoch=epoch,
        loss=5.125,
        learning_rate=0.1,
        words_per_s=1234.4,
        elapsed_s=65.0,
        time_left_s=195.0,
    )


def an_epoch(loss: float = 4.0) -> EpochDone:
    return EpochDone(
        epoch=1,
        step=10,
        training_loss=loss,
        validation_loss=None,
        learning_rate=0.1,
        words_per_s=100.0,
        elapsed_s=2.0,
        is_best=True,
    )


def test_that_a_terminal_shows_one_line_that_is_rewritten_and_cleared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    out, err = io.StringIO(), Terminal()
    output = Output(as_json=False, out=out, err=err)

    output.show(a_point(0.5))
    output.result("a result")

    live, cleared = err.getvalue().split("\r")[1:3]
    assert live == (
        "Epoch 0.50 [######..................] loss 5.125, 1,234 words/s, 1:05, 3:15 left"
    )
    assert cleared == " " * len(live)
    assert out.getvalue() == "a result\n"


def test_that_a_line_wider_than_the_terminal_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    err = Terminal()

    Output(as_json=False, out=io.StringIO(), err=err).show(a_point(0.5))

    assert err.getvalue() == "\rEpoch 0.50 loss 5.1"


def test_that_the_figures_have_room_on_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    err = Terminal()
    long = replace(a_point(123.25), words_per_s=123456.0, elapsed_s=3605.0, time_left_s=36195.0)

    Output(as_json=False, out=io.StringIO(), err=err).show(long)

    assert err.getvalue() == (
        "\rEpoch 123.25 [#...........] loss 5.125, 123,456 words/s, 1:00:05, 10:03:15 left"
    )


def test_that_the_counts_of_a_stage_have_room_on_80_columns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    err = Terminal()
    stage = "Splitting into sentences and words"

    Output(as_json=False, out=io.StringIO(), err=err).show(
        StageProgress(stage=stage, done=1234567, total=2469134, unit="documents")
    )

    assert err.getvalue() == f"\r{stage} [####.....] 1,234,567 of 2,469,134 documents"


class Lost(io.StringIO):
    """A stream to a full disk, or to a terminal that was closed."""

    def __init__(self, number: int, *, was_terminal: bool = False) -> None:
        super().__init__()
        self._number, self._was_terminal = number, was_terminal

    def isatty(self) -> bool:
        return self._was_terminal

    def write(self, text: str) -> int:
        raise OSError(self._number, "lost")


def test_that_a_closed_terminal_ends_no_training(monkeypatch: pytest.MonkeyPatch) -> None:
    discarded: list[object] = []
    monkeypatch.setattr(cli_output, "discard", discarded.append)
    out, err = (Lost(errno.EIO, was_terminal=True) for _ in range(2))
    output = Output(as_json=False, out=out, err=err)

    output.show(a_point(0.5))
    output.result("a result")

    assert discarded == [err, err, out]


def test_that_a_full_disk_under_the_output_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli_output, "discard", lambda _stream: None)
    output = Output(as_json=False, out=Lost(errno.ENOSPC), err=io.StringIO())

    with pytest.raises(EngineError, match="output could not be written, because the disk is full"):
        output.result("a sentence")


def test_that_a_file_gets_plain_lines_at_stages_and_epochs_only() -> None:
    out, err = io.StringIO(), io.StringIO()
    output = Output(as_json=False, out=out, err=err)

    for done in range(5):
        output.show(StageProgress(stage="Reading", done=done, total=5, unit="rows"))
    output.show(a_point(0.5))
    output.show(an_epoch())

    assert err.getvalue().splitlines() == [
        "Reading …",
        "Epoch 1: training loss 4.0000 nats per word, 100 words/s, 0:02",
    ]
    assert out.getvalue() == ""


def test_that_one_is_written_as_one_and_no_speed_is_made_up() -> None:
    err = io.StringIO()
    output = Output(as_json=False, out=io.StringIO(), err=err)

    output.show(replace(an_epoch(), epoch=0.0, words_per_s=0.0))
    output.show(RunEnded(reason="finished", epoch=1.0, step=1, elapsed_s=2.0))

    assert err.getvalue().splitlines() == [
        "Epoch 0: training loss 4.0000 nats per word, 0:02",
        "Training is finished after 1 epoch, 1 step and 0:02.",
    ]


def test_that_json_lines_carry_the_figures_of_an_epoch() -> None:
    out, err = io.StringIO(), Terminal()

    Output(as_json=True, out=out, err=err).show(an_epoch())

    values = json.loads(out.getvalue())
    assert values["event"] == "epoch_done"
    assert {"epoch", "training_loss", "validation_loss", "words_per_s", "elapsed_s"} < values.keys()
    assert err.getvalue() == ""


def test_that_json_never_holds_nan() -> None:
    values = event_to_json(an_epoch(loss=math.nan))

    assert values is not None
    assert values["training_loss"] is None


@pytest.mark.parametrize(("severity", "shown"), [("warning", "Warning"), ("info", "Note")])
def test_that_a_notice_is_seen_by_a_person_and_by_a_machine(severity: Any, shown: str) -> None:
    out, err = io.StringIO(), io.StringIO()

    Output(as_json=True, out=out, err=err).show(Notice(text="look", severity=severity))

    expected = {"event": "notice", "text": "look", "severity": severity, "device": None}
    assert json.loads(out.getvalue()) == expected | {"unknown_words": []}
    assert err.getvalue() == f"{shown}: look\n"


@pytest.mark.parametrize(
    ("log_probability", "text"),
    [(0.0, "1"), (math.log(0.25), "0.25"), (-30.0, "9.36e-14"), (-5000.0, "3.37e-2172")],
)
def test_that_a_probability_is_never_shown_as_zero(log_probability: float, text: str) -> None:
    assert probability(log_probability) == text


def test_that_times_and_bars_are_short() -> None:
    assert [duration(seconds) for seconds in (0, 59.6, 3600)] == ["0:00", "1:00", "1:00:00"]
    assert bar(None) == ""
    assert bar(2.0) == "[" + "#" * 24 + "] "


def test_that_sizes_have_a_unit() -> None:
    sizes = (12, 1000, 999_600, 4 << 30)

    assert [size_text(size) for size in sizes] == ["12 bytes", "1 kB", "1 MB", "4.29 GB"]


def test_that_the_first_ctrl_c_after_a_stop_that_another_process_heard_aborts_nothing() -> None:
    output = Output(as_json=False, out=io.StringIO(), err=io.StringIO())
    with stop_on_signal(output) as control:
        control.stop()
        assert control.exit_code == 128 + signal.SIGTERM

        signal.raise_signal(signal.SIGINT)

        assert control.exit_code == 128 + signal.SIGINT
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
