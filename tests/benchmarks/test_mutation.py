"""What `make mutation` and `make coverage` name is true of the modules that there are."""

import re
from pathlib import Path

import pytest

from tests.benchmarks.equivalent_mutants import EQUIVALENT
from tests.benchmarks.mutants import mutants_of
from tests.benchmarks.mutation import TESTS, files_of_tests
from tests.benchmarks.places import ROOT


@pytest.mark.parametrize("module", TESTS)
def test_that_each_module_has_its_tests_and_each_excused_mutant_can_be_made(module: str) -> None:
    mutants = mutants_of((ROOT / "engine" / f"{module}.py").read_text("utf-8"))

    assert [name for name in files_of_tests(module) if not Path(ROOT, name).is_file()] == []
    assert EQUIVALENT.get(module, {}).keys() - set(map(str, mutants)) == set()


def test_that_each_module_that_must_be_covered_whole_is_there() -> None:
    lines = re.findall(
        r"^MUST_NOT_ERR := (.*)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE
    )
    named = ",".join(lines).replace("$(MUST_NOT_ERR),", "").split(",")

    assert [name for name in named if not (ROOT / name).is_file()] == []  # left out without a word
    assert {f"engine/{module}.py" for module in TESTS} == set(named)


def test_that_nothing_is_excused_elsewhere() -> None:
    assert EQUIVALENT.keys() - TESTS.keys() == set()
