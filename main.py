"""Open the window; without a display, do the same job in the terminal."""

import multiprocessing
import os
import sys


def has_display() -> bool:
    """Tell whether a window can be shown, or Qt was told to do without."""
    named = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in named)


def main() -> int:
    """Run the app and return its exit code."""
    if has_display():
        from app.application import main as open_window

        return open_window()
    from engine.cli.main import main as run_in_terminal

    sys.stderr.write(
        "There is no display here, so a network is trained on the sample comments in the terminal, "
        "for about a minute. Its model is not kept: 'python -m engine demo --out MODEL' keeps one, "
        "and 'python -m engine --help' says how to train on a text of your own.\n"
    )
    return run_in_terminal(["demo"])


if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main())
