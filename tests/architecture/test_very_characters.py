"""What a text holds is shown as it is: no tooltip and no label takes it for markup."""

import ast
from pathlib import Path

APP = Path(__file__).parents[2] / "app"


def unguarded(source: str) -> list[int]:
    """Return the lines that give a widget a tooltip which may be of a text, as it is."""
    calls = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "setToolTip"
    ]
    return [call.lineno for call in calls if not _is_safe(call.args[-1])]


def _is_safe(argument: ast.expr) -> bool:
    if isinstance(argument, ast.Call) and isinstance(argument.func, ast.Name):
        return argument.func.id == "as_plain"
    is_constant = isinstance(argument, ast.Name) and argument.id.isupper()
    return is_constant or isinstance(argument, ast.Constant)


def test_that_every_tooltip_that_is_not_fixed_shows_its_very_characters() -> None:
    found = {path.name: unguarded(path.read_text(encoding="utf-8")) for path in APP.rglob("*.py")}

    assert {name: lines for name, lines in found.items() if lines} == {}


def test_that_a_tooltip_of_a_text_is_noticed() -> None:
    assert unguarded("label.setToolTip(name)\nlabel.setToolTip(as_plain(name))") == [1]
