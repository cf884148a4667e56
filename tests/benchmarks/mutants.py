"""Small defects for a module's source text: each a single change that a test should notice.

Kinds: a comparison negated or moved by one, an operator of arithmetic or logic swapped,
a condition negated, a number or truth value changed, a return value dropped, a statement
left out. Left alone are texts (messages would be most of the mutants), annotations,
decorators, assertions for the type checker, and what only Windows runs.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

_NEGATED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_MOVED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
_SWAPPED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_DROPPED = (ast.Expr, ast.AugAssign, ast.Raise, ast.Continue, ast.Break, ast.Delete)
_NOT_OURS = ("annotation", "returns", "decorator_list", "bases", "type_params")


Path = tuple[tuple[str, int | None], ...]  # fields, and places in lists, from the root


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A module with one defect."""

    line: int
    place: str  # the function or class that it is in
    before: str  # the changed code, on one line
    after: str
    text: str  # the line of the source, as it was
    tree: ast.Module  # of the module without the defect
    path: Path
    node: ast.AST  # the defect

    def __str__(self) -> str:
        changed = f"{self.place}: {self.before} -> {self.after}"
        return changed if self.text == self.before else f"{changed}   in   {self.text}"

    @property
    def source(self) -> str:
        """The text of the whole module."""
        tree = copy.deepcopy(self.tree)
        parent, (name, index) = _at(tree, self.path[:-1]), self.path[-1]
        if index is None:
            setattr(parent, name, self.node)
        else:
            getattr(parent, name)[index] = self.node
        return ast.unparse(ast.fix_missing_locations(tree))


def mutants_of(source: str) -> list[Mutant]:
    """Return every mutant of a module's source text, in the order of the text."""
    tree, lines = ast.parse(source), source.splitlines()
    mutants = []
    for path, place in _paths(tree, (), "module"):
        node = _at(tree, path)
        mutants += [
            Mutant(
                line=node.lineno,  # type: ignore[attr-defined]
                place=place,
                before=_on_one_line(node),
                after=_on_one_line(after),
                text=lines[node.lineno - 1].partition("  #")[0].strip(),  # type: ignore[attr-defined]
                tree=tree,
                path=path,
                node=after,
            )
            for after in _changes(node)
        ]
    return sorted(mutants, key=lambda each: each.line)


def _paths(node: ast.AST, path: Path, place: str) -> Iterator[tuple[Path, str]]:
    """Yield the path to every node that may be changed, and the name of its place."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        place = node.name if place == "module" else f"{place}.{node.name}"
    if _is_left_alone(node):
        return
    if path:
        yield path, place
    for name, value in ast.iter_fields(node):
        if name in _NOT_OURS:
            continue
        if name == "body" and _only_on_windows(node):
            continue
        if name == "keywords" and _is_zip(node):
            continue
        for index, child in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(child, ast.AST):
                step = (name, index if isinstance(value, list) else None)
                yield from _paths(child, (*path, step), place)


def _is_left_alone(node: ast.AST) -> bool:
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    is_test_of_platform = isinstance(node, ast.Compare) and "platform" in ast.unparse(node)
    return is_text or is_test_of_platform or isinstance(node, (ast.Assert, ast.JoinedStr))


def _only_on_windows(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in (
        "sys.platform == 'win32'",
        "TYPE_CHECKING",
    )


def _is_zip(node: ast.AST) -> bool:
    """Tell whether `node` is a call of zip: its `strict` only guards against ourselves."""
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "zip"


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in a node's place."""
    match node:
        case ast.Compare(ops=[operator]):
            for table in (_NEGATED, _MOVED):
                if type(operator) in table:
                    yield ast.Compare(node.left, [table[type(operator)]()], node.comparators)
        case ast.Compare(ops=[*operators]):
            for index, operator in enumerate(operators):
                for table in (_NEGATED, _MOVED):
                    if type(operator) in table:
                        changed = [*operators]
                        changed[index] = table[type(operator)]()
                        yield ast.Compare(node.left, changed, node.comparators)
        case ast.BinOp() if type(node.op) in _SWAPPED:
            yield ast.BinOp(node.left, _SWAPPED[type(node.op)](), node.right)
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int() | float() as number):
            yield ast.Constant(number + 1)
        case ast.Return(value=ast.expr()):
            if not (isinstance(node.value, ast.Constant) and node.value.value is None):
                yield ast.Return(ast.Constant(None))
        case ast.If(test=ast.Name() | ast.Attribute() | ast.Call()):
            yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
    if isinstance(node, _DROPPED):
        yield ast.Pass()


def _at(tree: ast.AST, path: Path) -> ast.AST:
    node: ast.AST = tree
    for name, index in path:
        value = getattr(node, name)
        node = value if index is None else value[index]
    return node


def _on_one_line(node: ast.AST) -> str:
    if isinstance(node, ast.If):
        return f"if {ast.unparse(node.test)}"
    return " ".join(ast.unparse(node).split())
