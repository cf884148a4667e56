"""Refused rows are saved whole and inert, through the button beside their list."""

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.dataset.refused_rows_export import RefusedRowsExport, refused_rows_as_csv
from app.dataset.tab import DatasetTab
from app.errors import ErrorPresenter, Message
from app.jobs import Jobs
from app.session import Session
from app.settings import SettingsStore
from app.tasks.controller import Surroundings
from engine import RowProblem
from tests.app.support.dataset_fakes import FakeCorpus
from tests.app.support.runs_fakes import FakeRuns
from tests.app.support.widgets import child

PROBLEMS = (
    RowProblem(line=3, reason="it has 2 fields instead of 3", text='=HYPERLINK("x")'),
    RowProblem(line=70, reason="it has a NUL character", text='a, "b"\nc‹00›'),
)


def test_that_the_saved_rows_have_line_reason_and_text() -> None:
    rows = list(csv.reader(refused_rows_as_csv(PROBLEMS).splitlines(keepends=True)))

    assert rows[0] == ["line", "reason", "text"]
    assert rows[2] == ["70", "it has a NUL character", 'a, "b"\nc‹00›']


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_that_no_saved_row_is_a_formula(start: str) -> None:
    problem = RowProblem(line=1, reason="why", text=f"{start}cmd")

    text = refused_rows_as_csv([problem])

    assert f"'{start}cmd" in text


def bench(
    qtbot: QtBot, settings_path: Path, target: Path | None
) -> tuple[DatasetTab, list[Message], list[Path]]:
    """Return a tab that shows refused rows, the messages, and the names that were suggested."""
    tab, presenter, messages, asked = DatasetTab(), ErrorPresenter(), [], []
    qtbot.addWidget(tab)
    presenter.setParent(tab)
    presenter.message_requested.connect(messages.append)

    def ask(suggested: Path) -> Path | None:
        asked.append(suggested)
        return target

    settings = SettingsStore(settings_path, tab)
    jobs = Jobs(runs=FakeRuns(), ask_refused_rows_path=ask)
    around = Surroundings(
        session=Session(tab), presenter=presenter, settings=settings, jobs=jobs, parent=tab
    )
    RefusedRowsExport(tab, around)
    tab.show_corpus(FakeCorpus(problems=PROBLEMS))  # type: ignore[arg-type]
    tab.show()
    button = child(tab, QPushButton, "dataset.save_problems_button")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    return tab, messages, asked


def test_that_the_button_saves_the_rows_and_says_where(
    qtbot: QtBot, settings_path: Path, tmp_path: Path
) -> None:
    path = tmp_path / "bad.csv"

    _, messages, asked = bench(qtbot, settings_path, path)

    assert path.read_bytes().startswith(b"\xef\xbb\xbfline,reason,text\r\n3,")
    assert messages[-1].text == f"2 refused rows saved to {path}."
    assert asked[0].name == "refused-rows.csv"


def test_that_a_dismissed_dialog_saves_nothing(qtbot: QtBot, settings_path: Path) -> None:
    _, messages, asked = bench(qtbot, settings_path, None)

    assert (messages, len(asked)) == ([], 1)


def test_that_a_failed_save_says_why(qtbot: QtBot, settings_path: Path, tmp_path: Path) -> None:
    _, messages, _ = bench(qtbot, settings_path, tmp_path / "no" / "such" / "bad.csv")

    assert messages[-1].kind == "error"
    assert messages[-1].text.startswith("The refused rows could not be written")
