"""The session: it keeps what is loaded and tells when that changes."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.session import CurrentRun, RunState, Session

PATH = Path("model.safetensors")


def handle() -> Any:
    return object()  # a corpus or a model: the session never looks inside


def test_that_a_forbidden_transition_is_refused_and_changes_nothing() -> None:
    session = Session()

    with pytest.raises(ValueError, match="IDLE cannot become PAUSED"):
        session.set_run_state(RunState.PAUSED)

    assert session.run_state is RunState.IDLE


def test_that_the_same_state_again_is_silent(qtbot: QtBot) -> None:
    session = Session()

    with qtbot.assertNotEmitted(session.run_state_changed):
        session.set_run_state(RunState.IDLE)


def test_that_a_run_ends_ready_with_a_corpus_and_idle_without() -> None:
    with_corpus, without = Session(), Session()
    for session in (with_corpus, without):
        session.set_run_state(RunState.PREPARING)
    with_corpus.set_corpus(handle())

    with_corpus.finish_run()
    without.finish_run()

    assert with_corpus.run_state is RunState.READY
    assert without.run_state is RunState.IDLE


def test_that_a_trained_model_is_unsaved_until_it_is_in_a_file(qtbot: QtBot) -> None:
    session = Session()
    with qtbot.waitSignal(session.model_saved_changed) as changed:
        session.set_model(handle())
    assert changed.args == [False]

    session.mark_model_saved(PATH)

    assert session.is_model_saved
    assert session.model_path == PATH


def test_that_an_opened_model_is_saved_already() -> None:
    session = Session()

    session.set_model(handle(), path=PATH)

    assert session.is_model_saved


def test_that_a_snapshot_published_during_a_save_stays_unsaved() -> None:
    session = Session()
    written, newer = handle(), handle()
    session.set_model(written)
    session.set_model(newer)

    session.mark_model_saved(PATH, written)

    assert not session.is_model_saved


def test_that_a_new_snapshot_remembers_the_file_of_the_former() -> None:
    session = Session()
    session.set_model(handle(), path=PATH)

    session.set_model(handle())

    assert session.model_path == PATH


def model_at(step: int) -> Any:
    return SimpleNamespace(step=step)


@pytest.mark.parametrize(("saved_step", "is_kept"), [(None, False), (99, False), (100, True)])
def test_that_a_model_is_kept_once_a_checkpoint_holds_its_step(
    saved_step: int | None, is_kept: bool
) -> None:
    session = Session()
    session.set_run(CurrentRun(run_id="1", saved_step=saved_step))

    session.set_model(model_at(100))

    assert session.is_model_kept is is_kept


def test_that_the_model_of_a_kept_run_is_saved_but_in_no_file_of_its_own() -> None:
    session = Session()
    session.set_model(handle(), path=PATH)

    session.set_model(model_at(7), run=CurrentRun(run_id="1", saved_step=7))

    assert session.is_model_saved
    assert session.model_path is None  # the former file must not be written over


def test_that_a_recovered_model_counts_as_unsaved() -> None:
    session = Session()

    session.set_model(model_at(7), run=CurrentRun(run_id="1", saved_step=7, is_recovered=True))

    assert not session.is_model_saved
    assert session.is_model_kept


def test_that_a_model_from_a_file_belongs_to_no_run() -> None:
    session = Session()
    session.set_run(CurrentRun(run_id="1"))

    session.set_model(handle(), path=PATH)

    assert session.run is None


def test_that_looking_back_changes_what_is_shown_and_nothing_else(qtbot: QtBot) -> None:
    session, newest, earlier = Session(), handle(), handle()
    session.set_run(CurrentRun(run_id="1"))
    session.set_model(newest)

    with (
        qtbot.waitSignal(session.shown_model_changed) as shown,
        qtbot.assertNotEmitted(session.model_changed),
    ):
        session.look_back(earlier)

    assert shown.args == [earlier]
    assert (session.shown_model, session.model) == (earlier, newest)
    assert session.is_looking_back


def test_that_a_snapshot_of_the_same_run_is_not_shown_while_looking_back(qtbot: QtBot) -> None:
    session, earlier = Session(), handle()
    session.set_run(CurrentRun(run_id="1"))
    session.look_back(earlier)

    with qtbot.assertNotEmitted(session.shown_model_changed):
        session.set_model(handle())
        session.set_run(CurrentRun(run_id="1", saved_step=7))

    assert session.shown_model is earlier


@pytest.mark.parametrize("other", [None, CurrentRun(run_id="2")])
def test_that_another_run_ends_the_look_back(other: CurrentRun | None) -> None:
    session, newest = Session(), handle()
    session.set_run(CurrentRun(run_id="1"))
    session.look_back(handle())

    session.set_model(newest, path=None if other else PATH, run=other)

    assert session.shown_model is newest
