"""A run that ended before anything of it was saved begins again, with its settings and seed."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.control import RunControl
from engine.corpus.corpus import Corpus
from engine.errors import ConfigError, ModelFileError
from engine.runs.store import RunStore
from engine.training.state import TrainingState, load_state
from engine.training.trainer import Trainer
from tests.engine.support.kept_runs import TRAIN, keep
from tests.engine.support.runs import animal_corpus


def state_of(store: RunStore, run_id: str) -> TrainingState:
    return load_state(store.runs / run_id / "state.safetensors")


def forget_all(store: RunStore, run_id: str) -> None:
    """Leave of a run what one has that was killed directly after it began."""
    for path in (store.runs / run_id).iterdir():
        if path.name not in ("run.json", "label.json"):
            path.unlink()


@pytest.fixture
def killed(store: RunStore, corpus: Corpus) -> tuple[str, TrainingState]:
    """The id of a run that was killed before its first save, and how it would have ended."""
    run_id, _ = keep(store, corpus)
    whole = state_of(store, run_id)
    forget_all(store, run_id)
    return run_id, whole


def test_that_it_is_offered_and_can_be_resumed(
    store: RunStore, killed: tuple[str, TrainingState]
) -> None:
    (run,) = store.find_interrupted()

    assert (run.run_id, run.state, run.saved, run.name) == (
        killed[0],
        "interrupted",
        None,
        "Animals",
    )
    assert run.begins_anew
    assert run.can_resume
    store.require_resumable(run.run_id)


def test_that_it_ends_as_it_would_have_to_the_last_bit(
    store: RunStore, corpus: Corpus, killed: tuple[str, TrainingState]
) -> None:
    run_id, whole = killed

    list(store.resume(run_id, corpus, RunControl()))

    ended = state_of(store, run_id)
    assert store.info(run_id).state == "finished"
    for mine, theirs in ((ended.parameters, whole.parameters), (ended.best, whole.best)):
        assert all(torch.equal(mine[name], theirs[name]) for name in theirs)
    assert store.find_interrupted() == ()


def test_that_it_can_get_other_epochs_and_another_rate(
    store: RunStore, corpus: Corpus, killed: tuple[str, TrainingState]
) -> None:
    list(store.resume(killed[0], corpus, RunControl(), epochs=3, learning_rate=0.01))

    info = store.info(killed[0])
    assert (info.epoch, info.train_config.learning_rate) == (3.0, 0.01)
    assert info.train_config.seed == TRAIN.seed


def test_that_it_does_not_begin_again_with_another_text(
    store: RunStore, tmp_path: Path, killed: tuple[str, TrainingState]
) -> None:
    (tmp_path / "other").mkdir()
    other = animal_corpus(tmp_path / "other", documents=31)

    with pytest.raises(ConfigError, match=r"animals\.csv was changed since"):
        list(store.resume(killed[0], other, RunControl()))
    assert store.info(killed[0]).begins_anew


def test_that_a_run_that_went_on_from_a_model_does_not_begin_without_it(
    store: RunStore, corpus: Corpus
) -> None:
    first, _ = keep(store, corpus)
    run_id, _ = keep(store, corpus, start_from=store.open_model(first))
    forget_all(store, run_id)

    assert not store.info(run_id).can_resume
    assert store.find_interrupted() == ()
    with pytest.raises(ModelFileError):
        list(store.resume(run_id, corpus, RunControl()))


def test_that_a_run_whose_state_was_taken_away_does_not_begin_again(
    store: RunStore, corpus: Corpus
) -> None:
    run_id, _ = keep(store, corpus, replace(TRAIN, epochs=1))
    (store.runs / run_id / "state.safetensors").unlink()

    assert not store.info(run_id).begins_anew


def test_that_a_run_appears_with_its_settings_in_it(store: RunStore, corpus: Corpus) -> None:
    unready = store.runs / ".20200101-120000-abcdef.new"
    unready.mkdir(parents=True)  # of a run that was killed while it was made
    seen: list[bool] = []

    def look(_event: object) -> None:
        seen.extend((path / "run.json").exists() for path in store.runs.glob("2*"))

    run_id, _ = keep(store, corpus, on_event=look)

    assert seen
    assert all(seen)
    assert [run.run_id for run in store.list()] == [run_id]
    shutil.rmtree(unready)


def test_that_a_run_aborted_before_its_first_save_begins_again(
    store: RunStore, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_id, _ = keep(store, corpus)

    def twice_ctrl_c(_trainer: Trainer) -> TrainingState:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "state", twice_ctrl_c)
        with pytest.raises(KeyboardInterrupt):
            keep(store, corpus)
    (aborted, _) = store.list()
    assert (aborted.state, aborted.message, aborted.saved) == ("stopped", "It was aborted.", None)
    assert aborted.can_resume

    list(store.resume(aborted.run_id, corpus, RunControl()))

    mine, theirs = (state_of(store, run_id).parameters for run_id in (aborted.run_id, whole_id))
    assert all(torch.equal(mine[name], theirs[name]) for name in theirs)
