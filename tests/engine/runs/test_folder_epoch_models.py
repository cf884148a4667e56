"""The models of a run's epochs: which are kept, where, and that they are what the run was."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config import TrainConfig
from engine.control import Notice
from engine.corpus.corpus import Corpus
from engine.errors import RunError
from engine.language_model.checkpoint import load_model
from engine.language_model.history import EpochDone, RateHalved
from engine.runs import writer
from engine.runs.folder import epoch_model, is_worth_keeping, list_epoch_models, outdated
from engine.runs.store import RunStore
from tests.engine.support.kept_runs import keep
from tests.engine.support.runs import animal_corpus, of_type, pairs_of

FOLDER = Path("run")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return animal_corpus(tmp_path_factory.mktemp("corpus"))


def test_that_early_epochs_are_kept_more_often_than_late_ones() -> None:
    kept = [number for number in range(1, 40) if is_worth_keeping(number)]

    assert kept == [*range(1, 9), 10, 12, 14, 16, 20, 24, 28, 32]
    assert sum(is_worth_keeping(number) for number in range(1, 1025)) == 36


def test_that_evaluations_are_counted_and_not_epochs(store: RunStore, corpus: Corpus) -> None:
    run_id, _ = keep(store, corpus, TrainConfig(epochs=27, evaluate_every=3, recipe="tutorial"))
    gently = TrainConfig(epochs=2, learning_rate=0.001)
    further = keep(store, corpus, gently, start_from=store.open_model(run_id))[0]

    kept = [each.epoch for each in store.epoch_models(run_id)]
    assert kept == [3.0, 6.0, 9.0, 12.0, 15.0, 18.0, 21.0, 24.0]
    assert [each.epoch for each in store.epoch_models(further)] == [28.0, 29.0]


def test_that_only_our_own_names_are_listed_in_the_order_of_the_epochs(tmp_path: Path) -> None:
    for epoch, loss in ((10, 4.5), (2, 5.25), (2.5, 5.0)):
        epoch_model(tmp_path, epoch, loss).path.touch()
    for name in ("best.safetensors", "epoch-3.safetensors", "epoch-3-loss-nan.safetensors"):
        (tmp_path / name).touch()

    found = [(each.epoch, each.loss) for each in list_epoch_models(tmp_path)]

    assert found == [(2.0, 5.25), (2.5, 5.0), (10.0, 4.5)]
    assert list_epoch_models(tmp_path / "away") == ()


def test_that_a_course_that_was_not_taken_in_the_end_goes() -> None:
    kept = [epoch_model(FOLDER, epoch, 5.0) for epoch in (1, 2, 3, 4)]

    gone = outdated(kept, epoch_model(FOLDER, 3, 4.0), 1)

    assert [each.epoch for each in gone] == [3, 4]


def test_that_a_model_written_again_is_not_deleted() -> None:
    kept = [epoch_model(FOLDER, epoch, 5.0) for epoch in (1, 2)]

    assert outdated(kept, epoch_model(FOLDER, 2, 5.0), 1) == []


def test_that_the_ones_with_the_nearest_neighbours_give_way() -> None:
    kept = [epoch_model(FOLDER, epoch, 5.0) for epoch in (1, 2, 3, 4, 8)]

    gone = outdated(kept, epoch_model(FOLDER, 12, 4.0), 100, most_bytes=450)

    assert [each.epoch for each in gone] == [1, 3]


def test_that_a_model_that_is_replaced_makes_room_for_the_new_one() -> None:
    kept = [epoch_model(FOLDER, 1, 5.0), epoch_model(FOLDER, 2, 5.0)]

    gone = outdated(kept, epoch_model(FOLDER, 2, 4.0), 100, most_bytes=200)

    assert gone == kept[1:]


def test_that_a_run_keeps_half_a_gigabyte_of_such_models() -> None:
    kept = [epoch_model(FOLDER, epoch, 5.0) for epoch in range(1, 8)]

    gone = [len(outdated(kept, epoch_model(FOLDER, 8, 4.0), (64 << 20) + more)) for more in (0, 1)]

    assert gone == [0, 1]


@given(epochs=st.sets(st.integers(1, 40)), size=st.integers(1, 60))
def test_that_the_models_of_a_run_take_no_more_than_their_share(
    epochs: set[int], size: int
) -> None:
    kept: list[Any] = []
    for epoch in sorted(epochs):
        new = epoch_model(FOLDER, epoch, 5.0)
        gone = outdated(kept, new, size, most_bytes=200)
        kept = [each for each in kept if each not in gone] + [new]
        assert len(kept) * size <= 200
        assert len(kept) == min(200 // size, len([one for one in epochs if one <= epoch]))


@pytest.mark.parametrize("recipe", ["tutorial", "fast"])
def test_that_the_model_of_each_epoch_has_the_loss_in_its_name(
    store: RunStore, corpus: Corpus, recipe: Any
) -> None:
    config = TrainConfig(recipe=recipe, epochs=4, batch_size=8, learning_rate=0.02)

    run_id, events = keep(store, corpus, config)

    kept = store.epoch_models(run_id)
    assert [each.epoch for each in kept] == [1.0, 2.0, 3.0, 4.0]
    done = {each.epoch: each for each in of_type(events, EpochDone)}
    for each in kept:
        model = store.open_epoch(run_id, each.epoch)
        assert model.epoch == each.epoch
        assert model.step == done[each.epoch].step
        assert model.history.evaluations[-1].epoch == each.epoch
        assert each.loss == pytest.approx(done[each.epoch].validation_loss, abs=1e-4)
    if recipe == "tutorial":  # its training loss is that of these very parameters
        model = store.open_epoch(run_id, 2.0)
        assert model.rnn.calculate_loss(*pairs_of(corpus)) == pytest.approx(
            done[2.0].training_loss, rel=1e-5
        )
    assert (kept[-1].path.stat().st_mode & 0o777) == 0o600


def test_that_an_epoch_that_was_taken_back_has_no_model(store: RunStore, corpus: Corpus) -> None:
    config = TrainConfig(recipe="fast", epochs=12, batch_size=4, learning_rate=0.3)

    run_id, events = keep(store, corpus, config)

    halved = {each.epoch for each in of_type(events, RateHalved)}
    done = {int(each.epoch) for each in of_type(events, EpochDone) if each.step > 0}
    assert halved
    kept = {each.epoch for each in store.epoch_models(run_id)}
    assert kept == {epoch for epoch in done - halved if is_worth_keeping(epoch)}


def test_that_a_copy_has_them_too_and_the_trash_takes_them(store: RunStore, corpus: Corpus) -> None:
    run_id, _ = keep(store, corpus)

    twin = store.duplicate(run_id).run_id
    store.delete(run_id)

    assert [each.epoch for each in store.epoch_models(twin)] == [1.0, 2.0]
    assert store.epoch_models(run_id) == ()
    assert store.restore(run_id).epoch == 2.0
    assert [each.epoch for each in store.epoch_models(run_id)] == [1.0, 2.0]


def test_that_an_epoch_that_was_not_kept_names_those_that_were(
    store: RunStore, corpus: Corpus
) -> None:
    run_id, _ = keep(store, corpus)

    with pytest.raises(RunError, match=r"no model of epoch 7\. Those of the epochs 1, 2"):
        store.open_epoch(run_id, 7.0)
    for each in store.epoch_models(run_id):
        each.path.unlink()
    with pytest.raises(RunError, match="None of its epochs was kept"):
        store.open_epoch(run_id, 1.0)
    assert store.epoch_models("../elsewhere") == ()


def test_that_a_model_too_large_is_not_kept(
    store: RunStore, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "MOST_EPOCH_MODELS_BYTES", 100)

    run_id, events = keep(store, corpus)

    assert store.epoch_models(run_id) == ()
    assert of_type(events, Notice) == []
    assert load_model(store.runs / run_id / "last.safetensors").epoch == 2.0


def test_that_a_disk_that_is_full_for_them_is_told_and_stops_nothing(
    store: RunStore, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writer, "epoch_model", full)

    run_id, events = keep(store, corpus)

    assert store.info(run_id).state == "finished"
    (first, *_) = of_type(events, Notice)
    assert "is nearly full: models of earlier epochs are given up" in first.text
