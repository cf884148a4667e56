"""Which state may follow which, and what may be asked for in each."""

import pytest

from app.session import Command, RunState, enabled_commands, is_allowed


@pytest.mark.parametrize(
    ("state", "new_state"),
    [
        (RunState.IDLE, RunState.PREPARING),
        (RunState.PREPARING, RunState.READY),
        (RunState.PREPARING, RunState.STOPPING),
        (RunState.READY, RunState.TRAINING),
        (RunState.IDLE, RunState.TRAINING),  # a kept run brings its own corpus
        (RunState.TRAINING, RunState.IDLE),  # ... and may fail to find it
        (RunState.TRAINING, RunState.PAUSED),
        (RunState.PAUSED, RunState.TRAINING),
        (RunState.PAUSED, RunState.STOPPING),
        (RunState.STOPPING, RunState.READY),
    ],
)
def test_that_the_way_of_a_run_is_allowed(state: RunState, new_state: RunState) -> None:
    assert is_allowed(state, new_state)


@pytest.mark.parametrize(
    ("state", "new_state"),
    [
        (RunState.IDLE, RunState.PAUSED),
        (RunState.IDLE, RunState.STOPPING),
        (RunState.READY, RunState.PAUSED),
        (RunState.STOPPING, RunState.TRAINING),
        (RunState.TRAINING, RunState.PREPARING),
    ],
)
def test_that_a_short_cut_is_forbidden(state: RunState, new_state: RunState) -> None:
    assert not is_allowed(state, new_state)


def test_that_every_state_has_a_way_out() -> None:
    assert all(any(is_allowed(state, other) for other in RunState) for state in RunState)


def test_that_nothing_can_be_asked_for_while_stopping() -> None:
    assert enabled_commands(RunState.STOPPING) == frozenset()


def test_that_training_needs_a_corpus() -> None:
    starts = {s for s in RunState if Command.START_TRAINING in enabled_commands(s)}

    assert starts == {RunState.READY}


def test_that_the_data_cannot_be_changed_during_training() -> None:
    for state in (RunState.TRAINING, RunState.PAUSED, RunState.STOPPING):
        assert Command.OPEN_DATA not in enabled_commands(state)
        assert Command.PREPARE not in enabled_commands(state)
