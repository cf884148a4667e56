"""A plugin that runs the tests in a random order, to find those that need another one.

`-p tests.random_order` asks for it; RNN_TEXT_LAB_ORDER=N, printed at the top, repeats an
order. Files are shuffled, and the tests within each file: what a file prepares once for
all its tests is still prepared once.
"""

import os
import random

import pytest

_SEED = "RNN_TEXT_LAB_ORDER"


def pytest_configure() -> None:
    # In the environment, so that the processes of pytest-xdist have the same order.
    os.environ.setdefault(_SEED, str(random.SystemRandom().randrange(1_000_000)))


def pytest_report_header() -> str:
    return f"random order: {_SEED}={os.environ[_SEED]}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.write_line(pytest_report_header())  # -q shows no header


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    chance = random.Random(os.environ[_SEED])
    files = sorted({item.path for item in items})
    chance.shuffle(files)
    place = {file: number for number, file in enumerate(files)}
    chance.shuffle(items)
    items.sort(key=lambda item: place[item.path])  # stable: within a file as shuffled
