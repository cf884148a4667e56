"""The command line as a process: train, generate and score, as in a terminal."""

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.engine.support.cli_fakes import objects
from tests.patience import HANGS_AFTER_S

SENTENCES = ("the dog saw a cat .", "a cat saw the dog .")


# Worth its seconds: only a process has the exit code and the streams of a terminal.
def engine(*arguments: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "engine", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        input=typed,
        capture_output=True,
        encoding="utf-8",
        timeout=HANGS_AFTER_S,
        check=False,
    )


@pytest.fixture(scope="module")
def model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models") / "model.safetensors"


@pytest.fixture(scope="module")
def trained(model_path: Path) -> subprocess.CompletedProcess[str]:
    csv_path = model_path.with_name("comments.csv")
    rows = [f"{number},The dog saw a cat {number % 9} times." for number in range(200)]
    csv_path.write_text("\n".join(["id,comment", *rows]), encoding="utf-8")
    options = ("--epochs", "1", "--hidden-dim", "16", "--json")
    return engine("train", str(csv_path), "--out", str(model_path), *options)


def test_that_train_writes_one_json_object_an_event_and_the_model(
    trained: subprocess.CompletedProcess[str], model_path: Path
) -> None:
    assert trained.returncode == 0, trained.stderr
    named = {"epoch", "training_loss", "validation_loss", "words_per_s", "elapsed_s"}

    epochs = [each for each in objects(trained.stdout) if named <= each.keys()]

    assert [each["epoch"] for each in epochs] == [0, 1]
    assert epochs[1]["training_loss"] < epochs[0]["training_loss"]
    assert model_path.is_file()


@pytest.mark.usefixtures("trained")
def test_that_score_takes_sentences_on_standard_input(model_path: Path) -> None:
    typed = engine("score", str(model_path), "--json", typed="\n".join(SENTENCES) + "\n")

    assert typed.returncode == 0, typed.stderr
    scores = objects(typed.stdout)
    assert len(scores) == 2
    assert all(math.isfinite(score["log_probability"]) for score in scores)
