"""The typed table that everything after it relies on."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlgate.data.order import order

FEATURES = tuple(f"V{number}" for number in range(1, 29))
COLUMNS = ("Time", *FEATURES, "Amount", "Class")
"""Columns of the public credit-card fraud set (ULB); Class is 1 for fraud."""

_AT_ONCE = 1 << 15


@dataclass(frozen=True, slots=True)
class Transactions:
    """Rows in canonical order.

    ``frame`` has the columns ``COLUMNS`` (float64, Class int64); ``sha256`` is equal for the same rows in any
    order and from any source.
    """

    frame: pd.DataFrame
    sha256: str
    source: str


def canonical(frame: pd.DataFrame, source: str) -> Transactions:
    """Sort the rows by all columns and hash them; ``frame`` must have ``COLUMNS`` with finite numbers."""
    return taken({name: frame[name].to_numpy(dtype=np.float64) for name in COLUMNS}, source)


def taken(columns: dict[str, npt.NDArray[np.float64]], source: str) -> Transactions:
    """``canonical`` of columns that are taken out of ``columns`` one by one, so that no two copies exist at once."""
    rows = order(columns[name] for name in COLUMNS).rows
    # -0.0 and 0.0 are the same number and must not make two data sets of one.
    ordered = {name: columns.pop(name)[rows] + 0.0 for name in COLUMNS}
    frame = together({**ordered, "Class": ordered.pop("Class").astype(np.int64)})
    digest = hashlib.sha256(",".join(COLUMNS).encode() + b"\n")
    for block in blocks(frame):
        digest.update(block)
    return Transactions(frame, digest.hexdigest(), source)


def together(columns: dict[str, npt.NDArray[np.float64]]) -> pd.DataFrame:
    """A frame that keeps the very arrays of ``columns``; pandas alone would copy them into one."""
    return pd.DataFrame(columns, columns=list(COLUMNS), copy=False)


def blocks(frame: pd.DataFrame) -> Iterator[bytes]:
    """The rows as their hash sees them: 64-bit floats with the least byte first, row by row."""
    columns = [frame[name].to_numpy() for name in COLUMNS]
    for start in range(0, len(frame), _AT_ONCE):
        yield np.column_stack([each[start : start + _AT_ONCE] for each in columns]).astype("<f8", copy=False).tobytes()
