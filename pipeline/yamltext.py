"""YAML with its places: which line says what, and edits that leave every other byte as it was.

What comes in is the text of a YAML file and a path into it (keys and indices); what goes out is a line number
or a new text. It does not know what the files mean.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Path = tuple[str | int, ...]
MOST_ALIASES: Final = 20
DEEPEST: Final = 100
"""So many levels deep no person writes; parsers go down a step for each, until the ground gives way."""
_BEGINS: Final = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_ENDS: Final = (yaml.SequenceEndEvent, yaml.MappingEndEvent)


class _Strict(yaml.constructor.SafeConstructor):
    """What no loader lets pass: a date that does not exist, and a name given twice; each a fault with a place."""

    def construct_yaml_timestamp(self, node: Any) -> Any:
        """Return a date or a time. Raises ``yaml.YAMLError`` for 30 February."""
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(None, None, f"{node.value}: {error}", node.start_mark) from error

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: FBT001, FBT002  (as yaml calls it)
        """Return a mapping. Raises ``yaml.YAMLError`` where a name stands twice: one of the two would not count."""
        seen: dict[str, int] = {}
        for name, _ in getattr(node, "value", ()):
            if isinstance(name, yaml.ScalarNode) and name.value in seen and name.value != "<<":
                reason = f"{name.value} stands in line {seen[name.value]} already; one of the two would not count"
                raise yaml.constructor.ConstructorError(None, None, reason, name.start_mark)
            seen[str(name.value)] = name.start_mark.line + 1
        return super().construct_mapping(node, deep=deep)


_Strict.add_constructor("tag:yaml.org,2002:timestamp", _Strict.construct_yaml_timestamp)  # type: ignore[type-var]


class Loader(_Strict, yaml.SafeLoader):
    """YAML's safe loader, strict, and with no more aliases than a person writes.

    A few lines of them can stand for more than any memory holds.
    """

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._aliases = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Return the next node. Raises ``yaml.YAMLError`` for aliases of what they are a part of, or too many."""
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            node = self.anchors.get(event.anchor)
            self._aliases += 1
            if self._aliases > MOST_ALIASES or (node is not None and node.end_mark is None):
                reason = f"*{event.anchor} leads in a circle, or there are more than {MOST_ALIASES} such aliases"
                raise yaml.composer.ComposerError(None, None, reason, event.start_mark)
        return super().compose_node(parent, index)


_FASTEST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML is not everywhere built with the library in C


class _QuickLoader(_Strict, _FASTEST):  # type: ignore[misc]
    """The same, by the library in C, which is ten times as fast; it counts no aliases, and explains less."""


class _Dumper(yaml.SafeDumper):
    """Writes as people do: a list of words on one line, all else line by line, and everything in full."""

    def ignore_aliases(self, data: Any) -> bool:
        """Tell that ``data`` is written again where it stands again."""
        del data
        return True

    def represent_list(self, data: Any) -> yaml.SequenceNode:
        """Return a list, on one line where nothing in it has parts."""
        on_a_line = not any(isinstance(item, (dict, list)) for item in data)
        return self.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=on_a_line)


_Dumper.add_representer(list, _Dumper.represent_list)


def parse(text: str, taught: Callable[[Any], None] | None = None) -> Any:
    """Return the data of ``text``. Raises ``yaml.YAMLError``, whose mark holds line and column from 0.

    ``taught`` adds tags of its own to what a loader knows.
    """
    _see_that_shallow(text)
    if "*" not in text:  # which no alias goes without
        with suppress(yaml.YAMLError, ValueError, KeyError, IndexError, AttributeError, TypeError, RecursionError):
            return yaml.load(text, Loader=_taught(_QuickLoader, taught))  # noqa: S506  (a SafeLoader)
    with _as_yaml_error():
        return yaml.load(text, Loader=_taught(Loader, taught))  # noqa: S506  (a SafeLoader)


def parse_as_written(text: str) -> Any:
    """Return the data of ``text``, in which whatever is no list or mapping is a text as it is written, or None.

    So 0470 stays a telephone number, 12:30 a time and No a name. It is the failsafe schema (YAML 1.2.2, section 10.1)
    with a null. Raises ``yaml.YAMLError`` as ``parse`` does.
    """
    return parse(text, _take_as_written)


def _take_as_written(loader: Any) -> None:
    for name in ("bool", "int", "float", "timestamp", "binary"):
        loader.add_constructor(f"tag:yaml.org,2002:{name}", lambda _, node: node.value)


def _taught(loader: Any, taught: Callable[[Any], None] | None) -> Any:
    if taught is None:
        return loader
    pupil = type("Taught", (loader,), {})
    taught(pupil)
    return pupil


