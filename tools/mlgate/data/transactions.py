"""The typed table that everything after it relies on."""

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

FEATURES = tuple(f"V{number}" for number in range(1, 29))
COLUMNS = ("Time", *FEATURES, "Amount", "Class")
"""Columns of the public credit-card fraud set (ULB); Class is 1 for fraud."""


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
    typed = frame.loc[:, list(COLUMNS)].astype(dict.fromkeys(COLUMNS[:-1], np.float64)).astype({"Class": np.int64})
    # -0.0 and 0.0 are the same number and must not make two data sets of one.
    typed[list(COLUMNS[:-1])] += 0.0
    ordered = typed.sort_values(list(COLUMNS), kind="stable", ignore_index=True)
    values = np.ascontiguousarray(ordered.to_numpy(dtype="<f8"))
    header = ",".join(COLUMNS).encode()
    return Transactions(ordered, hashlib.sha256(header + b"\n" + values.tobytes()).hexdigest(), source)
