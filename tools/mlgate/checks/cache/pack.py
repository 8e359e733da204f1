"""Results as bytes and back, without trust in the bytes: nothing but a ``Result`` can come out of them."""

import io
import pickle
import zlib
from collections.abc import Sequence
from typing import Any

from mlgate import results
from mlgate.results import Result

_LARGEST = 1 << 28


class UnreadableError(Exception):
    """The bytes are not what ``pack`` wrote."""


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        found = getattr(results, name, None)
        if module == results.__name__ and isinstance(found, type) and found.__module__ == module:
            return found
        raise UnreadableError(f"{module}.{name} is no part of a result")


def pack(found: Sequence[Result]) -> bytes:
    """The results as compressed bytes."""
    return zlib.compress(pickle.dumps(tuple(found), protocol=5), level=1)


def unpack(data: bytes) -> tuple[Result, ...]:
    """What ``pack`` was given; raises ``UnreadableError`` for anything else."""
    try:
        found = _Reader(io.BytesIO(zlib.decompress(data, bufsize=_LARGEST))).load()
    except UnreadableError:
        raise
    except Exception as err:  # a reader of pickles may raise anything for bytes that are none
        raise UnreadableError(str(err)) from None
    if not isinstance(found, tuple) or not all(isinstance(each, Result) for each in found):
        raise UnreadableError("these are no results")
    return found
