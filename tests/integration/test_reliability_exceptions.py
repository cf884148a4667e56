"""No exception is lost: one is put into every slot and every job, and each is shown and logged."""

import importlib
import inspect
import logging
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QLineEdit, QPushButton, QTabBar
from pytestqt.qtbot import QtBot

import app
from app.application import Application, build_window
from app.errors import UNEXPECTED_ADVICE, install_exception_hook
from app.jobs import Jobs
from app.runs.controller import RunsController
from app.runs.recovery import RecoveryController
from app.window.views.message_card import MessageCard
from tests.app.support.training_fakes import FakeDialogs
from tests.app.support.window_fakes import Answers
from tests.engine.support.run_infos import run_info
from tests.integration.closing import write_csv
from tests.integration.quick_jobs import model_of, quick_jobs
from tests.integration.scale import Report, long_test

pytestmark = [long_test, pytest.mark.expects_log("Injected")]

# The hook's own way to the person: what is broken there can only be logged.
MESSENGERS = {"MessageBar.show_message"}
KindT = TypeVar("KindT", bound=QObject)


class InjectedError(Exception):
    """What is put in."""


def classes_with_slots() -> list[type[QObject]]:
    """Return every class of the app that has a slot."""
    found = []
    for module in pkgutil.walk_packages(app.__path__, "app."):
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            is_own = kind.__module__ == module.name and issubclass(kind, QObject)
            if is_own and slots_of(kind):
                found.append(kind)
    return found


def slots_of(kind: type) -> list[str]:
    return [name for name, value in vars(kind).items() if hasattr(value, "_slots")]


