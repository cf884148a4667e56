"""What the packages import from outside, what a start loads, and how long a module is.

Who imports whom among our own modules is the affair of import-linter (`make lint`); its
contracts are in pyproject.toml.
"""

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.processes import python

CEILING = 500  # lines of a module that is one idea
MOST_ENTRIES = 16  # of a folder that is read at one look
ENGINE_LIBRARIES = {
    *("charset_normalizer", "lazy_loader", "nltk", "numpy", "onnx", "platformdirs"),
    *("py3langid", "python_calamine"),
    "regex",
    *("pandas", "safetensors", "torch", "tqdm"),  # pandas only where it is there
}
APP_LIBRARIES = {"PySide6", "shiboken6", "pyqtgraph", "platformdirs", "wakepy"}
MAY_USE_NUMPY = {
    f"app.training.plot.{name}" for name in ("loss_plot", "loss_history", "rate_strip")
}


@cache
def modules(package: str) -> dict[str, Path]:
    """Return the modules of a top-level package by dotted name."""
    paths = sorted((ROOT / package).rglob("*.py"))
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in paths
    }


def third_party(module: str) -> set[str]:
    """Return the top-level packages that a module imports, also within functions."""
    path = modules(module.split(".")[0])[module]
    tops = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            tops |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            tops.add(node.module.split(".")[0])
    return {top for top in tops if top not in sys.stdlib_module_names}


def test_that_the_engine_imports_only_its_own_libraries() -> None:
    strangers = {
        module: left
        for module in modules("engine")
        if (left := third_party(module) - ENGINE_LIBRARIES - {"engine"})
    }

    assert strangers == {}


def test_that_the_app_imports_only_its_own_libraries() -> None:
    strangers = {}
    for module in modules("app"):
        allowed = APP_LIBRARIES | {"app", "engine", "resources"}
        allowed |= {"numpy"} if module in MAY_USE_NUMPY else set()
        if left := third_party(module) - allowed:
            strangers[module] = left

    assert strangers == {}


def test_that_no_folder_has_become_a_drawer() -> None:
    full = {}
    for package in ("engine", "app"):
        folders = {path.parent for path in modules(package).values()} - {ROOT / "engine"}
        for folder in folders:  # the engine's own are its floors, which the contracts list
            entries = [entry for entry in folder.iterdir() if entry.name != "__pycache__"]
            if len(entries) > MOST_ENTRIES:
                full[folder.relative_to(ROOT).as_posix()] = len(entries)

    assert full == {}


def loaded_after(statement: str) -> set[str]:
    """Return which modules a fresh Python has loaded after `statement`."""
    done = python("-c", f"{statement}\nimport sys\nprint(*sys.modules)")
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_that_the_settings_and_events_load_no_library() -> None:
    loaded = loaded_after("from engine import TrainConfig, LossPoint, RunControl, EngineError")

    assert not loaded & {"numpy", "torch", "nltk", "safetensors", "onnx"}


@pytest.mark.parametrize("package", ["app", "engine", "resources"])
def test_that_no_module_is_longer_than_the_ceiling(package: str) -> None:
    lengths = {
        module: len(path.read_text(encoding="utf-8").splitlines())
        for module, path in modules(package).items()
    }

    assert {module: n for module, n in lengths.items() if n > CEILING} == {}


_TWO_THREADS = """
import sys, threading
sys.setswitchinterval(1e-5)
modules = "corpus.kept.cache tokenization.tokenizing tokenization.sentences scoring.scorer".split()
together = threading.Barrier(len(modules))
def load(name):
    together.wait()
    __import__("engine." + name)
    loaded.append(name)
loaded = []
threads = [threading.Thread(target=load, args=(name,)) for name in modules]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit(len(loaded) != len(modules))
"""


def test_that_threads_may_load_the_tokenisers_at_the_same_instant() -> None:
    done = python("-c", _TWO_THREADS)

    assert done.returncode == 0, done.stderr
