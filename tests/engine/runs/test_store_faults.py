"""Damage, a divergence, a disk or a memory that fails: a kept run loses as little as it can."""

import errno
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.config import CorpusConfig, TrainConfig
from engine.control import Notice, RunControl
from engine.corpus.corpus import Corpus
from engine.errors import DivergedError, ModelFileError
from engine.events import Event
from engine.runs import recorder
from engine.runs.folder import RunFolder
from engine.runs.store import RunStore
from engine.training.events import RunEnded
from tests.engine.support.kept_runs import MODEL, TRAIN, keep
from tests.engine.support.runs import of_type


def test_that_damaged_files_hide_no_run(store: RunStore, corpus: Corpus) -> None:
    run_id, _ = keep(store, corpus)
    folder = RunFolder(store.runs / run_id)
    for path in (folder.description_path, folder.status_path, folder.label_path, folder.state_path):
        path.write_bytes(b'{"a":')

    (run,) = store.list()

    assert run.problem
    assert (run.state, run.name) == ("interrupted", "an unknown file")
    assert store.open_model(run_id, "best").hidden_dim == 4  # from its own file
    with pytest.raises(ModelFileError, match="cannot be opened as the state of a run"):
        list(store.resume(run_id, corpus, RunControl()))


@pytest.mark.parametrize(
    "status", ['{"step": NaN}', '{"step": 1e999}', '{"step": true}', "[" * 9000]
)
def test_that_a_status_without_real_numbers_hides_no_run(
    store: RunStore, corpus: Corpus, status: str
) -> None:
    run_id, _ = keep(store, corpus)
    (store.runs / run_id / "status.json").write_text(status)

    (run,) = store.list()

    assert (run.step, run.state) == (0, "interrupted")


def test_that_a_run_with_settings_of_the_wrong_kind_is_listed_as_damaged(
    store: RunStore, corpus: Corpus
) -> None:
    run_id, _ = keep(store, corpus)
    path = store.runs / run_id / "run.json"
    path.write_text(path.read_text().replace('"hidden_dim": 4', '"hidden_dim": 4.5'))

    (run,) = store.list()

    assert "'hidden_dim' is 4.5, which is of the wrong kind" in run.problem


def test_that_a_diverged_run_keeps_its_last_good_model(store: RunStore, corpus: Corpus) -> None:
    run_id = store.new_run_id()
    csv = CorpusConfig(path=Path(corpus.summary.path))
    wild = TrainConfig(recipe="tutorial", learning_rate=1e38, epochs=50)

    with pytest.raises(DivergedError, match="smaller learning rate"):
        list(store.train(corpus, csv, MODEL, wild, RunControl(), run_id=run_id))

    run = store.info(run_id)
    assert run.state == "failed"
    assert "learning rate" in run.message
    assert run.next_rate == 0.005
    assert store.open_model(run_id).hidden_dim == 4


def test_that_a_vanished_folder_comes_back_and_the_training_goes_on(
    store: RunStore, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "_AUTOSAVE_S", 0.0)
    monkeypatch.setattr(recorder, "_RETRY_S", 0.0)
    taken: list[Path] = []

    def vanish(event: Event) -> None:
        folders = [path.parent for path in store.runs.glob("*/state.safetensors")]
        if folders and not taken:
            taken.append(folders[0].rename(store.runs / "elsewhere"))

    run_id, events = keep(store, corpus, replace(TRAIN, epochs=60), on_event=vanish)

    assert taken
    assert isinstance(events[-1], RunEnded)
    assert store.info(run_id).state == "finished"
    assert store.open_model(run_id, "best").epoch > 0.0


def test_that_a_full_disk_is_told_once_and_the_training_goes_on(
    store: RunStore, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(recorder, "_RETRY_S", 0.0)
    monkeypatch.setattr(RunFolder, "write", full)

    _, events = keep(store, corpus)

    assert isinstance(events[-1], RunEnded)
    (notice,) = of_type(events, Notice)
    assert "the disk is full. Free some space" in notice.text
    assert "Training goes on" in notice.text


def test_that_saving_that_works_again_is_good_news(
    store: RunStore, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "_RETRY_S", 0.0)
    monkeypatch.setattr(recorder, "_AUTOSAVE_S", 0.0)
    real, failures = RunFolder.write, iter([OSError(errno.EIO, "broken")] * 3)

    def flaky(folder: RunFolder, path: Path, data: bytes) -> None:
        for error in failures:
            raise error
        real(folder, path, data)

    monkeypatch.setattr(RunFolder, "write", flaky)

    _, events = keep(store, corpus, replace(TRAIN, epochs=40))

    notices = of_type(events, Notice)
    assert [notice.severity for notice in notices] == ["warning", "info"]
    assert notices[-1].text.startswith("Saving works again: ")
