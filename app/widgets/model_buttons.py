"""What the window of kept runs offers to do with the selected ones, in words."""

from typing import TypeAlias

from app.state.run_commands import RunCommand

Button: TypeAlias = tuple[RunCommand, str, str, str]  # what, text, part of its name, tip

BUTTONS: tuple[Button, ...] = (
    (RunCommand.RESTORE, "Re&store", "restore", "Bring the selected runs back from the trash"),
    (RunCommand.OPEN, "&Open", "open", "Use the newest model of the run (Enter)"),
    (RunCommand.OPEN_BEST, "Open &best", "open_best", "Use the model of the lowest loss"),
    (
        RunCommand.CONTINUE,
        "Con&tinue training",
        "continue",
        "Go on exactly where the run was saved last; its text is prepared again if need be",
    ),
    (RunCommand.RENAME, "&Rename", "rename", "Write another name (F2)"),
    (RunCommand.NOTE, "&Note", "note", "Write a note"),
    (RunCommand.DUPLICATE, "D&uplicate", "duplicate", "Copy the run, to train the copy otherwise"),
    (RunCommand.COMPARE, "Co&mpare…", "compare", "Show in which settings the selected runs differ"),
    (RunCommand.DELETE, "&Delete", "delete", "Move the selected runs to the trash (Del)"),
)
