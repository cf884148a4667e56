"""The session: it keeps what is loaded and tells when that changes."""

from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.state.run_state import RunState
from app.state.session import Session

PATH = Path("model.safetensors")


def handle() -> Any:
    return object()  # a corpus or a model: the session never looks inside


def test_that_a_forbidden_transition_is_refused_and_changes_nothing() -> None:
    session = Session()

    with pytest.raises(ValueError, match="IDLE cannot become TRAINING"):
        session.set_run_state(RunState.TRAINING)

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
