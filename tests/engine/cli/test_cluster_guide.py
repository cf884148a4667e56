"""The scripts of the guide for clusters: the shell reads them, and the program its own part."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from engine.cli.main import build_parser

BASH = shutil.which("bash") or ""
GUIDE = (Path(__file__).parents[3] / "resources/guide/cluster.md").read_text("utf-8")


def commands() -> list[list[str]]:
    """Return what stands behind "-m engine", on one line, on several, and in the list of a job."""
    one_line = GUIDE.replace("\\\n", " ")
    in_shell = [shlex.split(rest) for rest in re.findall(r"-m engine ([^\n`]+)", one_line)]
    in_lists = re.findall(r"-m, engine, ([^\]]+)\]", GUIDE)
    return in_shell + [re.split(r",\s*", each) for each in in_lists]


def test_that_the_program_takes_every_command_of_the_guide() -> None:
    names = [
        build_parser().parse_args([word for word in words if word != "…"]).command
        for words in commands()
    ]

    assert len(names) >= 5
    assert set(names) == {"train", "runs"}


@pytest.mark.skipif(not BASH, reason="there is no bash here")
def test_that_a_shell_reads_the_scripts_of_the_guide() -> None:
    scripts = re.findall(r"```bash\n(.*?)```", GUIDE, re.DOTALL)

    assert scripts
    for script in scripts:
        read = subprocess.run([BASH, "-n"], input=script, text=True, capture_output=True)
        assert (read.returncode, read.stderr) == (0, "")
