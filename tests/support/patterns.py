"""Find every regular expression of the product, and the methods it is used with."""

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

PRODUCT = Path(__file__).parents[2] / "src" / "action_returns"
METHODS = frozenset({"match", "fullmatch", "search", "findall", "finditer", "split", "sub", "subn"})
Function: TypeAlias = tuple[str, str]
"""A module and the name of a function in it, or of a name that it sets."""


@dataclass(frozen=True)
class Used:
    """A pattern with the methods it is used with.

    Args:
        place: module and line.
        pattern: the compiled pattern.
        methods: names of methods of ``re.Pattern``.
    """

    place: str
    pattern: "re.Pattern[Any]"
    methods: frozenset[str]


@dataclass
class Patterns:
    """All patterns of the product.

    Args:
        used: those that stand in a module as constants.
        made: functions that make a pattern from what they are told, with the places; a test gives examples of them.
        unclear: places whose method was not found.
    """

    used: list[Used] = field(default_factory=list)
    made: dict[Function, list[str]] = field(default_factory=dict)
    unclear: list[str] = field(default_factory=list)


def patterns_of_product() -> Patterns:
    """Read all modules and return their patterns."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted(PRODUCT.rglob("*.py"))}
    uses = _method_uses(trees.values())
    found = Patterns()
    for path, tree in trees.items():
        name = ".".join(("action_returns", *path.relative_to(PRODUCT).with_suffix("").parts)).removesuffix(".__init__")
        module: ModuleType | None = None
        for call, around in _calls(tree):
            module = module or importlib.import_module(name)
            _add(found, name, module, call, around, uses)
    return found


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, list[ast.AST]]]:
    """Return each call of the module ``re`` that takes a pattern, and the nodes around it from the outermost one on."""

    def walk(node: ast.AST, around: list[ast.AST]) -> Iterator[tuple[ast.Call, list[ast.AST]]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ImportFrom) and child.module == "re":
                raise AssertionError("import re, so that patterns can be found")
            if (
                isinstance(child, ast.Call)
                and isinstance(child.func, ast.Attribute)
                and isinstance(child.func.value, ast.Name)
                and child.func.value.id == "re"
                and child.func.attr in METHODS | {"compile"}
            ):
                yield child, around
            yield from walk(child, [*around, child])

    return walk(tree, [tree])


def _add(
    found: Patterns, name: str, module: ModuleType, call: ast.Call, around: list[ast.AST], uses: dict[str, set[str]]
) -> None:
    place = f"{name}:{call.lineno}"
    assert isinstance(call.func, ast.Attribute)
    flags = next((word.value for word in call.keywords if word.arg == "flags"), None)
    if call.func.attr == "compile" and len(call.args) > 1:
        flags = call.args[1]
    try:
        text = _value(call.args[0], module)
        pattern = text if isinstance(text, re.Pattern) else re.compile(text, _value(flags, module) if flags else 0)
    except NameError:
        functions = [node.name for node in around if isinstance(node, ast.FunctionDef)]
        found.made.setdefault((name, functions[-1] if functions else _names(around)[0]), []).append(place)
        return
    methods = {call.func.attr} & METHODS or _methods(around, uses)
    if not methods:
        found.unclear.append(place)
    found.used.append(Used(place, pattern, frozenset(methods)))


def _value(node: ast.expr, module: ModuleType) -> Any:
    return eval(compile(ast.Expression(node), "", "eval"), vars(module))  # the product's own constants


def _methods(around: list[ast.AST], uses: dict[str, set[str]]) -> set[str]:
    """Return the methods of a compiled pattern: the one behind it, or those of the name that it is given."""
    if isinstance(around[-1], ast.Attribute):
        return {around[-1].attr} & METHODS
    return {method for name in _names(around) for method in uses.get(name, ())}


def _names(around: list[ast.AST]) -> list[str]:
    for node in reversed(around):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            return [node.target.id]
        if isinstance(node, ast.Assign):
            return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def _method_uses(trees: Any) -> dict[str, set[str]]:
    """Return name -> the methods of patterns that are used of it anywhere."""
    uses: dict[str, set[str]] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in METHODS:
                of = node.value
                name = of.id if isinstance(of, ast.Name) else of.attr if isinstance(of, ast.Attribute) else ""
                uses.setdefault(name, set()).add(node.attr)
    return uses
