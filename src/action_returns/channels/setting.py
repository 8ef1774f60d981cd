"""One setting of a channel or profile, as forms and documents read it from the settings class."""

import tomllib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from action_returns.channels.settings_base import Allowed, Asked


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a channel or profile, as forms and documents read it.

    Args:
        key: its name in config.toml.
        label: a few words, shown beside the field.
        description: one sentence.
        example: a value as it is written in a form.
        is_required: whether it has no default.
        default: the default as it is written in a form, ``""`` where there is none.
        suggestion: what the settings window shows first.
        choices: the allowed values, empty where a value is typed.
        allowed: what it may hold, in words, with texts as they are written in config.toml.
        asked: where it is asked for.
        cleared_by: keys of settings whose change removes this one.
    """

    key: str
    label: str
    description: str
    example: str
    is_required: bool
    default: str
    suggestion: str
    choices: tuple[str, ...]
    allowed: str
    asked: Asked
    cleared_by: tuple[str, ...]
    _type: Any

    @property
    def is_password(self) -> bool:
        """Whether it says where a password is kept; forms have a field of their own for that."""
        return self._type is SecretStr

    @property
    def is_flag(self) -> bool:
        """Whether it is true or false in config.toml, and yes or no in a form."""
        return self._type is bool

    @property
    def is_table(self) -> bool:
        """Whether it holds keys of its own, such as the reason codes of a profile."""
        return get_origin(self._type) is dict

    @property
    def is_list(self) -> bool:
        """Whether it holds several texts, such as the campaigns of the API."""
        return get_origin(self._type) is tuple

    def value(self, text: str) -> object:
        """Return the value for config.toml; text that does not fit stays text, and the reader of the file refuses it."""
        if self._type is int and text.isascii() and text.isdigit():
            return int(text)
        if self._type is bool:
            return {"yes": True, "true": True, "no": False, "false": False}.get(text, text)
        if self.is_table or self.is_list:
            with suppress(tomllib.TOMLDecodeError):
                value = tomllib.loads(f"value = {text}")["value"]
                return value if self.is_table or isinstance(value, list) else [text]
        if self.is_list:
            return [part.strip() for part in text.split(",")]
        return text


def describe(key: str, info: FieldInfo) -> Setting:
    """Return a setting as its class declares it.

    Args:
        key: its name in config.toml.
        info: what pydantic knows of the field.
    """
    extra: Any = info.json_schema_extra or {}
    kind, *facts = _without_none(info.annotation)
    choices = _choices(kind)
    default = "" if info.is_required() or info.default in (None, {}) else _as_text(info.default)
    return Setting(
        key=key,
        label=info.title or key,
        description=info.description or "",
        example=str((info.examples or [""])[0]),
        is_required=info.is_required(),
        default=default,
        suggestion=default or extra.get("suggestion", ""),
        choices=choices,
        allowed=_allowed(kind, choices, [*facts, *info.metadata]),
        asked=extra.get("asked", "always"),
        cleared_by=tuple(extra.get("cleared_by", ())),
        _type=str if get_origin(kind) is Literal else kind,
    )


def _without_none(annotation: Any) -> tuple[Any, ...]:
    """Return the type of a field, without None, and what Annotated says about it."""
    if get_origin(annotation) in {Union, UnionType}:
        (annotation,) = (part for part in get_args(annotation) if part is not NoneType)
    return get_args(annotation) if get_origin(annotation) is Annotated else (annotation,)


def _choices(kind: Any) -> tuple[str, ...]:
    """Return the values that a type allows, where they are listed."""
    if get_origin(kind) is Literal:
        return get_args(kind)
    return ("no", "yes") if kind is bool else ()


def _allowed(kind: Any, choices: tuple[str, ...], facts: Iterable[object]) -> str:
    if kind is bool:
        return "true or false"
    if choices:
        *others, last = (f'"{choice}"' for choice in choices)
        return f"{', '.join(others)} or {last}"
    return next((fact.text for fact in facts if isinstance(fact, Allowed)), "")


def _as_text(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
