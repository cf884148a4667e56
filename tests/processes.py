"""Another Python, for what only a process of its own can show."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def python(
    *arguments: str, cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run Python as typed in the project's folder, and return what came of it."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
