"""Make the README's pictures: run the real app on the sample comments and keep what it shows.

    python resources/scripts/make_screenshots.py [--seconds 40] [--folder resources/screenshots]

It does what a person would: prepare, train, generate, type sentences. Run it on a
machine that does nothing else, for the speeds are in the pictures. Without a
display, or where QT_QPA_PLATFORM says so, Qt draws offscreen.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QSpinBox

from app.application import Application, build_window
from app.shared.theme import ThemeChoice
from app.tasks.garbage import GarbageCollector

FOLDER = Path(__file__).resolve().parents[1] / "screenshots"
WIDTH, HEIGHT = 1280, 860  # px
LARGEST_FILE = 200_000  # bytes
COLOURS = 256  # of a picture that would be larger
POLL_MS = 20
LONGEST_WAIT_S = 300
EPOCHS = 60  # more than fit into the time, so that the picture shows a run under way
SENTENCES = (
    "My sister is bought an old guitar.",
    "My sister bought an old guitar.",
    "I think that my sister bought an old guitar last year.",
)
DATASET, TRAINING, GENERATION = range(3)


class Photographer:
    """Drive the window and save what it shows."""

    def __init__(self, app: Application, folder: Path) -> None:
        self._app = app
        self._folder = folder

    def wait_until(self, is_so: Callable[[], bool], what: str) -> None:
        """Let the window live until `is_so`."""
        loop = QEventLoop()
        timer = QTimer(loop)
        timer.timeout.connect(lambda: loop.quit() if is_so() or time.monotonic() > end else None)
        end = time.monotonic() + LONGEST_WAIT_S
        timer.start(POLL_MS)
        loop.exec()
        timer.stop()
        if not is_so():
            raise SystemExit(f"Gave up after {LONGEST_WAIT_S} s: {what}.")

    def wait(self, seconds: float) -> None:
        """Let the window live for a while."""
        end = time.monotonic() + seconds
        self.wait_until(lambda: time.monotonic() >= end, "waiting")

    def click(self, name: str) -> None:
        """Press a button as soon as that is possible."""
        button = self._app.window.findChild(QPushButton, name)
        self.wait_until(button.isEnabled, f"{name} cannot be pressed")
        button.click()

    def rest(self) -> None:
        """Wait until no job runs."""
        runners = self._app.runners.all_but_warm_up()
        self.wait_until(lambda: not any(runner.is_busy for runner in runners), "a job runs")

    def stop_training(self) -> None:
        """Stop the run, unless it has ended by itself."""
        stop = self._app.window.findChild(QPushButton, "training.stop_button")
        if stop.isEnabled():
            stop.click()
        self.rest()

    def set_number(self, name: str, value: int) -> None:
        """Fill in a number."""
        self._app.window.findChild(QSpinBox, name).setValue(value)

    def score(self, text: str) -> None:
        """Type a sentence and wait for its probability."""
        self._app.window.findChild(QLineEdit, "generation.sentence_edit").setText(text)
        pin = self._app.window.findChild(QPushButton, "generation.pin_button")
        self.wait_until(pin.isEnabled, "the sentence has no probability")

    def photograph(self, tab: int, name: str, theme: ThemeChoice = "light") -> None:
        """Save one tab as `name`."""
        self._app.theme.choose(theme)
        self._app.window.show_tab(tab)
        self._app.window.setFocus()
        self.wait(0.5)
        path = self._folder / name
        size = save_small(self._app.window.grab().toImage(), path)
        print(f"{path}: {size:,} bytes")


def save_small(image: QImage, path: Path) -> int:
    """Write `image` as a PNG, with fewer colours if it would be large; return its size."""
    image.save(str(path))
    if path.stat().st_size > LARGEST_FILE:
        image = image.convertToFormat(QImage.Format.Format_RGB32)
        pixels = np.frombuffer(image.constBits(), dtype=np.uint32)
        colours, counts = np.unique(pixels, return_counts=True)
        table = colours[np.argsort(counts)[::-1][:COLOURS]].tolist()
        plain = Qt.ImageConversionFlag.ThresholdDither | Qt.ImageConversionFlag.AvoidDither
        image.convertToFormat(QImage.Format.Format_Indexed8, table, plain).save(str(path))
    return path.stat().st_size


def take_pictures(photographer: Photographer, seconds: float) -> None:
    """Do the whole job and photograph each tab on the way."""
    photographer.click("dataset.sample_button")
    photographer.rest()
    photographer.photograph(DATASET, "dataset.png")
    photographer.set_number("training.epochs_spin", EPOCHS)
    photographer.click("training.start_button")
    photographer.wait(seconds)
    photographer.photograph(TRAINING, "training.png")
    photographer.photograph(TRAINING, "training_dark.png", "dark")
    photographer.stop_training()
    photographer.click("generation.generate_button")
    photographer.rest()
    for sentence in SENTENCES:
        photographer.score(sentence)
        photographer.click("generation.pin_button")
    photographer.photograph(GENERATION, "generation.png")


def main() -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description="Make the pictures of the README.")
    parser.add_argument("--seconds", type=float, default=12.0, help="of training")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="of the pictures")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    qt = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as settings:
        app = build_window(Path(settings) / "settings.ini")
        garbage = GarbageCollector(app.window)
        garbage.start()
        app.theme.choose("light")
        app.window.resize(WIDTH, HEIGHT)
        app.window.show()
        app.warm_up.start()
        photographer = Photographer(app, arguments.folder)
        photographer.wait_until(lambda: not app.runners.warm_up.is_busy, "PyTorch is loading")
        take_pictures(photographer, arguments.seconds)
        has_ended = app.shutdown()
        garbage.stop()
        app.window.hide()
        qt.processEvents()
    return 0 if has_ended else 1


if __name__ == "__main__":
    raise SystemExit(main())
