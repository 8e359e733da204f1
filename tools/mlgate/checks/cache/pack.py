"""Results as bytes and back, without trust in the bytes: nothing but a ``Result`` can come out of them."""

import io
import pickle
import zlib
from collections.abc import Sequence
from typing import Any

from mlgate import results
from mlgate.results import Result


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
    return zlib.compress(freeze(tuple(found)), level=1)


def unpack(data: bytes) -> tuple[Result, ...]:
    """What ``pack`` was given; raises ``UnreadableError`` for anything else."""
    try:
        raw = zlib.decompress(data)
    except zlib.error as err:
        raise UnreadableError(str(err)) from None
    found = thaw(raw)
    if not isinstance(found, tuple) or not all(isinstance(each, Result) for each in found):
        raise UnreadableError("these are no results")
    return found


def freeze(value: object) -> bytes:
    """Results and plain values as bytes."""
    return pickle.dumps(value, protocol=5)


def thaw(data: bytes) -> Any:
    """What ``freeze`` was given; raises ``UnreadableError`` for bytes that ask for anything else."""
    try:
        return _Reader(io.BytesIO(data)).load()
    except UnreadableError:
        raise
    except Exception as err:  # a reader of pickles may raise anything for bytes that are none
        raise UnreadableError(str(err)) from None
