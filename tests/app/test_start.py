"""A system that lacks a library of Qt's is told which packages have it, and nothing aborts."""

import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app import start
from app.shared.icon import application_icon
from resources.scripts import set_up

NO_CURSOR = "libxcb-cursor.so.0: cannot open shared object file: No such file or directory"


def test_that_a_plugin_that_cannot_be_loaded_names_the_packages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_path: str) -> None:
        raise OSError(NO_CURSOR)

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(start.ctypes, "CDLL", refuse)
    monkeypatch.setattr(set_up, "missing_libraries", lambda *_args: ["libEGL.so.1", "libodd.so.7"])

    assert start.open_window() == start.CANNOT_START

    told = capsys.readouterr().err
    assert "Qt lacks these system libraries: libEGL.so.1, libodd.so.7.\n" in told
    assert "apt-get install libegl1\n" in told
    assert "make run" in told


def test_that_a_library_that_ldd_does_not_find_missing_is_named_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(set_up, "missing_libraries", lambda *_args: [])

    start.explain(NO_CURSOR)

    assert "apt-get install libxcb-cursor0" in capsys.readouterr().err


def test_that_the_plugin_of_this_system_can_be_loaded() -> None:
    start.load_platform_plugin()  # raises where Qt could not start either


def test_that_the_installed_program_says_what_works_without_a_display(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start, "has_display", lambda: False)

    assert start.main() == start.CANNOT_START
    assert "rnn-text-lab-cli" in capsys.readouterr().err


@pytest.mark.parametrize(
    "folder", ["plain", "with blank", 'q"uote', "100% $HOME `x`", "back\\slash"]
)
def test_that_the_menu_entry_starts_the_program_wherever_it_is(folder: str, tmp_path: Path) -> None:
    from resources.scripts.install_desktop import install, remove, targets

    command = tmp_path / folder / "rnn-text-lab"

    entry = install(tmp_path / "data", command)

    line = next(line for line in entry.read_text().splitlines() if line.startswith("Exec="))
    assert unquoted(line.removeprefix("Exec=").removesuffix(" %F")) == str(command)
    assert all(path.is_file() for path in targets(tmp_path / "data").values())
    remove(tmp_path / "data")
    assert [path for path in (tmp_path / "data").rglob("*") if path.is_file()] == []


def test_that_the_icon_is_there_in_every_usual_size(qapp: QApplication) -> None:
    sizes = {size.width() for size in application_icon().availableSizes()}

    assert {16, 24, 32, 48, 64, 128, 256, 512} <= sizes


def unquoted(word: str) -> str:
    """Read a word of an Exec line as the desktop entry specification says."""
    string = word.replace("\\\\", "\\")  # of the value itself
    assert string[0] == string[-1] == '"'
    text, is_escaped = "", False
    for each in string[1:-1]:
        if each == "\\" and not is_escaped:
            is_escaped = True
            continue
        text, is_escaped = text + each, False
    return text.replace("%%", "%")