class Injector:
    """Makes one slot at a time raise."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.armed = ""
        for kind in classes_with_slots():
            for name in slots_of(kind):
                slot = self._wrapped(getattr(kind, name), f"{kind.__name__}.{name}")
                monkeypatch.setattr(kind, name, slot)

    def _wrapped(self, slot: Callable[..., Any], name: str) -> Callable[..., Any]:
        accepted = len(inspect.signature(slot).parameters)

        @wraps(slot)
        def raise_if_armed(*arguments: Any) -> Any:
            if self.armed == name:
                self.armed = ""
                raise InjectedError(f"Injected into {name}")
            return slot(*arguments[:accepted])  # a signal may have more to say than its slot takes

        return raise_if_armed


@pytest.fixture
def records() -> Iterator[list[str]]:
    """The error log."""
    lines: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    yield lines
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "comments.csv", 40)


@pytest.fixture
def open_window(qtbot: QtBot, settings_path: Path) -> Iterator[Callable[[Jobs], Application]]:
    opened: list[tuple[Application, Callable[[], None]]] = []

    def open_with(jobs: Jobs) -> Application:
        window = build_window(settings_path, jobs=jobs)
        opened.append((window, install_exception_hook(window.presenter)))
        window.window.show()
        return window

    yield open_with
    for window, uninstall in reversed(opened):
        uninstall()
        window.window.set_close_guard(lambda: True)
        assert window.window.close()
        assert window.shutdown()
        window.window.deleteLater()


def cards_of(window: Application) -> list[MessageCard]:
    """Return the message in the corner and those of the tabs."""
    return window.window.findChildren(MessageCard)


def child(window: Application, kind: type[KindT], name: str = "") -> KindT:
    found = window.window.findChild(kind, name) if name else window.window.findChild(kind)
    assert found is not None, (kind, name)
    return found


def click(qtbot: QtBot, window: Application, name: str) -> None:
    button = child(window, QPushButton, name)
    qtbot.waitUntil(button.isEnabled)
    QTimer.singleShot(0, button.click)


def rest(qtbot: QtBot, window: Application) -> None:
    runners = [getattr(window.runners, name) for name in window.runners.names()]
    qtbot.waitUntil(lambda: not any(runner.is_busy for runner in runners))


def assert_shown_and_usable(qtbot: QtBot, window: Application, records: list[str]) -> None:
    """Wait until the exception is shown, look for it in the log, and go on working."""
    qtbot.waitUntil(lambda: any("Injected" in card.text for card in cards_of(window)))
    bar = next(card for card in cards_of(window) if "Injected" in card.text)
    assert any("Traceback" in line and "Injected" in line for line in records), records
    assert UNEXPECTED_ADVICE in [label.text() for label in bar.findChildren(type(bar._advice))]
    qtbot.mouseClick(bar._close_button, Qt.MouseButton.LeftButton)
    assert bar.isHidden()
    tabs = child(window, QTabBar)
    for number in (1, 2, 0):
        qtbot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(number).center())
        assert window.window.current_tab == number
    records.clear()


def test_that_an_exception_in_any_slot_is_shown_and_logged(
    qtbot: QtBot, open_window: Callable[[Jobs], Application], csv: Path, records: list[str],
    monkeypatch: pytest.MonkeyPatch, report: Report,
) -> None:  # fmt: skip
    injector = Injector(monkeypatch)
    window = open_window(quick_jobs(Answers(), csv))
    window.session.set_model(model_of(csv))
    objects = [window.window, *window.window.findChildren(QObject), window.theme]
    done, not_there = 0, []

    for kind in classes_with_slots():
        instance = next((item for item in objects if type(item) is kind), None)
        for name in slots_of(kind):
            full_name = f"{kind.__name__}.{name}"
            if instance is None or full_name in MESSENGERS:
                not_there.append(full_name)
                continue
            injector.armed = full_name
            QTimer.singleShot(0, getattr(instance, name))
            assert_shown_and_usable(qtbot, window, records)
            done += 1

    rest(qtbot, window)
    report(
        f"exceptions in slots: {done} slots of {len(classes_with_slots())} classes, each shown and "
        f"logged, the window usable after it; not tried: {', '.join(not_there) or 'none'}"
    )
    assert done > 100


def failing(*arguments: Any, **options: Any) -> Any:
    raise InjectedError("Injected into a job")


Trigger = Callable[[QtBot, Application, Path], None]


def open_csv(qtbot: QtBot, window: Application, csv: Path) -> None:
    window.dataset.open_path(csv)


def prepare(qtbot: QtBot, window: Application, csv: Path) -> None:
    window.dataset.open_path(csv)
    rest(qtbot, window)
    click(qtbot, window, "dataset.prepare_button")


def prepared(qtbot: QtBot, window: Application, csv: Path) -> None:
    prepare(qtbot, window, csv)
    qtbot.waitUntil(lambda: window.session.corpus is not None)
    rest(qtbot, window)


def train(qtbot: QtBot, window: Application, csv: Path) -> None:
    prepared(qtbot, window, csv)
    window.session.set_model(None)
    click(qtbot, window, "training.start_button")


def measure(qtbot: QtBot, window: Application, csv: Path) -> None:
    prepared(qtbot, window, csv)
    later(lambda window: window.vocabulary._on_measure_requested())(qtbot, window, csv)


def generate(qtbot: QtBot, window: Application, csv: Path) -> None:
    click(qtbot, window, "generation.generate_button")


def type_sentence(qtbot: QtBot, window: Application, csv: Path) -> None:
    line = child(window, QLineEdit, "generation.sentence_edit")
    QTimer.singleShot(0, lambda: line.insert("the old dog ."))


def later(act: Callable[[Application], Any]) -> Trigger:
    return lambda qtbot, window, csv: QTimer.singleShot(0, lambda: act(window))


def runs(window: Application) -> RunsController:
    return child(window, RunsController)


JOBS: dict[str, Trigger] = {
    "inspect": open_csv,
    "build": prepare,
    "estimate_epoch": measure,
    "check_gradients": later(lambda window: window.tools._on_gradients_requested()),
    "time_one_step": later(lambda window: window.tools._on_step_requested()),
    "generate": generate,
    "score": type_sentence,
    "load": later(lambda window: window.models.open_path(Path("a.safetensors"))),
    "save": later(lambda window: window.models.save_model_as()),
    "list_devices": later(lambda window: window.warm_up.start()),
    "runs.train": train,
    "runs.new_run_id": train,
    "runs.list": later(lambda window: runs(window).refresh()),
    "runs.rename": later(lambda window: runs(window)._on_view_renamed("1", "name")),
    "runs.set_note": later(lambda window: runs(window)._on_view_noted("1", "note")),
    "runs.set_tags": later(lambda window: runs(window)._on_view_tagged("1", "tag")),
    "runs.curves": later(lambda window: runs(window)._overlay(run_info())),
    "runs.disk_use": later(lambda window: runs(window).refresh()),
    "runs.find_interrupted": later(lambda window: child(window, RecoveryController).start()),
    "sample_path": later(lambda window: window.dataset.open_sample()),
    "recipe_defaults": later(lambda window: window.training._on_form_recipe_changed("fast")),
    "entropy": later(lambda window: window.session.set_model(window.session.model)),
    "ask_csv_paths": later(lambda window: window.dataset.ask_and_open()),
    "ask_text_folder": later(lambda window: window.dataset.ask_and_open_folder()),
    "ask_sentences_path": later(lambda window: window.generation._on_save_requested()),
    "ask_refused_rows_path": later(lambda window: window.refused_rows._on_save_requested([])),
    "model_dialogs.ask_open_path": later(lambda window: window.models.open_model()),
    "model_dialogs.ask_save_path": later(lambda window: window.models.save_model_as()),
    "model_dialogs.ask_unsaved": later(lambda window: window.models.open_path(Path("a"))),
    "training_dialogs.ask_metrics_path": later(
        lambda window: window.training._on_export_requested()
    ),
    "training_dialogs.ask_plot_path": later(lambda window: window.training._on_plot_requested()),
    "ask_unsaved_at_close": later(lambda window: window.window.close()),
}
STREAMS = ("build", "check_gradients", "time_one_step", "generate", "score", "runs.train")
CASES = [*((name, False) for name in JOBS), *((name, True) for name in STREAMS)]


class Gate:
    """Stands before a job and can be shut: the job fails from then on."""

    def __init__(self, job: Callable[..., Any]) -> None:
        self.job, self.failing_job = job, job

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return self.failing_job(*arguments, **options)


@pytest.mark.parametrize(("name", "is_late"), CASES)
def test_that_an_exception_in_any_job_or_question_is_shown_and_logged(
    qtbot: QtBot, open_window: Callable[[Jobs], Application], csv: Path, records: list[str],
    name: str, is_late: bool,
) -> None:  # fmt: skip
    jobs = replace(quick_jobs(Answers(), csv), training_dialogs=FakeDialogs())
    owner, _, method = name.rpartition(".")
    gate = Gate(getattr(getattr(jobs, owner) if owner else jobs, method))
    if owner:
        setattr(getattr(jobs, owner), method, gate)
    else:
        jobs = replace(jobs, **{method: gate})
    window = open_window(jobs)
    window.session.set_model(model_of(csv))
    gate.failing_job = late(gate.job) if is_late else failing

    JOBS[name](qtbot, window, csv)

    assert_shown_and_usable(qtbot, window, records)
    gate.failing_job = gate.job
    rest(qtbot, window)
    open_csv(qtbot, window, csv)
    rest(qtbot, window)
    assert child(window, QPushButton, "dataset.prepare_button").isEnabled()


def late(job: Callable[..., Any]) -> Callable[..., Iterator[Any]]:
    """Return the job with an exception after its first event."""

    def events(*arguments: Any, **options: Any) -> Iterator[Any]:
        yield next(iter(job(*arguments, **options)))
        raise InjectedError("Injected after an event")

    return events
