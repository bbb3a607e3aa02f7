"""Values that a build leaves for the next one, in a file: quick to read, and never more than data.

They are pickled, but nothing of a pickle is called that is not named here, so that a file from elsewhere (the cache of
a code host) can bring wrong data, and no more. A file that is torn, of another version, or holds a value of another
form than its reader expects, is as good as none.
"""

from __future__ import annotations

import io
import pickle
import shutil
from enum import Enum
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_MADE_BY: Final = ("model", "post", "html", "publish", "yamltext.py", "faults.py")
"""What of Byline's own code decides what is remembered."""
_ALLOWED: Final = frozenset(
    {
        ("datetime", "date"),
        ("datetime", "datetime"),
        ("datetime", "timedelta"),
        ("datetime", "timezone"),
        ("collections", "Counter"),
        ("pathlib", "PosixPath"),
        ("pathlib", "WindowsPath"),
        *(
            ("pipeline.model.posts", name)
            for name in ("Post", "Take", "Source", "Quotation", "Assisted", "Kind", "Wish")
        ),
    }
)


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is none of ours")
        return super().find_class(module, name)


class _Writer(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        """Write a member of an enumeration by its value; some releases of Python do it by calling ``getattr``."""
        return (type(value), (value.value,)) if isinstance(value, Enum) else NotImplemented


def load(path: Path, form: Any) -> Any:
    """Return what was saved at ``path``; None where there is nothing of that ``form`` (see ``fits``)."""
    try:
        made_by, _, data = path.read_bytes().partition(b"\n")
        value = _Reader(io.BytesIO(data)).load() if made_by == _code() else None
        return value if fits(value, form) else None
    except Exception:  # noqa: BLE001  (a torn pickle fails in any way)
        return None


def fits(value: Any, form: Any) -> bool:
    """Tell whether ``value`` is of a ``form``.

    That is a type, or made of forms: ``[str]`` is a list of texts, ``{str: int}`` a mapping, ``(str, int)`` a tuple of
    these two, and ``(str, ...)`` one of any number of texts.
    """
    if isinstance(form, dict):
        [(name, known)] = form.items()
        return isinstance(value, dict) and all(fits(key, name) and fits(each, known) for key, each in value.items())
    if isinstance(form, list):
        return isinstance(value, list) and all(fits(each, form[0]) for each in value)
    if isinstance(form, tuple):
        if not isinstance(value, tuple):
            return False
        forms = form[:1] * len(value) if form[-1] is ... else form
        return len(value) == len(forms) and all(map(fits, value, forms))
    return isinstance(value, form)


def save(path: Path, value: Any) -> None:
    """Save ``value`` at ``path`` in one move."""
    folder_at(path.parent)
    if path.is_dir():
        remove(path)
    part = path.with_name(f"{path.name}.part")
    data = io.BytesIO()
    _Writer(data, pickle.HIGHEST_PROTOCOL).dump(value)
    part.write_bytes(_code() + b"\n" + data.getvalue())
    part.replace(path)


def remove(path: Path) -> None:
    """Take away what is at ``path``: a file, a link, or a folder with all that is in it; nothing may be there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def folder_at(path: Path) -> Path:
    """See to it that ``path`` is a folder, and return it; a file in its place is taken away."""
    if path.is_file():
        path.unlink()
    path.mkdir(parents=True, exist_ok=True)
    return path


@lru_cache(maxsize=1)
def _code() -> bytes:
    """Return a digest of the code that makes what is remembered: another version of Byline reads nothing of it."""
    made = blake2b(digest_size=8)
    for path in sorted(_files(Path(__file__).parents[2])):
        made.update(path.read_bytes())
    return made.hexdigest().encode()


def _files(package: Path) -> Iterator[Path]:
    for name in _MADE_BY:
        place = package / name
        yield from place.rglob("*.py") if place.is_dir() else [place]
