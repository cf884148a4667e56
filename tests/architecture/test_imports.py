"""Who may import whom: the arrows between the rooms, read from the sources.

An import under `if TYPE_CHECKING` is for the type checker only and makes no
arrow at run time; it counts only where a test says so.
"""

import ast
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CEILING = 500  # lines of a module
ENGINE_LIBRARIES = {
    "charset_normalizer",
    "nltk",
    "numpy",
    "onnx",
    "platformdirs",
    "safetensors",
    "torch",
}
APP_LIBRARIES = {"PySide6", "shiboken6", "pyqtgraph", "platformdirs"}
MAY_USE_NUMPY = {"app.training.loss_plot", "app.training.loss_history"}

# The engine's one direction. A module reaches only its own layer and those
# above, also through modules without a layer; no two modules reach each other.
ENGINE_LAYERS = (
    ("errors", "config", "events", "control"),
    ("text", "vocabulary", "device", "reference"),
    ("csv_source", "corpus", "batching"),
    ("rnn", "bptt", "recipes"),
    (
        *("gradient_check", "trainer", "sampler", "scorer", "checkpoint", "language_model"),
        *("step_timer", "sample_comments"),
    ),
    ("cli", "__main__"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One imported module, or name of a package."""

    module: str  # dotted, such as "engine.config"
    is_for_types: bool  # under `if TYPE_CHECKING`
    line: int


def imports_of(source: str, package: str = "") -> list[Import]:
    """Return every import in a module's source text, those inside functions too."""
    tree = ast.parse(source)
    typed = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    found = []
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [_absolute(node, package)]
        found += [
            Import(
                module=name,
                is_for_types=id(node) in typed,
                line=getattr(node, "lineno", 0),
            )
            for name in names
        ]
    return found


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*parts, node.module] if node.module else parts)


@cache
def modules(package: str) -> dict[str, Path]:
    """Return the modules of a top-level package by dotted name."""
    paths = sorted((ROOT / package).rglob("*.py"))
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in paths
    }


@cache
def imports(module: str) -> list[Import]:
    path = modules(module.split(".")[0])[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return imports_of(path.read_text(encoding="utf-8"), package)


def third_party(module: str) -> set[str]:
    tops = {found.module.split(".")[0] for found in imports(module)}
    return {top for top in tops if top not in sys.stdlib_module_names}


def test_that_an_import_under_type_checking_is_told_apart() -> None:
    source = "if TYPE_CHECKING:\n    from engine.rnn import RNN\ndef f():\n    import torch\n"

    found = [(item.module, item.is_for_types) for item in imports_of(source)]

    assert found == [("engine.rnn", True), ("torch", False)]


def test_that_the_engine_imports_neither_qt_nor_the_app() -> None:
    strangers = {
        module: left
        for module in modules("engine")
        if (left := third_party(module) - ENGINE_LIBRARIES - {"engine"})
    }

    assert strangers == {}


def test_that_the_app_imports_neither_torch_nor_other_engine_libraries() -> None:
    strangers = {}
    for module in modules("app"):
        allowed = APP_LIBRARIES | {"app", "engine"}
        allowed |= {"numpy"} if module in MAY_USE_NUMPY else set()
        if left := third_party(module) - allowed:
            strangers[module] = left

    assert strangers == {}


def engine_graph() -> dict[str, set[str]]:
    """Return what each module of the engine imports of the engine at run time."""
    return {
        module.removeprefix("engine."): {
            found.module.removeprefix("engine.")
            for found in imports(module)
            if found.module.startswith("engine.") and not found.is_for_types
        }
        for module in modules("engine")
        if module != "engine"
    }


def test_that_the_engine_has_no_circular_import() -> None:
    order = list(TopologicalSorter(engine_graph()).static_order())

    assert {"errors", "rnn", "cli"} <= set(order)


def test_that_the_engine_imports_in_one_direction() -> None:
    graph = engine_graph()
    layer_of = {name: level for level, names in enumerate(ENGINE_LAYERS) for name in names}
    reached: dict[str, set[str]] = {}
    for module in TopologicalSorter(graph).static_order():
        used = graph.get(module, set())
        reached[module] = used.union(*(reached[name] for name in used))

    against = [
        f"{module} reaches {other}"
        for module, level in layer_of.items()
        for other in reached.get(module, set())
        if layer_of.get(other, 0) > level
    ]

    assert against == []


def test_that_the_engine_imports_resources_only_as_data() -> None:
    importers = [m for m in modules("engine") if "resources" in third_party(m)]

    assert importers == []


def test_that_the_engine_prints_only_in_its_command_line() -> None:
    printing = [
        module
        for module, path in modules("engine").items()
        if not module.startswith(("engine.cli", "engine.__main__"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
    ]

    assert printing == []


def loaded_after(statement: str) -> set[str]:
    """Return which modules a fresh Python has loaded after `statement`."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    return set(done.stdout.split())


def test_that_the_front_of_the_engine_loads_no_library() -> None:
    assert not loaded_after("import engine") & {"numpy", "torch", "nltk", "safetensors"}


def test_that_the_settings_and_events_load_no_library() -> None:
    loaded = loaded_after("from engine import TrainConfig, LossPoint, RunControl, EngineError")

    assert not loaded & {"numpy", "torch", "nltk", "safetensors", "onnx"}


def test_that_the_app_starts_without_torch_and_nltk() -> None:
    assert not loaded_after("import app.application") & {"torch", "nltk"}


@pytest.mark.parametrize("package", ["app", "engine", "resources"])
def test_that_no_module_is_longer_than_the_ceiling(package: str) -> None:
    lengths = {
        module: len(path.read_text(encoding="utf-8").splitlines())
        for module, path in modules(package).items()
    }

    assert {module: n for module, n in lengths.items() if n > CEILING} == {}
