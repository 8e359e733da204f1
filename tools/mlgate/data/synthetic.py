"""Synthetic transactions, for a clone without data. They are made up and say nothing about real cards.

How they are made: the classes have the share of fraud of the public set (492 of 284,807). V1..V28 are independent
normal variables for legitimate rows. Three quarters of the frauds are shifted in the columns that tell fraud in
the public set (V3, V4, V10, V11, V12, V14, V17), by its rough direction and size; the others are drawn like legitimate
rows, so that no model can find them all: 100 % accuracy is out of reach by construction.
"""

import numpy as np
import pandas as pd

from mlgate.data.transactions import COLUMNS, FEATURES

ROWS = 50_000
FRAUD_RATE = 492 / 284_807
HIDDEN = 0.25
"""Share of the frauds that look like any legitimate row."""

SHIFT = {"V3": -5.0, "V4": 4.0, "V10": -5.0, "V11": 3.5, "V12": -6.0, "V14": -7.0, "V17": -6.0}
DAYS = 2


def generate(*, seed: int, rows: int = ROWS) -> pd.DataFrame:
    """A frame of ``rows`` transactions with the columns ``COLUMNS``, equal for equal arguments."""
    rng = np.random.Generator(np.random.PCG64(seed))
    frauds = max(8, round(rows * FRAUD_RATE))
    label = np.zeros(rows, dtype=np.int64)
    label[rng.choice(rows, frauds, replace=False)] = 1
    values = rng.standard_normal((rows, len(FEATURES)))
    _shift(values, np.flatnonzero(label), rng)
    time = np.sort(rng.integers(0, DAYS * 86_400, rows)).astype(np.float64)
    amount = np.round(np.exp(rng.normal(3.0, 1.4, rows)), 2)
    # Rounding keeps the last bits of the platform's mathematics out of the data set's identity.
    frame = pd.DataFrame(np.round(values, 9), columns=list(FEATURES))
    return frame.assign(Time=time, Amount=amount, Class=label)[list(COLUMNS)]


def _shift(values: np.ndarray, frauds: np.ndarray, rng: np.random.Generator) -> None:
    shown = frauds[: len(frauds) - round(len(frauds) * HIDDEN)]
    strength = rng.uniform(0.5, 1.2, len(shown))
    for name, shift in SHIFT.items():
        values[shown, FEATURES.index(name)] += shift * strength
