"""What every test shares: the real data, and guards around all that touches Qt.

The guards make a test fail that leaks a thread or a timer, logs a warning,
opens a modal dialog, or loses an exception in a slot or a worker; and the last
test, if any of them left a process or a file behind.
"""

import gc
import itertools
import logging
import os
import re
import signal
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import hypothesis
import pytest
from pytestqt.qtbot import QtBot

from tests.left_behind import files_below, folders_of_the_user, mark_processes, processes_left
from tests.patience import HANGS_AFTER_MS

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Before PyTorch is loaded: its threads shall sleep while they wait for each other. Where
# several test processes share two cores, spinning threads made the same tests ten times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
if threading.current_thread() is threading.main_thread():  # ignored where a shell began it with &
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP"):  # ignored under nohup, which the program respects
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
if "PYTEST_XDIST_WORKER" in os.environ:  # there is one a core already
    os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parent.parent
FOLDERS_OF_THE_SYSTEM = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
GUARDED = ("app", "integration")  # folders of tests that use Qt
TESTS_WITH_QT = itertools.count(1)
# An example may take as long as it takes; one that fails is printed so that it can be repeated.
hypothesis.settings.register_profile("suite", deadline=None, print_blob=True)
hypothesis.settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "expects_log(pattern): a log line of level WARNING or above that the test causes"
    )
    for wait in (QtBot.waitSignal, QtBot.waitSignals, QtBot.waitUntil, QtBot.waitCallback):
        wait.__kwdefaults__["timeout"] = HANGS_AFTER_MS
    for show in (QtBot.waitActive, QtBot.waitExposed):
        show.__kwdefaults__["timeout"] = HANGS_AFTER_MS


def pytest_collection_finish() -> None:
    """Look at what was loaded until now in no later collection of garbage: it stays."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the project."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder ../shared/data with the real data is not there")
    return folder


@pytest.fixture(autouse=True, scope="session")
def nothing_left_behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fail the last test if a process or a file is left that was not there before the first.

    The user's own folders are those of a made-up user: somebody may use the program meanwhile.
    """
    for name in FOLDERS_OF_THE_SYSTEM:
        os.environ.pop(name, None)
    os.environ["HOME"] = str(tmp_path_factory.mktemp("home"))
    folders = [ROOT, *folders_of_the_user()]
    before = {folder: files_below(folder) for folder in folders}
    mark_processes()
    yield
    left = [str(path) for folder in folders for path in files_below(folder) - before[folder]]
    assert not left, f"files were left behind: {sorted(left)}"
    processes = processes_left()
    assert not processes, f"processes were left behind: {processes}"


