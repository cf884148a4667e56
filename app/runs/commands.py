"""What can be done with the selected runs, and what each command is called.

Plain Python: it knows neither Qt nor the engine.
"""

from collections.abc import Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from engine import RunInfo


class RunCommand(Enum):
    """What a person can ask for in the list of runs."""

    OPEN = auto()
    OPEN_BEST = auto()
    CONTINUE = auto()
    RENAME = auto()
    NOTE = auto()
    DUPLICATE = auto()
    COMPARE = auto()
    OVERLAY = auto()
    COPY_COMMAND = auto()
    TAGS = auto()
    DELETE = auto()
    RESTORE = auto()


Button: TypeAlias = tuple[RunCommand, str, str, str]  # what, text, part of its name, tip

BUTTONS: tuple[Button, ...] = (
    (RunCommand.RESTORE, "Re&store", "restore", "Bring the selected runs back from the trash"),
    (RunCommand.OPEN, "&Open", "open", "Use the newest model of the run (Enter)"),
    (RunCommand.OPEN_BEST, "Open &best", "open_best", "Use the model with the lowest loss"),
    (
        RunCommand.CONTINUE,
        "Con&tinue training",
        "continue",
        "Go on exactly where the run was saved last; its text is prepared again if need be",
    ),
    (
        RunCommand.COMPARE,
        "Co&mpare…",
        "compare",
        "Show the curves of the selected runs, their losses, and the settings that differ",
    ),
    (
        RunCommand.OVERLAY,
        "Show in &plot",
        "overlay",
        "Draw the curve of this run into the plot of the Training tab, or take it out again",
    ),
    (RunCommand.DELETE, "&Delete", "delete", "Move the selected runs to the trash (Del)"),
)
MORE: tuple[Button, ...] = (  # in a menu beside them
    (RunCommand.RENAME, "&Rename", "rename", "Write another name (F2)"),
    (RunCommand.TAGS, "Ta&gs", "tags", "Write tags, separated by commas"),
    (RunCommand.NOTE, "&Note", "note", "Write a note"),
    (RunCommand.DUPLICATE, "D&uplicate", "duplicate", "Copy the run, to train the copy otherwise"),
    (
        RunCommand.COPY_COMMAND,
        "Cop&y as command",
        "copy_command",
        "Copy the line that repeats this run exactly in a terminal",
    ),
)

_SINGLE = frozenset({RunCommand.RENAME, RunCommand.TAGS, RunCommand.NOTE})


def run_commands(
    runs: "Sequence[RunInfo]", *, in_trash: bool, is_at_rest: bool
) -> frozenset[RunCommand]:
    """Return what can be asked for.

    Parameters
    ----------
    runs : sequence of RunInfo
        The selected ones.
    in_trash : bool
        Whether they are deleted.
    is_at_rest : bool
        Whether the window may take another model now.
    """
    commands: set[RunCommand] = set()
    if len(runs) >= 2:
        commands.add(RunCommand.COMPARE)
    if not runs:
        return frozenset()
    if in_trash:
        return frozenset(commands | {RunCommand.RESTORE})
    if all(run.state != "running" for run in runs):
        commands.add(RunCommand.DELETE)
    if len(runs) == 1:
        commands |= _of_one(runs[0], is_at_rest=is_at_rest)
    return frozenset(commands)


def _of_one(run: "RunInfo", *, is_at_rest: bool) -> frozenset[RunCommand]:
    commands = set(_SINGLE)
    if run.corpus_config is not None:  # whether it can be repeated is told
        commands.add(RunCommand.COPY_COMMAND)
    if run.curve or run.saved is not None:
        commands.add(RunCommand.OVERLAY)
    if run.saved is not None:
        if run.state != "running":
            commands.add(RunCommand.DUPLICATE)
        if is_at_rest:
            commands |= {RunCommand.OPEN, RunCommand.OPEN_BEST}
    is_there = run.saved is not None or run.begins_anew
    if is_there and is_at_rest and run.state != "running":
        commands.add(RunCommand.CONTINUE)
    return frozenset(commands)
