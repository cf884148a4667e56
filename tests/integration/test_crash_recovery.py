"""A training in the window is killed in the middle; the next window brings it to its end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.runs.recovery_bar import RecoveryBar
from engine import CorpusConfig, ModelConfig, RunControl, RunStore, TrainConfig
from tests.conftest import ROOT
from tests.engine.support.corpora import corpus_of
from tests.engine.support.runs import NOUNS, VERBS, write_csv
from tests.integration.window_driver import Person

EPOCHS, HIDDEN = 40, 8
RATE = 0.0005  # so small that it does not converge before
TRAINING = """
import os, signal, sys
from pathlib import Path
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication
from app.application import build_window
from engine import CheckpointSaved, LossPoint, ModelConfig, TrainConfig
from engine.runs import recorder

recorder._AUTOSAVE_S = 0.05
settings, csv, epochs, hidden, rate = sys.argv[1:]
qt = QApplication([])
app = build_window(Path(settings))
app.window.show()

def wait(is_so):
    while not is_so():
        qt.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)

idle = lambda: not any(runner.is_busy for runner in app.runners.all_but_warm_up())
app.controller.open_files([Path(csv)])
wait(idle)
app.window.findChild(object, "dataset.prepare_button").click()
wait(lambda: app.session.corpus is not None and idle())
app.training.show_choices(
    ModelConfig(hidden_dim=int(hidden), device="cpu"),
    TrainConfig(epochs=int(epochs), learning_rate=float(rate)),
)
events = []
app.runners.training.event_ready.connect(events.append)
app.window.findChild(object, "training.start_button").click()
saved = lambda: next((e for e in events if isinstance(e, CheckpointSaved) and e.step > 0), None)
points_after = lambda event: [e for e in events[events.index(event):] if isinstance(e, LossPoint)]
wait(lambda: saved() is not None and points_after(saved()))
os.kill(os.getpid(), signal.SIGKILL)  # by itself: nobody knows when another process would do it
"""


@pytest.fixture
def csv_path(tmp_path: Path) -> Path:
    texts = [f"The {a} {verb} the {b}." for a in NOUNS for verb in VERBS for b in NOUNS]
    return write_csv(tmp_path / "animals.csv", texts)


@pytest.fixture
def killed(settings_path: Path, csv_path: Path) -> RunStore:
    """A training in a window of its own, gone in the middle of an epoch."""
    arguments = [str(settings_path), str(csv_path), str(EPOCHS), str(HIDDEN), str(RATE)]
    done = subprocess.run(
        [sys.executable, "-c", TRAINING, *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    return RunStore(settings_path.parent)


@pytest.fixture
def person(qtbot: QtBot, settings_path: Path) -> Iterator[Person]:
    person = Person(qtbot, settings_path)
    yield person
    assert person.leave()


def offer(person: Person) -> str:
    return person.find(RecoveryBar, "recovery_bar").text


def uninterrupted(csv_path: Path, folder: Path, config: CorpusConfig) -> float | None:
    """Return the held-out loss of the same run without a kill."""

    corpus = corpus_of(config)
    store, model = RunStore(folder), ModelConfig(hidden_dim=HIDDEN, device="cpu")
    settings = model, TrainConfig(epochs=EPOCHS, learning_rate=RATE)
    for _ in store.train(corpus, config, *settings, RunControl()):
        pass
    return store.list()[0].validation_loss


# Worth its seconds: a real window is killed, and a second run of the same shows the truth.
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing kills so hard here")
def test_that_a_killed_training_is_offered_recovered_and_brought_to_its_end(
    killed: RunStore, person: Person, csv_path: Path, tmp_path: Path
) -> None:
    (before,) = killed.list()
    assert before.state == "interrupted"
    assert 0 < before.epoch < EPOCHS

    person.app.kept_runs.recovery.start()
    person.wait(lambda: "The training of “animals" in offer(person))
    person.click("recovery_bar.accept_button")
    person.wait(lambda: "Training can go on exactly" in offer(person))
    assert person.app.session.model is not None
    assert killed.list()[0].state == "interrupted"  # nothing is thrown away yet

    person.click("recovery_bar.accept_button")
    person.wait(lambda: "Training is finished" in person.log)
    person.rest()

    (after,) = killed.list()
    assert (after.run_id, after.state, after.epoch) == (before.run_id, "finished", EPOCHS)
    assert after.step > before.step
    loss = uninterrupted(csv_path, tmp_path / "other", killed.corpus_config(after.run_id))
    assert after.validation_loss == pytest.approx(loss, rel=1e-6)


def test_that_a_run_is_kept_opened_and_trained_further_by_hand(
    person: Person, csv_path: Path, settings_path: Path
) -> None:
    person.open_csv(csv_path)
    person.prepare()
    person.start_training(epochs=2)
    person.wait(lambda: "The run is kept: File" in person.log)
    person.rest()
    store = RunStore(settings_path.parent)
    (run,) = store.list()

    person.app.session.set_corpus(None)  # another text may be there by now
    person.app.training.resume_run(run, 4)
    person.wait(lambda: person.log.count("The run is kept: File") == 2)
    person.rest()

    assert [(each.state, each.epoch) for each in store.list()] == [("finished", 4)]
    assert person.app.session.corpus_config is not None
    assert person.app.session.is_model_kept
