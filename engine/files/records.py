"""Records from JSON values and back; what is of unknown origin is checked.

The one way from JSON to a record: for the settings of the program, what is said of a kept run,
and model and state files. Only what these need: numbers, texts, truth values, paths, tuples of
texts or numbers, sets of texts, tables from texts to texts or truth values, literals, records
within records and None. Range checks are the record's own.
"""

import dataclasses
import json
import math
import types
from collections.abc import Mapping
from pathlib import Path
from typing import (
    Any,
    Literal,
    Self,
    TypeGuard,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from engine.errors import ConfigError, ModelFileError

Record = TypeVar("Record")


class JsonRecord:
    """To and from plain JSON values; unknown keys of newer versions are left out."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """Return the fields as plain JSON values."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        return {field.name: _plain(getattr(self, field.name)) for field in fields}

    @classmethod
    def from_json(cls, values: object) -> Self:
        """Build the record from `to_json`'s values; raise `ConfigError` if one cannot be used."""
        try:
            return record_from_json(cls, values)
        except ModelFileError as error:
            raise ConfigError(
                f"The stored settings of {cls.__name__} are damaged: {error}."
            ) from error

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Build the record from the JSON text of `to_json`'s values, as `from_json` does."""
        try:
            values = parse_json(text, "their text")
        except ModelFileError as error:
            raise ConfigError(
                f"The stored settings of {cls.__name__} are damaged: {error}."
            ) from error
        return cls.from_json(values)


def _plain(value: object) -> object:
    if isinstance(value, JsonRecord):
        return value.to_json()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(value)
    return dict(value) if isinstance(value, Mapping) else value


def record_from_json(kind: type[Record], values: object) -> Record:
    """Return the record of class `kind` with `values`; keys of newer programs are left out.

    Raises
    ------
    ModelFileError
        If a value is missing, of another type or out of range; the message is a
        reason to be put after "because".
    """
    if not isinstance(values, dict):
        raise ModelFileError(f"it has no {kind.__name__}")
    hints = get_type_hints(kind)
    kept: dict[str, Any] = {}
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        if field.name in values:
            kept[field.name] = _checked(values[field.name], hints[field.name], field.name)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ModelFileError(f"its {kind.__name__} lacks '{field.name}'")
    try:
        return kind(**kept)
    except (ConfigError, ValueError, TypeError) as error:
        reason = str(error).rstrip(".")
        raise ModelFileError(f"its {kind.__name__} cannot be used: {reason}") from error


def _checked(value: object, hint: Any, name: str) -> object:
    """Return `value` as the type `hint` asks, or raise."""
    for alternative in _alternatives(hint):
        if alternative is float and is_number(value):
            return float(value)
        if alternative in (int, str, bool) and type(value) is alternative:
            return value
        if alternative is type(None) and value is None:
            return None
        if alternative is Path and isinstance(value, str):
            return Path(value)
        if dataclasses.is_dataclass(alternative) and isinstance(value, dict):
            return record_from_json(alternative, value)  # type: ignore[arg-type]
        if get_origin(alternative) is Literal and value in get_args(alternative):
            return value
        if get_origin(alternative) is tuple and _are_all(value, get_args(alternative)[0]):
            return tuple(value)  # type: ignore[arg-type]
        if get_origin(alternative) is frozenset and _are_all(value, str):
            return frozenset(value)  # type: ignore[call-overload]
        if get_origin(alternative) is Mapping and isinstance(value, dict):
            kind = get_args(alternative)[1]
            if all(type(item) is kind for item in value.values()):
                return value
    raise ModelFileError(f"'{name}' is {ascii(value)[:40]}, which is of the wrong kind")


def _alternatives(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def is_number(value: object) -> TypeGuard[int | float]:
    """Tell whether a JSON value is a number that a float holds, and finite."""
    if type(value) is int:
        return abs(value) < 1 << 53  # a float holds it exactly
    return type(value) is float and math.isfinite(value)


def _are_all(value: object, kind: type) -> bool:
    """Return whether `value` is a list of texts, or of numbers where `kind` is float."""
    if not isinstance(value, list):
        return False
    return all(is_number(item) if kind is float else isinstance(item, str) for item in value)


def parse_json(text: str | bytes, where: str) -> Any:
    """Return JSON values; refuse repeated keys, NaN, Infinity and deep nesting."""
    try:
        return json.loads(
            text.decode("utf-8") if isinstance(text, bytes) else text,
            object_pairs_hook=_unique_keys,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"{where} cannot be read") from error


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a repeated key")
    return values


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