def _see_that_shallow(text: str) -> None:
    """Raise ``yaml.YAMLError`` where ``text`` nests deeper than ``DEEPEST``; what cannot is not looked at."""
    most = max((len(line) - len(line.lstrip(" \t-?:")) for line in text.split("\n")), default=0)
    if most + text.count("[") + text.count("{") <= DEEPEST:
        return
    depth = 0
    deepest: Any = None  # a mark
    with suppress(yaml.YAMLError):  # the parser says what is wrong
        for event in yaml.parse(text, Loader=_FASTEST):
            depth += isinstance(event, _BEGINS) - isinstance(event, _ENDS)
            if depth > DEEPEST:
                deepest = event.start_mark
                break
    if deepest:
        reason = f"this is more than {DEEPEST} levels deep; write it flatter"
        raise yaml.MarkedYAMLError(note=reason, problem_mark=deepest)


@contextmanager
def _as_yaml_error() -> Iterator[None]:
    """Make of whatever else the parser stumbles over (``!!int x``, a thousand brackets) an error of YAML."""
    try:
        yield
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, RecursionError) as error:
        raise yaml.YAMLError(f"a value is none of its kind ({type(error).__name__})") from error


@lru_cache(maxsize=8)  # each finding asks for its line
def _composed(text: str) -> yaml.Node | None:
    with _as_yaml_error():
        node: yaml.Node | None = yaml.compose(text, Loader=Loader)
        return node


def line_of(text: str, path: Path) -> int:
    """Return the line, from 1, of the deepest part of ``path`` that stands in ``text``.

    It is the first of what only the library in C can read (a tab behind a colon), which tells no places.
    """
    try:
        node = _composed(text)
    except yaml.YAMLError:
        return 1
    line = 1
    for key in path:
        found = _child(node, key)
        if found is None:
            break
        place, node = found
        line = place.start_mark.line + 1
    return line


def append_items(text: str, path: Path, items: Sequence[dict[str, Any] | str]) -> str:
    """Return ``text`` with ``items`` at the end of the list at ``path``. Raises ``ValueError`` where it cannot."""
    if not items:
        return text

    def edit(text: str) -> str:
        node = _find(text, path)
        if node is None:
            return _with_new_list(text, path, items)
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            return _in_place_of(text, node, _block(items, _indent_of_line(text, node) + 2))
        if node.flow_style:
            at = node.value[-1].end_mark.index
            return f"{text[:at]}, {', '.join(map(_flow, items))}{text[at:]}"
        at = _end_of_line(text, _content_end(text, node.value[-1]))
        return text[:at] + _block(items, node.start_mark.column) + text[at:]

    return _edited(text, edit, lambda data: _list_at(data, path).extend(items))


def remove_item(text: str, path: Path, index: int) -> str:
    """Return ``text`` without item ``index`` of the list at ``path``. Raises ``ValueError`` where it cannot."""

    def edit(text: str) -> str:
        node = _find(text, path)
        if not isinstance(node, yaml.SequenceNode) or node.flow_style:
            raise ValueError("the list is not written one item a line")
        item = node.value[index]
        start = _start_of_item(text, node, item)
        without = text[:start] + text[_end_of_line(text, _content_end(text, item)) + 1 :]
        if len(node.value) > 1:
            return without
        key = text.index(":", _key(text, path).end_mark.index) + 1
        return without[:key] + " []" + without[key:]

    return _edited(text, edit, lambda data: _list_at(data, path).pop(index))


def set_value(text: str, path: Path, value: str) -> str:
    """Return ``text`` with the scalar at ``path`` replaced by ``value``. Raises ``ValueError`` where it cannot."""

    def edit(text: str) -> str:
        node = _find(text, path)
        if not isinstance(node, yaml.ScalarNode) or node.style in {"|", ">"}:
            raise ValueError(f"{'.'.join(map(str, path))} is not a one-line value")
        if node.value == "" and node.style is None:  # nothing stands behind the colon
            at = text.index(":", _key(text, path).end_mark.index) + 1
            return f"{text[:at]} {_flow(value)}{text[at:]}"
        return text[: node.start_mark.index] + _flow(value) + text[node.end_mark.index :]

    def change(data: Any) -> None:
        for key in path[:-1]:
            data = data[key]
        data[path[-1]] = value

    return _edited(text, edit, change)


def set_item(text: str, name: str, key: str, value: str) -> str:
    """Return ``text`` with ``key: value`` in its mapping ``name``, which is made where there is none.

    Raises ``ValueError`` where it cannot.
    """
    pair = _flow({key: value})[1:-1]

    def edit(text: str) -> str:
        node = _find(text, (name,))
        if node is None:
            return text.rstrip("\n") + "\n" * bool(text.strip()) + f"{name}: {{{pair}}}\n"
        if found := _child(node, key):
            return text[: found[0].start_mark.index] + pair + text[found[1].end_mark.index :]
        if not isinstance(node, yaml.MappingNode):
            raise ValueError(f"{name}: holds no names with a value each")  # noqa: TRY004  (as all that cannot be edited)
        if not node.flow_style:
            at = _end_of_line(text, _content_end(text, node))
            return f"{text[:at]}\n{' ' * node.start_mark.column}{pair}{text[at:]}"
        at = node.value[-1][1].end_mark.index if node.value else node.start_mark.index + 1
        return f"{text[:at]}{', ' * bool(node.value)}{pair}{text[at:]}"

    return _edited(text, edit, lambda data: data.setdefault(name, {}).update({key: value}))


