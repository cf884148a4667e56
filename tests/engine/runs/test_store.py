"""Kept runs are listed, resumed, renamed, copied and thrown away without harm."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.config import CorpusConfig
from engine.control import RunControl
from engine.corpus.corpus import Corpus
from engine.errors import ConfigError, RunError
from engine.events import Event
from engine.language_model.checkpoint import load_model
from engine.language_model.history import EpochDone, LossPoint
from engine.runs.lock import RunLock, is_held
from engine.runs.store import RunStore
from engine.training.events import CheckpointSaved, RunEnded, TrainingStarted
from engine.training.state import load_state
from tests.engine.support.kept_runs import MODEL, TRAIN, interrupt, keep
from tests.engine.support.runs import animal_corpus
from tests.patience import wait_until
from tests.processes import python


def test_that_a_kept_run_is_listed_with_what_it_reached(store: RunStore, corpus: Corpus) -> None:
    run_id, events = keep(store, corpus)

    (run,) = store.list()

    assert (run.run_id, run.name, run.state, run.epoch) == (run_id, "Animals", "finished", 2.0)
    assert run.corpus_name == "animals.csv"
    assert run.settings == "18 words, 4 hidden units, recipe fast, 2 epochs"
    assert run.validation_loss == run.best_loss
    assert not run.can_resume
    assert isinstance(events[-1], RunEnded)
    assert isinstance(events[-2], CheckpointSaved)
    assert store.open_model(run_id).step == run.step
    assert store.open_model(run_id, "best").epoch == 2.0
    assert store.find_interrupted() == ()


@pytest.mark.skipif(os.name == "nt", reason="permissions are of POSIX")
def test_that_only_the_user_can_look_into_a_run(store: RunStore, corpus: Corpus) -> None:
    run_id, _ = keep(store, corpus)
    folder = store.runs / run_id

    assert {folder.stat().st_mode & 0o777, store.runs.stat().st_mode & 0o777} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_that_the_event_log_tells_the_run(store: RunStore, corpus: Corpus) -> None:
    run_id, _ = keep(store, corpus)

    lines = (store.runs / run_id / "events.jsonl").read_text().splitlines()

    names = [json.loads(line)["event"] for line in lines]
    assert names == ["training_started", *["epoch_done"] * 3, "run_ended"]


def test_that_a_stopped_run_goes_on_as_if_it_had_not_been_stopped(
    store: RunStore, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.trainer._POINT_EVERY_S", 0.0)
    whole, _ = keep(store, corpus)
    control = RunControl()
    run_id, _ = keep(
        store,
        corpus,
        control=control,
        on_event=lambda event: control.stop() if isinstance(event, LossPoint) else None,
    )
    stopped = store.info(run_id)

    list(store.resume(run_id, corpus, RunControl()))

    assert stopped.state == "stopped"
    assert stopped.can_resume
    assert 0.0 < stopped.epoch < 1.0
    mine, theirs = (load_state(store.runs / name / "state.safetensors") for name in (run_id, whole))
    assert all(torch.equal(mine.parameters[name], theirs.parameters[name]) for name in "VW")
    assert store.info(run_id).state == "finished"


def test_that_a_run_killed_before_its_first_step_goes_on_to_the_same_end(
    store: RunStore, corpus: Corpus, tmp_path: Path
) -> None:
    others = RunStore(tmp_path / "as if killed")

    def leave_a_copy(event: Event) -> None:
        if isinstance(event, TrainingStarted):  # the training waits here until its state is saved
            wait_until(lambda: any(store.runs.glob("*/status.json")))
            shutil.copytree(store.runs, others.runs, ignore=shutil.ignore_patterns("lock"))

    run_id, _ = keep(store, corpus, on_event=leave_a_copy)

    (killed,) = others.find_interrupted()
    assert (killed.run_id, killed.step) == (run_id, 0)
    list(others.resume(run_id, corpus, RunControl()))
    ended, expected = others.open_model(run_id).rnn, store.open_model(run_id).rnn
    assert all(map(torch.equal, ended.parameters(), expected.parameters()))


def test_that_a_caller_who_goes_away_loses_nothing(store: RunStore, corpus: Corpus) -> None:
    run_id = store.new_run_id()
    csv = CorpusConfig(path=Path(corpus.summary.path))
    events = store.train(corpus, csv, MODEL, TRAIN, RunControl(), run_id=run_id)
    for event in events:
        if isinstance(event, LossPoint):
            break
    events.close()  # type: ignore[attr-defined]

    run = store.info(run_id)

    assert (run.state, run.message) == ("stopped", "The program was closed.")
    assert run.step == event.step
    assert store.open_model(run_id).step == run.step


def test_that_a_killed_run_is_offered_until_the_user_declines(
    store: RunStore, corpus: Corpus
) -> None:
    run_id, _ = keep(store, corpus)
    interrupt(store, run_id)
    with (store.runs / run_id / "events.jsonl").open("a") as log:
        log.write(json.dumps({"event": "loss_point", "elapsed_s": 1000.0}) + '\n{"event": "cut')

    (found,) = store.find_interrupted()
    store.dismiss(run_id)

    assert found.lost_s == pytest.approx(1000.0 - found.elapsed_s)
    assert store.find_interrupted() == ()
    assert store.info(run_id).state == "stopped"
    assert store.open_model(run_id).step == found.step


def test_that_a_run_is_not_trained_twice_at_once(store: RunStore, corpus: Corpus) -> None:
    run_id, _ = keep(store, corpus)
    lock = RunLock(store.runs / run_id / "lock")

    state = store.info(run_id).state
    with pytest.raises(RunError, match="is being trained"):
        list(store.resume(run_id, corpus, RunControl(), epochs=9))
    with pytest.raises(RunError, match="Stop it first"):
        store.delete(run_id)
    lock.release()

    assert state == "running"
    assert not is_held(store.runs / run_id / "lock")


def test_that_a_finished_run_goes_on_only_with_more_epochs(store: RunStore, corpus: Corpus) -> None:
    run_id, _ = keep(store, corpus)

    with pytest.raises(RunError, match="has finished its 2 epochs"):
        list(store.resume(run_id, corpus, RunControl()))
    list(store.resume(run_id, corpus, RunControl(), epochs=3, learning_rate=0.001))

    run = store.info(run_id)
    assert (run.epoch, run.train_config.epochs, run.train_config.learning_rate) == (3.0, 3, 0.001)


def test_that_a_stopped_run_is_not_ended_by_fewer_epochs(store: RunStore, corpus: Corpus) -> None:
    control = RunControl()

    def stop_after_four(event: Event) -> None:
        if isinstance(event, EpochDone) and event.epoch >= 4:
            control.stop()

    thirty = replace(TRAIN, epochs=30)
    run_id, _ = keep(store, corpus, thirty, control=control, on_event=stop_after_four)
    before = store.info(run_id)

    with pytest.raises(RunError, match=r"trained 4 epochs already.*such as --epochs 60"):
        list(store.resume(run_id, corpus, RunControl(), epochs=3))

    assert store.info(run_id) == before
    assert (before.state, before.epoch) == ("stopped", 4.0)


def test_that_a_converged_run_asks_for_a_new_learning_rate(
    store: RunStore, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.schedule.SMALLEST_RATE_SHARE", 2.0)
    run_id, events = keep(store, corpus, replace(TRAIN, recipe="fast", epochs=30))
    assert isinstance(events[-1], RunEnded)
    assert events[-1].reason == "converged"

    with pytest.raises(RunError, match=r"converged after .* --learning-rate"):
        store.require_resumable(run_id, epochs=14)


def test_that_a_run_killed_between_its_last_epoch_and_its_end_comes_to_its_end(
    store: RunStore, corpus: Corpus
) -> None:
    run_id, _ = keep(store, corpus)
    (store.runs / run_id / "last.safetensors").unlink()
    interrupt(store, run_id)

    *_, end = store.resume(run_id, corpus, RunControl())

    assert isinstance(end, RunEnded)
    assert (end.reason, end.epoch) == ("finished", 2.0)
    assert store.info(run_id).state == "finished"
    assert load_model(store.runs / run_id / "last.safetensors").epoch == 2.0


def test_that_a_time_limit_counts_anew_when_the_run_goes_on(
    store: RunStore, corpus: Corpus
) -> None:
    run_id, events = keep(store, corpus, replace(TRAIN, epochs=1000, time_limit_s=0.05))

    more = list(store.resume(run_id, corpus, RunControl(), time_limit_s=0.1))

    assert isinstance(events[-1], RunEnded)
    assert isinstance(more[-1], RunEnded)
    assert (events[-1].reason, more[-1].reason) == ("time limit", "time limit")
    assert more[-1].step > events[-1].step
    assert store.info(run_id).can_resume


def test_that_another_text_is_refused_in_a_sentence(
    store: RunStore, corpus: Corpus, tmp_path: Path
) -> None:
    run_id, _ = keep(store, corpus)
    (tmp_path / "other").mkdir()
    changed = animal_corpus(tmp_path / "other", documents=31)

    with pytest.raises(ConfigError, match=r"animals\.csv was changed since"):
        list(store.resume(run_id, changed, RunControl(), epochs=3))
    with pytest.raises(ConfigError, match="its vocabulary has 10 words"):
        list(store.resume(run_id, corpus.with_vocabulary_size(10), RunControl(), epochs=3))
    with pytest.raises(ConfigError, match="has other words than the run had"):
        list(store.resume(run_id, corpus.with_validation_fraction(0.4), RunControl(), epochs=3))

    assert store.corpus_config(run_id).path == tmp_path / "animals.csv"
    assert store.info(run_id).state == "finished"


def test_that_a_run_is_renamed_noted_copied_and_thrown_away(
    store: RunStore, corpus: Corpus
) -> None:
    run_id, _ = keep(store, corpus)

    store.rename(run_id, "  Beasts ")
    store.set_note(run_id, "the good one")
    copy = store.duplicate(run_id)
    trash = store.delete(run_id)

    assert (copy.name, copy.note) == ("Copy of Beasts", "the good one")
    assert [run.run_id for run in store.list()] == [copy.run_id]
    assert load_model(trash / "best.safetensors").hidden_dim == 4
    assert store.restore(run_id).name == "Beasts"
    assert len(store.list()) == 2


def test_that_a_list_of_runs_needs_no_pytorch(store: RunStore, corpus: Corpus) -> None:
    keep(store, corpus)
    code = (
        "import sys, pathlib; from engine import RunStore; "
        "print(len(RunStore(pathlib.Path(sys.argv[1])).list()), 'torch' in sys.modules)"
    )

    assert python("-c", code, str(store.runs.parent)).stdout.split() == ["1", "False"]


@pytest.mark.parametrize("name", ["..", "nothing", "20250101-000000-abcdef"])
def test_that_a_run_that_is_not_there_is_named(store: RunStore, name: str) -> None:
    for act in (store.info, store.delete, store.duplicate, store.open_model, store.restore):
        with pytest.raises(RunError, match="There is no run"):
            act(name)
