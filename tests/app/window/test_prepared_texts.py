"""The menu of prepared texts, through the whole window and with the engine's own cache."""

from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from app.application import Application
from engine import CorpusConfig, RunControl, build_corpus
from engine.corpus.kept.cache import list_cached_corpora
from tests.app.support.widgets import child


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("engine.corpus.kept.cache.corpus_cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


def prepare(folder: Path, name: str, cache: Path) -> None:
    path = folder / name
    path.write_text(f"body\nA text of {name}.\n", encoding="utf-8")
    list(build_corpus(CorpusConfig(path=path), RunControl(), cache_folder=cache))


def action(app: Application, role: str) -> QAction:
    return child(app.window, QAction, f"window.{role}_action")


def open_menu(app: Application, qtbot: QtBot) -> None:
    app.window.file_menu.prepared_texts.aboutToShow.emit()
    rest(app, qtbot)


def rest(app: Application, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not app.runners.prepared_texts.is_busy)


def test_that_an_empty_cache_has_nothing_to_delete(
    application: Application, qtbot: QtBot, cache: Path
) -> None:
    open_menu(application, qtbot)

    assert action(application, "prepared_texts_figures").text() == "None are kept"
    assert not action(application, "clear_prepared_texts").isEnabled()


def test_that_the_menu_tells_how_many_texts_are_kept_and_their_size(
    application: Application, qtbot: QtBot, tmp_path: Path, cache: Path
) -> None:
    for name in ("one.csv", "two.csv"):
        prepare(tmp_path, name, cache)

    open_menu(application, qtbot)

    text = action(application, "prepared_texts_figures").text()
    assert text.startswith("2 texts, ")
    assert text.endswith("of at most 4.29 GB")


def test_that_delete_deletes_them_and_says_so(
    application: Application, qtbot: QtBot, tmp_path: Path, cache: Path
) -> None:
    prepare(tmp_path, "one.csv", cache)
    open_menu(application, qtbot)

    action(application, "clear_prepared_texts").trigger()
    rest(application, qtbot)

    assert list_cached_corpora(cache).texts == ()
    message = application.window.message_bar.text
    assert message.startswith("1 prepared text (")
    assert f"deleted from {cache}." in message
    assert action(application, "prepared_texts_figures").text() == "None are kept"


def test_that_delete_while_they_are_looked_up_is_done_after_it(
    application: Application, qtbot: QtBot, tmp_path: Path, cache: Path
) -> None:
    prepare(tmp_path, "one.csv", cache)
    open_menu(application, qtbot)

    application.window.file_menu.prepared_texts.aboutToShow.emit()
    action(application, "clear_prepared_texts").trigger()
    rest(application, qtbot)

    assert list_cached_corpora(cache).texts == ()


def test_that_their_folder_is_opened(
    application: Application,
    qtbot: QtBot,
    tmp_path: Path,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        "app.application.QDesktopServices.openUrl", lambda url: opened.append(url.toLocalFile())
    )
    prepare(tmp_path, "one.csv", cache)
    open_menu(application, qtbot)

    action(application, "open_prepared_texts").trigger()

    assert opened == [str(cache)]
