"""Several files, or a folder, chosen at once: one text, of which each file can be looked at."""

import dataclasses
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QLabel, QTableView
from pytestqt.qtbot import QtBot

from app.jobs import build_with_engine, inspect_several_with_engine
from app.settings import recent_paths
from engine import CorpusConfig, RunControl
from tests.app.support.dataset_bench import FOLDER, PATH, Bench
from tests.app.support.dataset_fakes import PREVIEW

PATHS = (Path("january.csv"), Path("february.csv"), Path("march.csv"))


def choose(bench: Bench, paths: tuple[Path, ...] = PATHS) -> None:
    bench.controller._ask_paths = lambda folder: list(paths)
    bench.click("open_button")
    bench.rest()


def look_at(bench: Bench, file: int) -> None:
    bench.find(QComboBox, "file_combo").setCurrentIndex(file)
    bench.rest()


def test_that_files_chosen_at_once_are_prepared_as_one_text(bench: Bench) -> None:
    choose(bench)

    assert bench.find(QLabel, "file_label").text() == "january.csv and 2 more"
    bench.prepare()

    [config] = bench.engine.built
    assert config.paths == PATHS
    assert config.bad_files == "stop"
    assert config.csv.columns == ("body",)
    assert config.csv.has_header is None  # each file is told by itself
    assert recent_paths(bench.settings.settings.recent_files[0]) == tuple(
        path.absolute() for path in PATHS
    )


def test_that_a_chosen_folder_is_one_text(bench: Bench) -> None:
    bench.click("open_folder_button")
    bench.rest()
    bench.prepare()

    assert bench.engine.looked_at == [((FOLDER,), 0)]
    assert bench.engine.built[0].paths == (FOLDER,)
    assert bench.settings.settings.recent_files[0] == str(FOLDER)


def test_that_each_of_the_files_can_be_looked_at(bench: Bench) -> None:
    choose(bench)
    names = bench.find(QComboBox, "file_combo")

    look_at(bench, 2)

    assert [names.itemText(index) for index in range(names.count())] == [
        path.name for path in PATHS
    ]
    assert bench.engine.looked_at == [(PATHS, 0), (PATHS, 2)]
    assert names.currentIndex() == 2


def test_that_the_text_column_is_found_by_name_in_the_other_files(bench: Bench) -> None:
    choose(bench)
    bench.engine.preview = dataclasses.replace(
        PREVIEW, columns=("body", "n", "other"), guessed_column=2, rows=(("Text.", "1", "x"),)
    )

    look_at(bench, 1)
    picked = bench.find(QComboBox, "column_combo").picked()  # type: ignore[attr-defined]
    bench.prepare()

    assert picked == (0,)
    assert bench.engine.built[0].csv.columns == ("body",)


def test_that_a_file_without_the_text_column_says_so(bench: Bench) -> None:
    choose(bench)
    bench.engine.preview = dataclasses.replace(PREVIEW, columns=("x", "y"), guessed_column=1)

    look_at(bench, 1)

    assert "This file has no column body." in bench.find(QLabel, "encoding_note").text()
    bench.prepare()
    assert bench.engine.built[0].csv.columns == ("body",)


def test_that_damaged_files_can_be_left_out(bench: Bench) -> None:
    choose(bench)
    box = bench.find(QComboBox, "bad_files_combo")
    assert box.isVisible()

    box.setCurrentIndex(box.findData("skip"))
    bench.prepare()

    assert bench.engine.built[0].bad_files == "skip"


def test_that_one_file_has_no_choice_of_files(bench: Bench) -> None:
    choose(bench)
    choose(bench, (PATH,))

    assert not bench.find(QComboBox, "file_combo").isVisible()
    assert not bench.find(QComboBox, "bad_files_combo").isVisible()
    bench.prepare()
    assert bench.engine.built[0].paths == (PATH,)


@pytest.fixture
def real(bench: Bench, tmp_path: Path) -> tuple[Bench, Path]:
    """A bench with the engine itself, and a folder with two texts and an empty file."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.csv").write_text("id,body\n1,Is it one? It is one.\n", encoding="utf-8")
    (folder / "b.csv").write_text("body;n\nThe other text.;2\nAnd more.;3\n", encoding="utf-8")
    (folder / "c.csv").write_text("")
    bench.controller._jobs = dataclasses.replace(
        bench.controller._jobs,
        build=build_with_engine,
        inspect_several=inspect_several_with_engine,
    )
    return bench, folder


def test_that_the_table_shows_where_sentences_come_from(
    real: tuple[Bench, Path], qtbot: QtBot
) -> None:
    bench, folder = real
    bench.controller.open_path(folder)
    bench.rest()
    bench.prepare()
    assert "1 of 3 files cannot be used: c.csv is empty" in bench.messages[-1].text
    assert bench.session.corpus is None

    box = bench.find(QComboBox, "bad_files_combo")
    box.setCurrentIndex(box.findData("skip"))
    bench.prepare()

    model = bench.find(QTableView, "sentence_table").model()
    places = [model.index(row, 2).data() for row in range(model.rowCount())]
    assert places == ["a.csv: 2", "a.csv: 2", "b.csv: 2", "b.csv: 3"]
    assert "1 file of texts (3 files) left out" in bench.messages[-1].text


def test_that_a_stopped_look_at_several_has_no_preview(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("body\nText.\n")
    config = CorpusConfig(path=tmp_path)

    preview = inspect_several_with_engine([tmp_path], 0, config.csv, RunControl())

    assert preview is not None
    assert preview.files == ("a.csv",)


def test_that_what_is_doubtful_in_a_file_that_was_not_shown_is_said(bench: Bench) -> None:
    doubt = "no row names the columns"
    bench.engine.preview = dataclasses.replace(PREVIEW, doubts=(doubt,))
    summary = dataclasses.replace(
        bench.engine.corpus.summary,
        name="january.csv and 2 more",
        doubts=(doubt, f"b.csv: {doubt}"),
    )
    bench.engine.corpus = dataclasses.replace(bench.engine.corpus, summary=summary)
    choose(bench)

    bench.prepare()

    assert bench.messages[-1].kind == "warning"
    assert bench.messages[-1].text.startswith(
        f"Check how january.csv and 2 more is read: b.csv: {doubt}. Delimiter, quotes, header"
    )
