"""Nothing listens and nothing calls: the main job opens no socket of a network."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.integration.closing import write_csv
from tests.integration.open_sockets import can_be_listed
from tests.integration.scale import FULL, Report, long_test
from tests.processes import python

pytestmark = long_test

ROWS, MANY_ROWS = 100, 26_000  # the latter are prepared by helper processes
WATCHED = ROOT / "tests" / "integration" / "watched"


@dataclass(frozen=True)
class Watched:
    """What was noticed of one process and its helpers."""

    looks: int
    sockets: list[str]  # that the system listed
    events: list[str]  # of Python's socket module


def watched(place: str, folder: Path) -> Watched:
    """Run the job and return what was noticed."""
    names = ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "LOCALAPPDATA")
    notes = folder / "notes"
    result = python(
        *("-m", "tests.integration.watched_job", place, str(folder)),
        **dict.fromkeys(names, str(folder)),
        PYTHONPATH=os.pathsep.join([str(WATCHED), os.environ.get("PYTHONPATH", "")]),
        QT_QPA_PLATFORM="offscreen",
        RNN_TEXT_LAB_WATCH=str(notes),
    )
    assert result.returncode == 0, result.stderr
    seen = json.loads(result.stdout)
    return Watched(seen["looks"], seen["seen"], notes.read_text().splitlines())


# Worth its seconds: the whole main job, once in each place, or a call could hide in a part.
@pytest.mark.parametrize("place", ["window", "terminal"])
def test_that_the_main_job_opens_no_socket(place: str, tmp_path: Path, report: Report) -> None:
    rows = MANY_ROWS if FULL else ROWS
    write_csv(tmp_path / "comments.csv", rows)

    noticed = watched(place, tmp_path)

    assert noticed.events == []
    assert noticed.sockets == []
    assert noticed.looks > 5
    report(
        f"network: the main job in the {place} ({rows:,} rows) opened no socket, "
        f"by Python's account and in {noticed.looks} looks at what the system lists"
    )


@pytest.mark.parametrize("kind", ["python", "helper"])
def test_that_the_watch_notices_a_socket_of_python(kind: str, tmp_path: Path) -> None:
    noticed = watched(kind, tmp_path)

    assert [event.split()[0] for event in noticed.events] == ["socket.__new__"]


@pytest.mark.skipif(not can_be_listed(), reason="this system does not list sockets")
@pytest.mark.parametrize("kind", ["python", "c", "c, local"])
def test_that_the_watch_notices_a_socket_that_the_system_lists(kind: str, tmp_path: Path) -> None:
    noticed = watched(kind, tmp_path)

    assert len(noticed.sockets) == 1
