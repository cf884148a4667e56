"""Close the program at instants of chance: the zygote of the close tests.

Run as `python -m tests.integration.closing COUNT SEED FOLDER LONGEST_MS`. It loads
the program once and forks a child for each instant. The child runs the real `main`
on a small CSV, with a timer that presses the buttons of the main job and another one
that closes the window; it leaves its time of closing and what it was doing. For each
child one line of JSON is printed.

The program is imported inside the functions: the helper processes that prepare a
large corpus import this module too, and must not load it all.
"""

import contextlib
import json
import os
import random
import signal
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.patience import HANGS_AFTER_MS, HANGS_AFTER_S

STEP_MS = 15
STANDSTILL_S = 0.5
BUTTONS = (
    *("dataset.prepare_button", "training.start_button", "training.pause_button"),
    *("training.stop_button", "generation.generate_button", "generation.stop_button"),
    *("generation.pin_button", "dataset.cancel_button"),
)
LETTERS = "the old dog saw "


def write_csv(path: Path, rows: int) -> Path:
    """Write comments of two sentences."""
    draw = random.Random(rows)
    nouns, verbs = ("dog", "cat", "bird", "horse", "child"), ("saw", "liked", "heard", "found")
    lines = ["id,comment"]
    for number in range(rows):
        first, second = draw.sample(nouns, 2)
        lines.append(f'{number},"The old {first} {draw.choice(verbs)} a {second}. So {number}."')
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


class Hand:
    """Presses the buttons of the main job, the next one first, others by chance."""

    def __init__(self, app: Any, chance: random.Random, path: Path) -> None:
        from PySide6.QtCore import QTimer

        self._app, self._chance, self._path = app, chance, path
        self._is_started = False
        self.timer = QTimer(app.window)
        self.timer.timeout.connect(self.press)
        self.timer.start(STEP_MS)

    def press(self) -> None:
        from PySide6.QtWidgets import QLineEdit, QPushButton

        def button(name: str) -> Any:
            return self._app.window.findChild(QPushButton, name)

        if not self._is_started:
            for name in ("training.start_button", "dataset.prepare_button"):
                if button(name).isEnabled():
                    button(name).click()
                    self._is_started = name.startswith("training")
                    return
            return
        self._app.window.show_tab(self._chance.randrange(3))
        if self._chance.random() < 0.3:
            line = self._app.window.findChild(QLineEdit, "generation.sentence_edit")
            if line.isEnabled():
                line.insert(self._chance.choice(LETTERS))
        elif self._chance.random() < 0.2:
            self._app.models.save_model()
        else:
            chosen = button(self._chance.choice(BUTTONS))
            if chosen.isEnabled():
                chosen.click()


def child(csv: Path, folder: Path, instant_ms: int, chance: random.Random) -> int:
    """Run the program and close it after `instant_ms`."""
    from PySide6.QtCore import QTimer

    from app import application
    from app.runs.model_files import ModelDialogs
    from app.training.dialogs import TrainingDialogs
    from app.window.views.dialogs import WindowDialogs

    WindowDialogs.ask_unsaved = lambda self, *_: "discard"  # type: ignore[method-assign]
    TrainingDialogs.ask_replace_unsaved = lambda self: True  # type: ignore[method-assign]
    ModelDialogs.ask_save_path = (  # type: ignore[method-assign]
        lambda self, suggested: folder / "model.safetensors"
    )
    kept: list[Any] = []
    build = application.build_window

    def build_and_drive(*arguments: Any, **options: Any) -> Any:
        app = build(*arguments, **options)
        kept.append(Hand(app, chance, folder))
        QTimer.singleShot(instant_ms, close)
        kept.append(app)
        return app

    def close() -> None:
        hand, app = kept
        hand.timer.stop()
        busy = [name for name in app.runners.names() if getattr(app.runners, name).is_busy]
        doing = f"{app.session.run_state.name.lower()} ({', '.join(busy) or 'no job'})"
        (folder / "closed").write_text(json.dumps([time.monotonic(), doing]))
        app.window.close()

    application.SHUTDOWN_MS = HANGS_AFTER_MS  # the machine may be busy
    application.build_window = build_and_drive
    return application.main(["rnn-text-lab", str(csv)])


def wait_for(process: int) -> tuple[int, float, float]:
    """Return a child's exit status, when it was there, and how long the machine stood still.

    A machine that is suspended, or has no time at all for this loop, stops its child too;
    one that hangs is killed.
    """
    begin = last = time.monotonic()
    still = 0.0
    while last - begin - still < HANGS_AFTER_S:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return status, last, still
        time.sleep(0.002)
        now = time.monotonic()
        still += now - last if now - last > STANDSTILL_S else 0.0
        last = now
    os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return -1, last, still


def is_group_left(group: int) -> bool:
    """Return whether a process of the group is left long after its leader has ended."""
    for _ in range(100 * HANGS_AFTER_S):
        if not is_group_running(group):
            return False
        time.sleep(0.01)
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:  # it ended at the last moment
        return False
    return True


def is_group_running(group: int) -> bool:
    """Return whether the group has a process that has not ended.

    One that has ended counts for `killpg` until the system's first process has looked at it.
    """
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    if not Path("/proc/self/stat").exists():
        return True
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            state, _, of_group = stat.read_text().rpartition(")")[2].split()[:3]
            if int(of_group) == group and state != "Z":
                return True
    return False


def run_child(csv: Path, folder: Path, instant_ms: int, chance: random.Random) -> None:
    """Become a session of its own, with folders and outputs of its own, and never return."""
    os.setsid()
    folder.mkdir()
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        os.environ[name] = str(folder)
    output = os.open(folder / "output", os.O_WRONLY | os.O_CREAT)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.exit(child(csv, folder, instant_ms, chance))


def main(count: int, seed: int, folder: Path, longest_ms: int) -> None:
    """Close `count` times."""
    from engine.corpus.workers import SMALL_TEXT

    import_module("app.application")
    for name in (
        "training.trainer",
        "corpus.build",
        "sampling.sampler",
        "scoring.scorer",
        "language_model.checkpoint",
        "network.device",
    ):
        import_module(f"engine.{name}")
    small = write_csv(folder / "small.csv", 150)
    large = write_csv(folder / "large.csv", SMALL_TEXT // 30)  # prepared by helper processes
    for number in range(count):
        chance = random.Random(f"{seed} {number}")
        instant_ms = chance.randrange(longest_ms)
        csv = large if number % 5 == 4 else small
        place = folder / str(number)
        sys.stdout.flush()
        process = os.fork()
        if process == 0:
            run_child(csv, place, instant_ms, chance)
        status, end, still = wait_for(process)
        closed, doing = json.loads((place / "closed").read_text())
        result = {
            "instant_ms": instant_ms,
            "exit_code": os.waitstatus_to_exitcode(status) if status >= 0 else "hung",
            "seconds": end - closed - still,
            "still": still,
            "doing": doing,
            "is_process_left": is_group_left(process),
            "output": (place / "output").read_text(errors="replace"),
        }
        sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
