"""PyTorch's libraries can be loaded before it, and nothing breaks where they are not found."""

import os
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from engine.network import torch_startup
from engine.network.torch_startup import load_torch_libraries
from tests.processes import python

LOAD_FIRST = """
import sys
from engine.network.torch_startup import load_torch_libraries

print(*load_torch_libraries())
assert "torch" not in sys.modules
import torch

print(float((torch.ones(300, 300) @ torch.ones(300, 300)).sum()))
"""


@pytest.mark.skipif(os.name != "posix", reason="PyTorch does the same by itself on Windows")
def test_that_pytorch_computes_after_its_libraries_were_loaded_first() -> None:
    loaded, computed = python("-c", LOAD_FIRST).stdout.splitlines()

    assert any(name.startswith("libtorch_cpu") for name in loaded.split())
    assert computed == "27000000.0"


def test_that_nothing_is_loaded_once_pytorch_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", object())

    assert load_torch_libraries() == []


def test_that_libraries_that_are_not_found_or_no_libraries_are_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "lib").mkdir()
    for suffix in (".so", ".dylib"):
        (tmp_path / "lib" / f"libtorch_cpu{suffix}").write_bytes(b"no library")
    spec = ModuleSpec("torch", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(torch_startup, "find_spec", lambda name: spec)
    monkeypatch.delitem(sys.modules, "torch", raising=False)

    assert load_torch_libraries() == []


def test_that_a_missing_pytorch_is_left_to_the_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_startup, "find_spec", lambda name: None)
    monkeypatch.delitem(sys.modules, "torch", raising=False)

    assert load_torch_libraries() == []
