"""What the window may do next: the states, the ways between them, the commands.

Plain Python: it knows neither Qt nor the engine.
"""

from enum import Enum, auto


class RunState(Enum):
    """What the main job of the window is doing."""

    IDLE = auto()  # no corpus yet
    PREPARING = auto()
    READY = auto()  # a corpus is there
    TRAINING = auto()
    PAUSED = auto()
    STOPPING = auto()  # a stop was asked for and the job has not ended yet


class Command(Enum):
    """What a person can ask for; whether a model is there is not decided here."""

    OPEN_DATA = auto()
    PREPARE = auto()
    CANCEL_PREPARING = auto()
    START_TRAINING = auto()
    PAUSE = auto()
    RESUME = auto()
    STOP_TRAINING = auto()
    OPEN_MODEL = auto()
    CHECK = auto()  # gradients, or the time of one step


_TRANSITIONS: dict[RunState, frozenset[RunState]] = {
    # A kept run brings its own corpus: it is continued from IDLE, and may fail to find it.
    RunState.IDLE: frozenset({RunState.PREPARING, RunState.TRAINING}),
    RunState.PREPARING: frozenset({RunState.READY, RunState.STOPPING, RunState.IDLE}),
    RunState.READY: frozenset({RunState.PREPARING, RunState.TRAINING, RunState.IDLE}),
    RunState.TRAINING: frozenset(
        {RunState.PAUSED, RunState.STOPPING, RunState.READY, RunState.IDLE}
    ),
    RunState.PAUSED: frozenset(
        {RunState.TRAINING, RunState.STOPPING, RunState.READY, RunState.IDLE}
    ),
    RunState.STOPPING: frozenset({RunState.READY, RunState.IDLE}),
}

_COMMANDS: dict[RunState, frozenset[Command]] = {
    RunState.IDLE: frozenset(
        {Command.OPEN_DATA, Command.PREPARE, Command.OPEN_MODEL, Command.CHECK}
    ),
    RunState.PREPARING: frozenset({Command.CANCEL_PREPARING, Command.CHECK}),
    RunState.READY: frozenset(
        {
            Command.OPEN_DATA,
            Command.PREPARE,
            Command.START_TRAINING,
            Command.OPEN_MODEL,
            Command.CHECK,
        }
    ),
    RunState.TRAINING: frozenset({Command.PAUSE, Command.STOP_TRAINING}),
    RunState.PAUSED: frozenset({Command.RESUME, Command.STOP_TRAINING}),
    RunState.STOPPING: frozenset(),
}


def is_allowed(state: RunState, new_state: RunState) -> bool:
    """Return whether `new_state` may follow `state`."""
    return new_state in _TRANSITIONS[state]


def enabled_commands(state: RunState) -> frozenset[Command]:
    """Return what a person can ask for in `state`."""
    return _COMMANDS[state]
