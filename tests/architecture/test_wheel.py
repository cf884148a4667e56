"""What is installed from a wheel has all that the engine's front names."""

import shutil
import zipfile
from pathlib import Path

from tests.conftest import ROOT
from tests.processes import python

PARTS = ("app", "engine", "resources", "pyproject.toml", "README.md", "LICENSE")
BUILD = "from setuptools.build_meta import build_wheel; build_wheel('.')"
IMPORT_ALL = """
import engine, sys
assert engine.__file__.startswith(sys.argv[1]), engine.__file__
print(*[name for name in dir(engine) if getattr(engine, name) is not None])
"""


def run(*command: str, cwd: Path, **environment: str) -> str:
    done = python(*command, cwd=cwd, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_that_every_name_of_the_front_and_the_icon_are_in_the_wheel(tmp_path: Path) -> None:
    sources, target = tmp_path / "sources", tmp_path / "installed"
    sources.mkdir()
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copyfile
        copy(ROOT / part, sources / part)

    run("-c", BUILD, cwd=sources)
    (wheel,) = sources.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(target)
    shown = run("-c", IMPORT_ALL, str(target), cwd=tmp_path, PYTHONPATH=str(target))

    icons = {path.name for path in (target / "resources" / "icons").iterdir()}
    assert {"rnn-text-lab-512.png", "rnn-text-lab.ico", "rnn-text-lab.icns"} <= icons
    assert {"RNN", "build_corpus", "train", "RunStore", "EngineError"} <= set(shown.split())
