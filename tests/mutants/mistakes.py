"""The small mistakes that people make in code, each as one change of a source text."""

import ast
import copy
import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    one: other
    for pair in (
        (ast.Lt, ast.LtE),
        (ast.Gt, ast.GtE),
        (ast.Eq, ast.NotEq),
        (ast.Is, ast.IsNot),
        (ast.In, ast.NotIn),
        (ast.And, ast.Or),
        (ast.Add, ast.Sub),
    )
    for one, other in (pair, pair[::-1])
}
_FUNCTIONS = {"any": "all", "all": "any", "min": "max", "max": "min"}
_CLEANINGS = {"strip", "lstrip", "rstrip", "lower", "upper", "casefold"}
_ATOMS = (ast.Constant, ast.JoinedStr, ast.Name, ast.Call, ast.Attribute, ast.stmt)
_COMMA = re.compile(rb"(\s*,)?[ ]*")


@dataclass(frozen=True)
class Mutant:
    """One mistake in one file.

    Attributes:
        file: path below the root of the tree, with slashes.
        lines: first and last line of what is changed.
        statement: first and last line of the statement around it; of a compound one only the head.
        start: first changed byte of the file.
        stop: first byte behind the change.
        text: what stands there with the mistake.
        kind: the mistake in words.
        at_import: whether the line runs when the module is loaded, before any test.
    """

    file: str
    lines: tuple[int, int]
    statement: tuple[int, int]
    start: int
    stop: int
    text: str
    kind: str
    at_import: bool

    def applied(self, source: bytes) -> bytes:
        """Return the source with the mistake in it."""
        return source[: self.start] + self.text.encode() + source[self.stop :]

    def is_change(self, source: bytes) -> bool:
        """Return whether the mistake is valid Python and more than another spelling."""
        try:
            changed = compile(self.applied(source), self.file, "exec", ast.PyCF_ONLY_AST)
            compile(changed, self.file, "exec")
        except (SyntaxError, ValueError):
            return False
        return ast.dump(changed) != ast.dump(ast.parse(source))

    def difference(self, source: bytes) -> list[str]:
        """Return the lines taken away and added, as a diff shows them."""
        before, after = (text.decode().splitlines() for text in (source, self.applied(source)))
        return [
            line for line in difflib.unified_diff(before, after, n=0, lineterm="") if line[:2] not in ("--", "++", "@@")
        ]


@dataclass(frozen=True)
class _Place:
    """Where the walk through a file stands."""

    whole: ast.expr | None = None
    """The f-string around the node; Python 3.11 knows no exact place inside one."""
    statement: tuple[int, int] = (1, 1)
    at_import: bool = True

    def within(self, parent: ast.AST, node: ast.AST) -> "_Place":
        """Return the place of a node in this one."""
        return _Place(
            whole=self.whole or (node if isinstance(node, ast.JoinedStr) else None),
            statement=_head(node) if isinstance(node, ast.stmt | ast.ExceptHandler) else self.statement,
            at_import=self.at_import and not _runs_later(parent, node),
        )


def _head(node: ast.stmt | ast.ExceptHandler) -> tuple[int, int]:
    body = getattr(node, "body", None)
    return node.lineno, max(node.lineno, body[0].lineno - 1) if body else node.end_lineno


def _runs_later(parent: ast.AST, node: ast.AST) -> bool:
    """Return whether a node stands in the body of a function, not among its defaults and decorators."""
    if isinstance(parent, ast.Lambda):
        return node is parent.body
    return isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef) and node in parent.body


