"""A text, and the folder in which prepared texts are kept."""

from pathlib import Path

import pytest

from tests.engine.support.kept_corpora import TEXTS, write_rows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "texts.csv", TEXTS)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "user" / "cache"
