"""Naughty inputs in the sentence field and as file names: never a traceback."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEventLoop
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.application import Application, build_window
from app.errors import Message
from app.jobs import inspect_with_engine, load_with_engine, save_with_engine
from app.scoring_jobs import score_with_engine
from tests.app.support.dataset_fakes import FakeEngine
from tests.app.support.generation_fakes import GenerationBench, make_bench
from tests.app.support.window_fakes import Answers, Files, fake_jobs
from tests.engine.support.models import tiny_model
from tests.integration.naughty import mutations, naughty_strings
from tests.integration.scale import SEED, Report, long_test, scaled

pytestmark = long_test


@pytest.fixture
def bench(qtbot: QtBot, settings_path: Path) -> GenerationBench:
    """The generation tab with the real scorer and a tiny model."""
    bench = make_bench(settings_path, score=score_with_engine)
    qtbot.addWidget(bench.tab)
    bench.tab.show()
    bench.session.set_model(tiny_model())
    return bench


# Worth its seconds, as the next: each text goes all the way through the window.
def test_that_naughty_sentences_are_scored(
    bench: GenerationBench, shared_data: Path, report: Report
) -> None:
    line = bench.find(QLineEdit, "sentence_edit")
    scores: list[Any] = []
    bench.tab.score_panel.show_score = scores.append  # type: ignore[method-assign]
    show = type(bench.tab.score_panel).show_score
    count = scaled(250, 10_000)
    blank = 0

    for number, text in enumerate(mutations(naughty_strings(shared_data), SEED, count)):
        scores.clear()
        bench.clock.now_s += 1.0
        line.selectAll()
        line.insert(text)
        wait_for(lambda: not bench.score_runner.is_busy)
        for score in scores:
            show(bench.tab.score_panel, score)
        blank += scores[-1:] in ([], [None])
        assert all(math.isfinite(s.score.log_probability) for s in scores if s is not None), repr(
            text
        )
        assert bench.messages == [], repr(text)
        if number % 50 == 0:
            bench.tab.grab()

    report(
        f"naughty sentences: {count:,} typed, {count - blank:,} scored with finite probabilities "
        f"(the others are blank), 0 tracebacks"
    )


class _Dialogs(Answers):
    """Answers every question for a file with `path`."""

    path = Path()

    def ask_open_path(self, folder: str) -> Path | None:
        return self.path

    def ask_save_path(self, suggested: Path) -> Path | None:
        return self.path

    def ask_csv_paths(self, folder: str) -> list[Path]:
        return [] if self.path is None else [self.path]


@pytest.fixture
def answers() -> _Dialogs:
    return _Dialogs()


@pytest.fixture
def filing(qtbot: QtBot, settings_path: Path, answers: _Dialogs) -> Application:
    """The window with the real reading and writing of files."""
    jobs = replace(
        fake_jobs(FakeEngine(), answers, Files()),
        inspect=inspect_with_engine,
        load=load_with_engine,
        save=save_with_engine,
        ask_sentences_path=lambda suggested: answers.path,
    )
    app = build_window(settings_path, jobs=jobs)
    qtbot.addWidget(app.window)
    app.window.show()
    return app


def named(folder: Path, text: str) -> Path:
    """Return a path in `folder`, never one outside of it: the tests may run as root."""
    path = folder / text
    try:
        is_inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError):  # too long, or no name at all
        is_inside = ".." not in text
    return path if is_inside else folder / text.replace("/", "_").replace("\\", "_")


def test_that_naughty_file_names_are_used_or_refused(
    filing: Application, answers: _Dialogs, shared_data: Path, tmp_path: Path, report: Report
) -> None:  # fmt: skip
    folder = tmp_path / "files"
    folder.mkdir()
    messages: list[Message] = []
    filing.presenter.message_requested.connect(messages.append)
    model = tiny_model()
    count, used = scaled(120, 10_000), 0

    for number, text in enumerate(mutations(naughty_strings(shared_data), SEED + 1, count)):
        messages.clear()
        answers.path = named(folder, text)
        match number % 3:
            case 0:
                filing.session.set_model(model)
                filing.models.save_model_as()
                rest(filing)
                filing.models.open_model()
            case 1:
                _write_csv(answers.path)
                filing.dataset.ask_and_open()
            case _:
                filing.controller.open_files([answers.path])
        rest(filing)
        used += answers.path.name != "" and _exists(answers.path)
        _remove(answers.path, folder)
        assert not [m for m in messages if m.details], (text, messages)

    filing.session.set_model(None)
    report(f"naughty file names: {count:,}, of which {used:,} were written and read, 0 tracebacks")


def rest(app: Application) -> None:
    """Wait for the jobs, as quickly as events come."""
    wait_for(lambda: not any(runner.is_busy for runner in app.runners.all_but_warm_up()))


def wait_for(is_so: Callable[[], bool]) -> None:
    while not is_so():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def _write_csv(path: Path) -> None:
    try:
        path.write_text("id,text\n1,the cat sat\n", "utf-8")
    except (OSError, ValueError):
        return  # no such file can be: opening it must fail with a sentence


def _exists(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _remove(path: Path, folder: Path) -> None:
    if _exists(path) and path.resolve().is_relative_to(folder.resolve()):
        path.unlink()
