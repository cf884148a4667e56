"""What can be done with selected runs."""

from typing import Any

import pytest

from app.runs.commands import RunCommand, run_commands
from tests.engine.support.run_infos import run_info

CHANGES = {RunCommand.RENAME, RunCommand.TAGS, RunCommand.NOTE, RunCommand.COPY_COMMAND}
OPENING = {RunCommand.OPEN, RunCommand.OPEN_BEST, RunCommand.CONTINUE}


def offered(*runs: Any, in_trash: bool = False, is_at_rest: bool = True) -> set[RunCommand]:
    return set(run_commands(runs, in_trash=in_trash, is_at_rest=is_at_rest))


@pytest.mark.parametrize("state", ["stopped", "finished", "failed", "interrupted"])
def test_that_everything_can_be_done_with_a_run_that_has_ended(state: str) -> None:
    all_but = {RunCommand.COMPARE, RunCommand.RESTORE}

    assert offered(run_info(state=state)) == set(RunCommand) - all_but


def test_that_a_running_run_can_be_looked_at_but_not_moved() -> None:
    looked_at = {RunCommand.OPEN, RunCommand.OPEN_BEST}

    assert offered(run_info(state="running")) == CHANGES | looked_at | {RunCommand.OVERLAY}


def test_that_a_run_without_a_checkpoint_has_no_model() -> None:
    assert offered(run_info(saved=None)) == CHANGES | {RunCommand.DELETE}


def test_that_nothing_is_opened_beside_another_job() -> None:
    assert not offered(run_info(), is_at_rest=False) & OPENING


def test_that_several_runs_are_compared_or_deleted() -> None:
    assert offered(run_info(1), run_info(2)) == {RunCommand.COMPARE, RunCommand.DELETE}


def test_that_the_trash_gives_back() -> None:
    assert offered(run_info(), in_trash=True) == {RunCommand.RESTORE}


def test_that_nothing_is_offered_for_no_run() -> None:
    assert offered() == set()