def in_a_line(value: Any) -> str:
    """Return ``value`` as YAML on one line."""
    return _flow(value)


def _edited(old: str, edit: Callable[[str], str], change: Callable[[Any], object]) -> str:
    """Return what ``edit`` makes of ``old``, if it says what ``old`` says with ``change`` made, and nothing else."""
    windows = "\r\n" in old and "\n" not in old.replace("\r\n", "")
    try:
        new = edit(old.replace("\r\n", "\n") if windows else old)
        data = parse(old) or {}
        change(data)
        same = parse(new) == data
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is written in a way that only you can change: {error}") from error
    if not same:
        raise ValueError("the change would touch more than its own place")
    return new.replace("\n", "\r\n") if windows else new


def _flow(value: Any) -> str:
    dumped = yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True, sort_keys=False)
    return dumped.removesuffix("...\n").strip()


def _key(text: str, path: Path) -> yaml.Node:
    """Return the node of the last key of ``path``."""
    found = _child(_find(text, path[:-1]), path[-1])
    assert found is not None
    return found[0]


def _start_of_item(text: str, node: yaml.SequenceNode, item: yaml.Node) -> int:
    """Return where the line begins that holds the dash of ``item``; the dash may stand alone above it."""
    lines = text[: _end_of_line(text, item.start_mark.index)].split("\n")
    while not lines[-1][node.start_mark.column :].startswith("-"):
        lines.pop()
    return len("\n".join(lines[:-1])) + bool(lines[:-1])


def _list_at(data: Any, path: Path) -> list[Any]:
    for key in path[:-1]:
        if data.get(key) is None:
            data[key] = {}
        data = data[key]
    if data.get(path[-1]) is None:
        data[path[-1]] = []
    found: list[Any] = data[path[-1]]
    return found


def _child(node: yaml.Node | None, key: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """Return where ``key`` stands and what it leads to."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == str(key):
                return name, value
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key], node.value[key]
    return None


def _find(text: str, path: Path) -> yaml.Node | None:
    node = _composed(text)
    for key in path:
        found = _child(node, key)
        if found is None:
            return None
        node = found[1]
    return node


def _content_end(text: str, node: yaml.Node) -> int:
    """Return where ``node`` ends, without the comments and blank lines that a block's own mark takes in."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _content_end(text, last[1] if isinstance(last, tuple) else last)
    end: int = node.end_mark.index
    is_block = isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}
    return len(text[:end].rstrip("\n")) if is_block else end


def _end_of_line(text: str, index: int) -> int:
    found = text.find("\n", index)
    return len(text) if found < 0 else found


def _indent_of_line(text: str, node: yaml.Node) -> int:
    line = text.splitlines()[node.start_mark.line]
    return len(line) - len(line.lstrip())


def _block(items: Sequence[Any], indent: int) -> str:
    lines = (line for item in items for line in ([f"- {_flow(item)}"] if isinstance(item, str) else _lines([item])))
    return "".join("\n" + " " * indent + line for line in lines)


def _lines(value: Any) -> Sequence[str]:
    dumped = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**6)
    return dumped.rstrip("\n").split("\n")


def _in_place_of(text: str, node: yaml.Node, new: str) -> str:
    start = len(text[: node.start_mark.index].rstrip())
    return text[:start] + new + text[node.end_mark.index :]


def _with_new_list(text: str, path: Path, items: Sequence[dict[str, Any] | str]) -> str:
    """Return ``text`` with the missing end of ``path`` written in, the list holding ``items``."""
    known = next(count for count in range(len(path) - 1, -1, -1) if count == 0 or _find(text, path[:count]))
    value: Any = list(items)
    for key in reversed(path[known:]):
        value = {key: value}
    lines = _lines(value)
    parent = _find(text, path[:known]) if known else None
    if parent is None:
        return text.rstrip("\n") + "\n" * bool(text.strip()) + "\n".join(lines) + "\n"
    if not isinstance(parent, yaml.MappingNode) or parent.flow_style:
        return _in_place_of(text, parent, "".join(f"\n{' ' * (2 * known)}{line}" for line in lines))
    at = _end_of_line(text, _content_end(text, parent))
    return text[:at] + "".join(f"\n{' ' * parent.start_mark.column}{line}" for line in lines) + text[at:]
