"""Put the program into the menu of a Linux desktop, or take it out again.

    python resources/scripts/install_desktop.py [--remove]

For this user alone, in the folders that freedesktop.org names: an entry, and the icon in each of
its sizes. Nothing else is changed.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ICONS = Path(__file__).resolve().parents[1] / "icons"
NAME = "rnn-text-lab"
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)  # px
_SPECIAL = '"`$\\'  # in a word of an Exec line
ENTRY = """\
[Desktop Entry]
Type=Application
Version=1.5
Name=RNN Text Lab
GenericName=Language model trainer
Comment=Train a recurrent neural network on your own text and watch it learn
Exec={command} %F
Icon=rnn-text-lab
Terminal=false
StartupNotify=true
StartupWMClass=rnn-text-lab
Categories=Education;Science;ArtificialIntelligence;
Keywords=neural network;language model;text;RNN;
MimeType=text/csv;text/tab-separated-values;
"""


def main() -> int:
    """Install or remove, and say what was done."""
    parser = argparse.ArgumentParser(description="Put RNN Text Lab into the menu of the desktop.")
    parser.add_argument("--remove", action="store_true", help="take it out of the menu again")
    is_removing = parser.parse_args().remove
    if not sys.platform.startswith("linux"):
        print(
            "Only the desktops of Linux have such a menu. Here, make a shortcut to "
            f"{program() or 'rnn-text-lab'}; its icon is in {ICONS}."
        )
        return 1
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    if is_removing:
        remove(data)
        print("RNN Text Lab was taken out of the menu.")
        return 0
    command = program()
    if command is None:
        print("The program is not installed in this Python: run 'make run' once, then this again.")
        return 1
    try:
        entry = install(data, command)
    except OSError as error:
        print(f"The menu entry cannot be written, because {error.strerror}: {error.filename}")
        return 1
    print(f"RNN Text Lab is in the menu now; the entry is {entry}.")
    return 0


def program() -> Path | None:
    """Return what starts the program without a terminal; None where it is not installed."""
    folder = Path(sys.executable).parent  # also of a virtual environment
    for name in (NAME, f"{NAME}.exe"):
        if (folder / name).is_file():
            return folder / name
    return None


def targets(data: Path) -> dict[Path, Path]:
    """Return where each picture goes."""
    theme = data / "icons" / "hicolor"
    pictures = {
        ICONS / f"{NAME}-{size}.png": theme / f"{size}x{size}" / "apps" / f"{NAME}.png"
        for size in SIZES
    }
    return {**pictures, ICONS / f"{NAME}.svg": theme / "scalable" / "apps" / f"{NAME}.svg"}


def install(data: Path, command: Path) -> Path:
    """Write entry and icons below the user's `data` folder; return the entry."""
    for source, target in targets(data).items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    entry = data / "applications" / f"{NAME}.desktop"
    entry.parent.mkdir(parents=True, exist_ok=True)
    entry.write_text(ENTRY.format(command=quoted(command)), encoding="utf-8")
    tell_the_desktop(data)
    return entry


def remove(data: Path) -> None:
    """Delete what `install` wrote."""
    for path in (data / "applications" / f"{NAME}.desktop", *targets(data).values()):
        path.unlink(missing_ok=True)
    tell_the_desktop(data)


def quoted(command: Path) -> str:
    """Return a path as a word of an Exec line, whatever characters are in it."""
    escaped = "".join(f"\\{each}" if each in _SPECIAL else each for each in str(command))
    # once more for the string itself, in which % begins a field
    return '"' + escaped.replace("\\", "\\\\").replace("%", "%%") + '"'


def tell_the_desktop(data: Path) -> None:
    """Let menus be read anew where the desktop has the tools for it; others look by themselves."""
    for tool, folder in (
        ("update-desktop-database", data / "applications"),
        ("gtk-update-icon-cache", data / "icons" / "hicolor"),
    ):
        if shutil.which(tool):
            subprocess.run([tool, str(folder)], capture_output=True, check=False)


if __name__ == "__main__":
    raise SystemExit(main())