@pytest.fixture(autouse=True, scope="session")
def own_cache_folder(tmp_path_factory: pytest.TempPathFactory, nothing_left_behind: None) -> None:
    """Keep what the tests prepare or choose apart from the user's own cache and settings."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    os.environ["XDG_CONFIG_HOME"] = str(tmp_path_factory.mktemp("config"))


@pytest.fixture
def settings_path(tmp_path: Path) -> Path:
    """Where this test keeps its own settings."""
    return tmp_path / "settings.ini"


@pytest.fixture(autouse=True)
def own_user_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep every test, and every process that it starts, out of the user's own data."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.getbasetemp() / "user"
        for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
            patch.setenv(name, str(folder))
        patch.setattr("engine.runs.store.user_data_path", lambda *_args, **_kwargs: folder)
        yield


@pytest.fixture(autouse=True)
def garbage_between_tests(request: pytest.FixtureRequest) -> Iterator[None]:
    """Collect cyclic garbage after a test that uses Qt, and never within one.

    As the program does on a timer: a collection in a worker destroys Qt's objects there, and
    one that begins within a destructor of Qt may wait for ever for a lock which that holds.
    """
    if not _is_guarded(request):
        gc.enable()
        yield
        return
    gc.disable()
    yield
    gc.collect(2 if next(TESTS_WITH_QT) % 25 == 0 else 1)  # a look at everything takes long


class CapturedExceptions(list[BaseException]):
    """Exceptions that reached a hook; what is left at the end fails the test."""

    def take(self, kind: type[BaseException]) -> BaseException:
        """Return the only exception and accept it."""
        assert [type(error) for error in self] == [kind]
        return self.pop()


@pytest.fixture(autouse=True)
def captured_exceptions(request: pytest.FixtureRequest) -> Iterator[CapturedExceptions]:
    """Fail the test on any exception that a slot, a thread or a destructor lost."""
    captured = CapturedExceptions()
    if not _is_guarded(request):
        yield captured
        return
    import pyqtgraph  # noqa: F401 - it replaces sys.excepthook: import it before ours

    def on_uncaught(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        captured.append(error)

    former = sys.excepthook, threading.excepthook, sys.unraisablehook
    sys.excepthook = on_uncaught
    threading.excepthook = lambda args: captured.append(args.exc_value or SystemExit())
    sys.unraisablehook = lambda args: captured.append(args.exc_value or SystemExit())
    yield captured
    sys.excepthook, threading.excepthook, sys.unraisablehook = former
    assert not captured, f"exceptions were lost: {list(captured)}"


@pytest.fixture(autouse=True)
def no_leaked_threads_or_timers(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Fail the test when a thread still runs or a timer still ticks after it."""
    if not _is_guarded(request):
        yield
        return
    from PySide6.QtCore import QCoreApplication, QEvent, QThread, QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow
    from shiboken6 import isValid

    started: list[tuple[weakref.ref[Any], str]] = []

    def remember(kind: type, is_going: str) -> None:
        start = kind.start

        def start_and_remember(self: Any, *args: Any) -> None:
            started.append((weakref.ref(self), is_going))
            start(self, *args)

        monkeypatch.setattr(kind, "start", start_and_remember)

    remember(QThread, "isRunning")
    remember(QTimer, "isActive")
    yield
    qt = QApplication.instance()
    if qt is not None:  # closed widgets go now: they cost time and memory
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [ref() for ref, going in started if _is_going(ref(), going, isValid)]
    for item in left:
        item.quit() if isinstance(item, QThread) else item.stop()
    if isinstance(qt, QApplication) and not any(
        isinstance(widget, QMainWindow) for widget in qt.topLevelWidgets()
    ):
        qt.setStyleSheet("")  # the next test may have no window, and no use for its style
    assert not left, f"still running after the test: {left}"


def _is_going(item: Any, method: str, is_valid: Any) -> bool:
    return item is not None and is_valid(item) and bool(getattr(item, method)())


@pytest.fixture(autouse=True)
def patient_shutdown(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a window wait for its jobs as long as a test waits: the machine may be busy."""
    if _is_guarded(request):
        from app import application
        from app.tasks.task_runner import TaskRunner

        monkeypatch.setattr(TaskRunner.shutdown, "__defaults__", (HANGS_AFTER_MS,))
        for name in ("SHUTDOWN_MS", "WARM_UP_SHUTDOWN_MS"):
            monkeypatch.setattr(application, name, HANGS_AFTER_MS)


@pytest.fixture(autouse=True)
def no_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test on a log line of level WARNING or above that no `expects_log` names."""
    if not _is_guarded(request):
        yield
        return
    records: list[logging.LogRecord] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = records.append  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    lines = [record.getMessage() for record in records]
    for marker in request.node.iter_markers("expects_log"):
        expected = [line for line in lines if re.search(marker.args[0], line)]
        assert expected, f"no log line matched {marker.args[0]!r}: {lines}"
        lines = [line for line in lines if line not in expected]
    assert not lines, f"unexpected log lines: {lines}"


@pytest.fixture(autouse=True)
def no_modal_dialogs(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Fail the test, instead of hanging it, when a modal dialog opens."""
    opened: list[str] = []
    if _is_guarded(request):
        from PySide6.QtWidgets import QDialog, QFileDialog, QMessageBox

        modal = {
            QDialog: ("exec",),
            QMessageBox: ("exec", "about", "critical", "information", "question", "warning"),
            QFileDialog: (
                "exec",
                "getExistingDirectory",
                "getOpenFileName",
                "getOpenFileNames",
                "getSaveFileName",
            ),
        }
        for kind, names in modal.items():
            for name in names:
                monkeypatch.setattr(kind, name, _refuse(f"{kind.__name__}.{name}", opened))
    yield
    assert not opened, f"modal dialogs were opened: {opened}"


def _refuse(name: str, opened: list[str]) -> Any:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        opened.append(name)
        raise AssertionError(f"{name} would block the test")

    return refuse


def _is_guarded(request: pytest.FixtureRequest) -> bool:
    return request.path.relative_to(ROOT / "tests").parts[0] in GUARDED
