"""Every query of the store, called with values made from the types of what it takes; and a row for every table."""

import dataclasses
import enum
import importlib
import inspect
import pkgutil
import types
import typing
from collections import abc
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

import pipeline.model
import pipeline.store as stores
from pipeline.errors import BylineError
from pipeline.store.schema import metadata

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


def value(column, canary):
    """Something that fits into a column, and shows whose it is where it is text."""
    kind = column.type
    if column.foreign_keys:
        [key] = column.foreign_keys
        return value(key.column, canary)
    if isinstance(kind, sa.JSON):
        return None if column.nullable else {} if column.name == "card" else []
    if isinstance(kind, stores.schema.Moment):
        return NOW
    made = {int: 1, float: 1.0, bool: False, bytes: canary.encode(), date: NOW.date()}
    if kind.python_type in made:
        return made[kind.python_type]
    return canary[: kind.length] if getattr(kind, "length", None) else canary


def fill(store, canary):
    """Put a row into each table."""
    with store.writing() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.insert(), {column.name: value(column, canary) for column in table.columns})


def told(store):
    """All that a store holds, as text."""
    with store.reading() as connection:
        return {table.name: repr(connection.execute(table.select()).all()) for table in metadata.sorted_tables}


# -- every function of the store that takes a connection, with values made for what it takes


def queries():
    for found in pkgutil.iter_modules(stores.__path__):
        module = importlib.import_module(f"pipeline.store.{found.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            takes = list(inspect.signature(function).parameters)
            if function.__module__ == module.__name__ and not name.startswith("_") and takes[:1] == ["connection"]:
                yield f"{found.name}.{name}", function


QUERIES = dict(queries())
NAMES = vars(typing) | vars(abc) | vars(pipeline.model) | {"datetime": datetime, "date": date, "timedelta": timedelta}
for other in pkgutil.iter_modules(pipeline.model.__path__):
    NAMES |= vars(importlib.import_module(f"pipeline.model.{other.name}"))
for other in ("forgotten", "entries", "pace", "deliveries", "returns", "weeks", "write", "send", "audience"):
    NAMES |= vars(importlib.import_module(f"pipeline.store.{other}"))


def hints(thing):
    home = vars(importlib.import_module(thing.__module__))
    noted = {}
    for each in reversed(getattr(thing, "__mro__", [thing])):
        noted |= inspect.get_annotations(each)
    noted.pop("return", None)
    noted.pop("connection", None)
    return typing.get_type_hints(types.SimpleNamespace(__annotations__=noted), NAMES | home, NAMES | home)


def made(kind, word):  # noqa: PLR0911
    """A value of a type, made of ``word`` and of ones."""
    kind = getattr(kind, "__supertype__", kind)
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in {typing.Union, types.UnionType}:
        return made(inner[0], word)
    if origin is typing.Literal:
        return inner[0]
    if origin in {abc.Mapping, dict}:
        return {made(inner[0], word): made(inner[1], word)}
    if origin is tuple and inner[-1:] != (...,):
        return tuple(made(each, word) for each in inner)
    if origin is not None:
        together = {frozenset: frozenset, set: set, tuple: tuple}.get(origin, list)
        return together([made(inner[0], word)])
    plain = {int: 1, float: 1.0, bool: True, bytes: b"12345678", datetime: NOW, date: NOW.date(), object: word}
    if kind in plain or kind is timedelta:
        return plain.get(kind, timedelta(hours=1))
    if issubclass(kind, enum.Enum):
        return next(iter(kind))
    if dataclasses.is_dataclass(kind) or hasattr(kind, "_fields"):
        return kind(**{name: made(each, word) for name, each in hints(kind).items() if name in fields_of(kind)})
    return kind(word)


def fields_of(kind):
    if hasattr(kind, "_fields"):
        return kind._fields
    return {each.name for each in dataclasses.fields(kind) if each.init}


def arguments(function, word):
    return {name: made(each, word) for name, each in hints(function).items()}


def called(function, connection, word):
    given = arguments(function, word)
    positional = list(given.values())
    if inspect.Parameter.VAR_POSITIONAL in {each.kind for each in inspect.signature(function).parameters.values()}:
        return function(connection, *positional)
    return function(connection, **given)


class Back(Exception):  # noqa: N818  (nothing that it did is kept)
    pass


def answered(store, function, word):
    """What a query answers. Made-up values may ask for what is not there; what they ask is seen all the same."""
    answer = None
    expected = suppress(Back, BylineError, sa.exc.SQLAlchemyError, LookupError, ValueError)
    with expected, store.writing(though_moved=True) as connection:
        answer = called(function, connection, word)
        answer = list(answer) if isinstance(answer, abc.Iterator) else answer
        raise Back
    return repr(answer)
