"""The main job in the window and in the terminal, with every use of the network noted.

Run as `python -m tests.integration.watched_job CSV FOLDER`; it prints the events of
Python's `socket` module, and the sockets of the process that the system lists.
"""

import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

EVENTS: list[str] = []
TABLES = ("tcp", "tcp6", "udp", "udp6", "raw", "raw6")


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Note what could reach another machine, or listen to one.

    A pair of nameless sockets inside this machine, by which a parent and the helper
    processes of a large preparation talk, can do neither.
    """
    if event == "socket.__new__" and arguments[1] == getattr(socket, "AF_UNIX", None):
        return
    if event.startswith(("socket.", "urllib.", "http.", "ftplib.", "smtplib.")):
        EVENTS.append(f"{event} {arguments!r}")


def network_sockets() -> list[str]:
    """Return this process's sockets of the internet families, where the system lists them."""
    folder = Path("/proc/self")
    if not (folder / "net").is_dir():
        return []
    mine = set()
    for entry in (folder / "fd").iterdir():
        try:
            mine.add(str(entry.readlink()))
        except OSError:
            continue  # the folder's own descriptor, closed again
    found = []
    for name in TABLES:
        table = folder / "net" / name
        lines = table.read_text().splitlines()[1:] if table.exists() else []
        found += [f"{name} {line}" for line in lines if f"socket:[{line.split()[9]}]" in mine]
    return found


def in_the_window(csv: Path, folder: Path) -> None:
    """Prepare, train, generate, score, save and open, as a person does."""
    from PySide6.QtCore import QCoreApplication, QEventLoop
    from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QSpinBox

    from app.application import build_window
    from app.jobs import Jobs

    def wait_for(is_so: Any) -> None:
        while not is_so():
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)

    qt = QApplication([])
    app = build_window(folder / "settings.ini", jobs=Jobs(ask_unsaved_at_close=lambda _: "discard"))
    app.window.show()
    app.warm_up.start()
    names = app.runners.names()

    def rest() -> None:
        wait_for(lambda: not any(getattr(app.runners, name).is_busy for name in names))

    def click(name: str) -> None:
        button = app.window.findChild(QPushButton, name)
        wait_for(button.isEnabled)
        button.click()
        rest()

    app.dataset.open_path(csv)
    rest()
    click("dataset.prepare_button")
    app.window.findChild(QSpinBox, "training.epochs_spin").setValue(2)
    click("training.start_button")
    click("generation.generate_button")
    app.window.findChild(QLineEdit, "generation.sentence_edit").setText("the old dog .")
    rest()
    app.models._start_saving(folder / "model.safetensors")
    rest()
    app.models.open_path(folder / "model.safetensors")
    rest()
    assert app.session.is_model_saved
    EVENTS.extend(network_sockets())
    app.window.close()
    rest()
    assert app.shutdown()
    qt.quit()


def in_the_terminal(csv: Path, folder: Path) -> None:
    """Train, generate, score and describe."""
    from engine.cli import main as run

    model = str(folder / "cli.safetensors")
    for words in (
        ["train", str(csv), "--out", model, "--epochs", "1", "--hidden-dim", "8"],
        ["generate", model, "--count", "3"],
        ["score", model, "the old dog ."],
        ["info", model],
        ["gradcheck"],
    ):
        code = run(words)
        assert code == 0, (words, code)
    EVENTS.extend(network_sockets())


def main() -> None:
    """Do both and print what was noted."""
    csv, folder = Path(sys.argv[1]), Path(sys.argv[2])
    sys.addaudithook(watch)
    output = os.dup(1)
    os.dup2(2, 1)  # what the commands print is not our answer
    in_the_terminal(csv, folder)
    in_the_window(csv, folder)
    os.write(output, json.dumps(EVENTS).encode())


if __name__ == "__main__":
    main()