def mistakes_in(file: str, source: bytes) -> Iterator[Mutant]:
    """Return every mistake that can be made in a file, from top to bottom."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def walk(parent: ast.AST, place: _Place) -> Iterator[Mutant]:
        for node, put in _children(parent):
            here = place.within(parent, node)
            span = here.whole or node
            for kind, wrong in (*_mistakes_around(parent, node), *_mistakes(node)):
                stop = starts[span.end_lineno - 1] + span.end_col_offset
                if wrong is not None:
                    put(wrong)
                    text = ast.unparse(here.whole or wrong)
                    put(node)
                    if not isinstance(here.whole or wrong, _ATOMS):
                        text = f"({text})"
                elif here.whole:
                    continue
                else:
                    text = ""
                    stop = _COMMA.match(source, stop).end()
                yield Mutant(
                    file=file,
                    lines=(span.lineno, span.end_lineno),
                    statement=here.statement,
                    start=starts[span.lineno - 1] + span.col_offset,
                    stop=stop,
                    text=text,
                    kind=kind,
                    at_import=here.at_import,
                )
            yield from walk(node, here)

    yield from walk(ast.parse(source), _Place())


def _children(parent: ast.AST) -> Iterator[tuple[ast.AST, Callable[[ast.AST], None]]]:
    """Return the nodes below one that do something, each with the function that replaces it."""
    for name, value in ast.iter_fields(parent):
        if name in {"annotation", "returns"} or (name == "decorator_list" and isinstance(parent, ast.ClassDef)):
            continue
        if isinstance(value, list):
            pairs = [(node, lambda new, at=at, into=value: into.__setitem__(at, new)) for at, node in enumerate(value)]
        else:
            pairs = [(value, lambda new, name=name: setattr(parent, name, new))]
        yield from ((node, put) for node, put in pairs if isinstance(node, ast.AST) and not _does_nothing(node))


def _does_nothing(node: ast.AST) -> bool:
    """Return whether a node is for the type checker or for a direct start only."""
    if isinstance(node, ast.If):
        return any(
            isinstance(part, ast.Name) and part.id in {"TYPE_CHECKING", "__name__"} for part in ast.walk(node.test)
        )
    return isinstance(node, ast.Assert)


def _mistakes_around(parent: ast.AST, node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    """Return the mistakes that a node's place allows; None where the node is left out."""
    if isinstance(parent, ast.If) and node is parent.test:
        yield "always", ast.Constant(True)
        yield "never", ast.Constant(False)
    if isinstance(parent, ast.comprehension) and node in parent.ifs:
        yield "dropped filter", ast.Constant(True)
    if isinstance(parent, ast.Call) and isinstance(node, ast.keyword) and node.arg and not _is_message(node.value):
        yield f"dropped argument {node.arg}", None


def _mistakes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Compare():
            for at, operator in enumerate(node.ops):
                if other := _OPERATORS.get(type(operator)):
                    ops = [*node.ops[:at], other(), *node.ops[at + 1 :]]
                    yield "another comparison", _changed(node, ops=ops)
        case ast.BoolOp():
            yield "and for or, or for and", _changed(node, op=_OPERATORS[type(node.op)]())
            for at in range(len(node.values)):
                rest = node.values[:at] + node.values[at + 1 :]
                yield "dropped condition", rest[0] if len(rest) == 1 else _changed(node, values=rest)
        case ast.BinOp() | ast.AugAssign() if type(node.op) in _OPERATORS:
            yield "plus for minus, minus for plus", _changed(node, op=_OPERATORS[type(node.op)]())
        case ast.UnaryOp(op=ast.Not()):
            yield "dropped not", node.operand
        case ast.IfExp():
            yield "swapped branches", _changed(node, body=node.orelse, orelse=node.body)
        case ast.Constant(value=bool()):
            yield "opposite truth value", ast.Constant(not node.value)
        case ast.Constant(value=int()):
            yield "off by one", ast.Constant(node.value + 1)
            yield "off by one", ast.Constant(node.value - 1)
        case ast.Call():
            yield from _mistakes_in_call(node)
        case ast.Expr(value=ast.Call() | ast.Await()):
            yield "dropped call", ast.Pass()
        case ast.Continue():
            yield "break for continue", ast.Break()
        case ast.Return(value=ast.expr()) if not isinstance(node.value, ast.Constant):
            yield "returns nothing", ast.Return(ast.Constant(None))


def _mistakes_in_call(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS:
        other = _FUNCTIONS[node.func.id]
        yield f"{other} for {node.func.id}", _changed(node, func=ast.Name(other))
    if isinstance(node.func, ast.Attribute) and node.func.attr in _CLEANINGS and not node.args:
        yield f"dropped {node.func.attr}", node.func.value


def _is_message(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
    )


def _changed(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed
