"""How many small defects the tests notice: the mutation score of the modules that must not err.

Run as `python -m tests.benchmarks.mutation [MODULE ...] [--count N] [--seed N]`. Of each
module a sample of its mutants (see `mutants`) is made, one at a time, in a copy of the
tree in a temporary folder. For each one a process is forked in which PyTorch is loaded
already; it runs the module's tests up to the first failure. A mutant is killed if a test
fails or the tests hang. Survivors are printed: each is a missing test, or is listed in
`equivalent_mutants` with the reason why no test could notice it.
"""

import argparse
import ast
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from importlib.util import cache_from_source
from pathlib import Path

from tests.benchmarks.equivalent_mutants import EQUIVALENT
from tests.benchmarks.mutants import Mutant, mutants_of
from tests.benchmarks.places import ROOT

COPIED = ("app", "engine", "resources", "tests", "main.py", "pyproject.toml")

# The tests of each module, the quick ones first: test_<name>.py in the folder of its room.
_LAYOUTS = ("detection", "header", "around_one_column", "further_on", "../layouts", "../csv_rows")
_WHOLE_FILES = ("../reader_preview", "../reader", "../work")
TESTS: dict[str, tuple[str, ...]] = {
    "documents/csv_rows": ("csv_rows", "reader", "csv_rows_round_trips", "layout/joined"),
    "documents/layout/blank_lines": ("blank_lines", "../layouts"),
    "documents/layout/detection": (*_LAYOUTS, "joined", *_WHOLE_FILES),
    "documents/layout/doubts": (*_LAYOUTS, *_WHOLE_FILES),
    "documents/layout/foreign": (*_LAYOUTS, *_WHOLE_FILES),
    "documents/layout/further_on": ("further_on", "../layouts"),
    "documents/layout/hypotheses": ("hypotheses", *_LAYOUTS, *_WHOLE_FILES),
    "documents/layout/joined": ("joined", "../layouts"),
    "documents/layout/names": (*_LAYOUTS, *_WHOLE_FILES),
    "documents/layout/widths": ("widths", *_LAYOUTS, *_WHOLE_FILES),
    "documents/line_marks": ("reader", "csv_rows", "layouts", "reader_preview"),
    "documents/reader": (
        *("csv_rows", "reader_preview", "reader", "reader_entities", "encoding", "layouts"),
        *("several", "unpacking"),
    ),
    "documents/spreadsheet": ("spreadsheet",),
    "files/atomic": ("export_file", "atomic_leftovers", "atomic"),
    "files/tensors": (
        *("../language_model/checkpoint_bad_files", "../language_model/checkpoint"),
        "../training/state_file",
    ),
    "language_model/checkpoint": ("checkpoint", "checkpoint_bad_files", "mixture"),
    "language_model/formats": ("formats", "formats_export", "tutorial_npz"),
    "language_model/mixture": ("mixture", "../scoring/text_scores"),
    "language_model/opening": ("../sampling/sampler_settings", "../sampling/next_words"),
    "language_model/parts": ("checkpoint", "checkpoint_bad_files", "../training/state_file"),
    "language_model/tutorial_npz": ("tutorial_npz", "formats"),
    "network/bptt": ("bptt", "bptt_threads", "output_layer", "../training/fast_recipe"),
    "network/output_layer": (
        *("output_layer", "bptt", "score_blocks", "output_layer_sharing", "label_smoothing"),
    ),
    "network/reference": ("gradient_check", "bptt", "rnn"),
    "network/score_blocks": ("score_blocks", "output_layer", "bptt"),
    "runs/folder": ("folder", "folder_epoch_models", "store"),
    "sampling/beam": ("beam", "sampler"),
    "sampling/completion": ("completion",),
    "sampling/filters": ("filters", "sampler_choice"),
    "sampling/next_words": ("next_words",),
    "sampling/sampler": ("sampler_choice", "sampler", "sampler_settings"),
    "scoring/candidates": ("ranking", "../cli/scoring"),
    "scoring/held_out": ("held_out",),
    "scoring/percentile": ("held_out",),
    "scoring/ranking": ("ranking",),
    "scoring/replacement": ("replacement",),
    "scoring/scored_file": ("scored_file", "../cli/scoring"),
    "scoring/scorer": ("scorer", "../language_model/mixture"),
    "scoring/text_scores": ("text_scores", "scored_file"),
    "tokenization/reading": ("reading", "../corpus/workers"),
    "tokenization/writing/written_forms": ("../written",),
    "training/state": ("state", "state_file", "trainer_ends"),
}


@dataclass
class Score:
    """What became of a module's mutants."""

    all: int
    killed: int = 0
    hung: int = 0
    equivalent: int = 0
    survivors: list[Mutant] = field(default_factory=list)

    @property
    def share(self) -> float:
        killed = self.killed + self.hung
        return killed / max(1, killed + len(self.survivors))


