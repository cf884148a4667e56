"""Who may import whom: the arrows between the rooms, read from the sources.

An import under `if TYPE_CHECKING` is for the type checker only and makes no
arrow at run time; it counts only where a test says so.
"""

import ast
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CEILING = 500  # lines of a module that is one idea
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
MAY_USE_NUMPY = {"app.widgets.loss_plot", "app.state.loss_history", "app.state.series"}

# Rooms of the app and what of the app each may import; application may import all.
APP_ARROWS = {
    "app.formatting": (),
    "app.scale": (),
    "app.theme": ("app.scale",),
    "app.state": ("app.state",),
    "app.tasks": ("app.tasks",),
    "app.settings": ("app.theme",),
    "app.errors": ("app.tasks.worker",),
    "app.widgets": (
        *("app.widgets", "app.formatting", "app.scale", "app.theme", "app.state", "app.errors"),
    ),
    "app.tabs": (
        *("app.tabs", "app.widgets", "app.formatting", "app.scale", "app.theme", "app.state"),
    ),
    "app.controllers": (
        *("app.controllers", "app.tabs", "app.widgets", "app.state", "app.tasks"),
        *("app.errors", "app.settings", "app.formatting", "app.theme"),
    ),
    "app.main_window": ("app.widgets", "app.theme"),
    "app.jobs": ("app.controllers", "app.widgets"),
    "app.application": ("app",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One imported module, or name of a package."""

    module: str  # dotted, such as "engine.config"
    is_from: bool  # from module import …
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
            if names[0].count(".") < 2 and names[0].startswith("app"):
                # `from app.controllers import x` may name a module: count both.
                names += [f"{names[0]}.{alias.name}" for alias in node.names]
        found += [
            Import(
                module=name,
                is_from=isinstance(node, ast.ImportFrom),
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


def starts_with(module: str, prefix: str) -> bool:
    return module == prefix or module.startswith(f"{prefix}.")


def test_that_an_import_under_type_checking_is_told_apart() -> None:
    source = (
        "if TYPE_CHECKING:\n    from engine.network.rnn import RNN\ndef f():\n    import torch\n"
    )

    found = [(item.module, item.is_for_types) for item in imports_of(source)]

    assert found == [("engine.network.rnn", True), ("torch", False)]


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


def test_that_the_app_uses_only_the_front_of_the_engine() -> None:
    behind = [
        f"{module}, line {found.line}: {found.module}"
        for module in modules("app")
        for found in imports(module)
        if found.module.startswith("engine") and not found.is_for_types
        if not (found.is_from and found.module == "engine")
    ]

    assert behind == []


@pytest.mark.parametrize("room", APP_ARROWS)
def test_that_a_room_of_the_app_imports_only_the_rooms_it_may(room: str) -> None:
    wrong = [
        f"{module}, line {found.line}: {found.module}"
        for module in modules("app")
        if starts_with(module, room)
        for found in imports(module)
        if starts_with(found.module, "app") and not found.is_for_types
        if not any(starts_with(found.module, allowed) for allowed in APP_ARROWS[room])
    ]

    assert wrong == []


def test_that_every_module_of_the_app_is_in_a_room() -> None:
    packages = {"app", *(f"app.{path.parent.name}" for path in modules("app").values())}
    homeless = [
        module
        for module in modules("app")
        if module not in packages and not any(starts_with(module, room) for room in APP_ARROWS)
    ]

    assert homeless == []


def test_that_only_the_composition_root_imports_the_main_window() -> None:
    importers = {
        module
        for module in modules("app")
        if any(starts_with(i.module, "app.main_window") for i in imports(module))
        if any(not i.is_for_types for i in imports(module) if "main_window" in i.module)
    }

    assert importers <= {"app.application"}


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
