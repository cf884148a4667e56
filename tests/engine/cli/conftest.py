"""The files that the command line is tried on."""

from pathlib import Path

import pytest

from engine.language_model.checkpoint import save_model
from tests.engine.support.cli_fakes import write_comments
from tests.engine.support.models import tiny_model


@pytest.fixture
def csv_path(tmp_path: Path) -> Path:
    return write_comments(tmp_path / "comments.csv")


@pytest.fixture
def model_path(tmp_path: Path) -> Path:
    save_model(tiny_model(), tmp_path / "model.safetensors")
    return tmp_path / "model.safetensors"
