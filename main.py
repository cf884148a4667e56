"""Open the window; without a display, do the same job in the terminal."""

import multiprocessing
import sys

from app.start import has_display, open_window


def main() -> int:
    """Run the app and return its exit code."""
    if has_display():
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
