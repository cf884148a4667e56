"""Where the disk is nearly full, models of epochs give way; the run itself is kept whole."""

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.control import Notice, RunControl
from engine.corpus.corpus import Corpus
from engine.runs import folder, recorder
from engine.runs.folder import list_epoch_models
from engine.runs.store import RunStore
from engine.training.events import RunEnded
from engine.training.state import load_state
from tests.engine.support.kept_runs import TRAIN, keep
from tests.engine.support.runs import of_type

EPOCHS = 12
LONG = replace(TRAIN, epochs=EPOCHS)


def size_of(place: Path) -> int:
    return sum(path.stat().st_size for path in place.iterdir() if path.is_file())


class SmallDisk:
    """Let a run's folder take `budget` bytes, old and new of a file that is replaced together."""

    def __init__(self, budget: int, monkeypatch: pytest.MonkeyPatch, *, tells: bool) -> None:
        self.budget, self.most = budget, 0
        real, usage = folder.write_durably, shutil.disk_usage

        def write(path: Path, data: bytes, *, new_mode: int) -> None:
            self.most = max(self.most, size_of(path.parent) + len(data))
            if size_of(path.parent) + len(data) > self.budget:
                self.most = self.budget
                raise OSError(errno.ENOSPC, "No space left on device")
            real(path, data, new_mode=new_mode)

        def free(path: Path) -> Any:
            return usage(path)._replace(free=self.budget - size_of(Path(path)))

        monkeypatch.setattr(folder, "write_durably", write)
        if tells:  # else as with a quota, which nobody can ask for
            monkeypatch.setattr("engine.runs.writer.shutil.disk_usage", free)


def sizes(store: RunStore, corpus: Corpus) -> tuple[int, int]:
    """Return the bytes of a run without models of epochs while it is saved, and of one model."""
    run_id, _ = keep(store, corpus, LONG)
    place = store.runs / run_id
    models = [each.path.stat().st_size for each in list_epoch_models(place)]
    assert len(models) == 10  # of 12 epochs: 1 to 8, 10 and 12
    saved = size_of(place) - sum(models)
    return saved + (place / "state.safetensors").stat().st_size, max(models)


@pytest.mark.parametrize("tells", [True, False], ids=["disk", "quota"])
@pytest.mark.parametrize("room", [0, 1, 3])
def test_that_models_of_epochs_give_way_to_the_run(
    store: RunStore, corpus: Corpus, monkeypatch: pytest.MonkeyPatch, room: int, tells: bool
) -> None:
    monkeypatch.setattr(recorder, "_AUTOSAVE_S", 0.0)
    needed, model = sizes(store, corpus)
    disk = SmallDisk(needed + 4096 + room * model, monkeypatch, tells=tells)

    run_id, events = keep(store, corpus, LONG)

    place = store.runs / run_id
    assert isinstance(events[-1], RunEnded)
    assert store.info(run_id).state == "finished"
    assert load_state(place / "state.safetensors").progress.epoch == EPOCHS + 1
    assert store.open_model(run_id).epoch == EPOCHS
    assert len(list_epoch_models(place)) < 10
    assert disk.most <= disk.budget
    texts = [notice.text for notice in of_type(events, Notice)]
    assert [text for text in texts if "nearly full" in text] == texts
    assert len(texts) == 1


def test_that_the_run_that_a_small_disk_kept_goes_on(
    store: RunStore, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed, model = sizes(store, corpus)
    SmallDisk(needed + 4096 + model, monkeypatch, tells=True)
    run_id, _ = keep(store, corpus, LONG)

    more = list(store.resume(run_id, corpus, RunControl(), epochs=EPOCHS + 2))

    assert isinstance(more[-1], RunEnded)
    assert store.info(run_id).epoch == EPOCHS + 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("this user may not mount a disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)  # noqa: S607 - of the system


@pytest.mark.skipif(os.name == "nt", reason="such disks are of POSIX")
def test_that_a_real_small_disk_ends_with_a_run_that_goes_on(
    small_disk: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "_AUTOSAVE_S", 0.0)
    store = RunStore(small_disk / "data")

    run_id, _ = keep(store, corpus, LONG)
    more = list(store.resume(run_id, corpus, RunControl(), epochs=EPOCHS + 2))

    assert isinstance(more[-1], RunEnded)
    assert store.info(run_id).epoch == EPOCHS + 2
    assert len(list_epoch_models(store.runs / run_id)) < 10