def copy_tree(folder: Path) -> Path:
    """Copy what the tests need; return the copy."""
    tree = folder / "main"
    tree.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, tree / name, ignore=ignore)
        else:
            shutil.copy(ROOT / name, tree / name)
    if (ROOT.parent / "shared").exists():
        (folder / "shared").symlink_to((ROOT.parent / "shared").resolve())
    return tree


def warm_up() -> None:
    """Load what every test process needs and no mutant can be in."""
    for name in ("hypothesis.strategies", "nltk", "numpy", "pytest", "safetensors.numpy", "torch"):
        __import__(name)
    for name in ("QtCore", "QtGui", "QtTest", "QtWidgets"):  # pytest-qt loads them
        __import__(f"PySide6.{name}")


def run_tests(tree: Path, module: str, within_s: float, *, keeps_bytecode: bool = False) -> str:
    """Run the tests of a module in a fork; return "passed", "failed" or "hung"."""
    process = os.fork()
    if process == 0:
        os.setsid()
        status = 1
        try:
            status = _run_here(tree, module, keeps_bytecode=keeps_bytecode)
        finally:  # whatever a mutant raises: the copy is the parent's to delete
            os._exit(status)
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return "passed" if status == 0 else "failed"
        time.sleep(0.01)
    os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return "hung"


def _run_here(tree: Path, module: str, *, keeps_bytecode: bool) -> int:
    """Become the test process of the copy, one file after the other."""
    import pytest

    os.chdir(tree)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    sys.path[:] = [str(tree), *(entry for entry in sys.path if entry not in ("", str(ROOT)))]
    sys.dont_write_bytecode = not keeps_bytecode
    for name in [*sys.modules]:
        if name.partition(".")[0] in ("tests", "engine", "app"):
            del sys.modules[name]
    options = ["-x", "-q", "-n0", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
    options += ["-W", "ignore:Module already imported"]  # by warm_up
    return int(any(pytest.main([name, *options]) for name in files_of_tests(module)))


def files_of_tests(module: str) -> list[str]:
    """Return the files with a module's tests, the quick ones first."""
    room = Path("tests/engine", module).parent
    return [
        os.path.normpath((room / name).with_name(f"test_{Path(name).name}.py"))
        for name in TESTS[module]
    ]


def score_module(tree: Path, module: str, count: int, seed: int) -> Score:
    """Try a sample of a module's mutants."""
    path = tree / "engine" / f"{module}.py"
    source = path.read_text("utf-8")
    mutants = mutants_of(source)
    path.write_text(ast.unparse(ast.parse(source)), "utf-8")  # as a mutant, without a defect
    begin = time.monotonic()
    if run_tests(tree, module, 600.0, keeps_bytecode=True) != "passed":
        sys.exit(f"The tests of {module} fail without a mutant.")
    Path(cache_from_source(str(path))).unlink(missing_ok=True)  # else a mutant may be taken for it
    within_s = 10.0 + 5.0 * (time.monotonic() - begin)
    chosen = random.Random(f"{seed} {module}").sample(mutants, min(count, len(mutants)))
    score = Score(len(mutants))
    for mutant in chosen:
        if str(mutant) in EQUIVALENT.get(module, {}):
            score.equivalent += 1
            continue
        path.write_text(mutant.source, "utf-8")
        match run_tests(tree, module, within_s):
            case "failed":
                score.killed += 1
            case "hung":
                score.hung += 1
            case _:
                score.survivors.append(mutant)
                print(f"    survived: engine/{module}.py:{mutant.line} {mutant}", flush=True)
    path.write_text(source, "utf-8")
    return score


def print_row(name: str, score: Score, seconds: float) -> None:
    print(
        f"{name:<12} {score.all:>6} mutants, killed {score.killed:>4}, hung {score.hung:>3}, "
        f"survived {len(score.survivors):>3}, equivalent {score.equivalent:>3}: "
        f"{score.share:7.1%}  ({seconds:.0f} s)",
        flush=True,
    )


def main() -> int:
    """Print the score of each module; return 1 if the least wanted is missed."""
    parser = argparse.ArgumentParser(description="Measure the mutation score.")
    parser.add_argument("modules", nargs="*", help=f"of {', '.join(TESTS)}; default all")
    parser.add_argument("--count", type=int, default=25, help="mutants of a module (25)")
    parser.add_argument("--seed", type=int, default=1, help="of the choice of mutants (1)")
    parser.add_argument("--at-least", type=float, default=0.8, help="score of all (0.8)")
    options = parser.parse_args()
    os.environ |= {"OMP_NUM_THREADS": "1", "QT_QPA_PLATFORM": "offscreen"}
    warm_up()
    total, first = Score(0), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        tree = copy_tree(Path(folder))
        for module in options.modules or TESTS:
            begin = time.monotonic()
            score = score_module(tree, module, options.count, options.seed)
            print_row(module, score, time.monotonic() - begin)
            for name in ("all", "killed", "hung", "equivalent"):
                setattr(total, name, getattr(total, name) + getattr(score, name))
            total.survivors += score.survivors
    print_row("all", total, time.monotonic() - first)
    return int(total.share < options.at_least)


if __name__ == "__main__":
    sys.exit(main())
