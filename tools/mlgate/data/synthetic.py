"""Synthetic transactions, for a clone without data. They are made up and say nothing about real cards.

How they are made: the classes have the share of fraud of the public set (492 of 284,807). V1..V28 are independent
standard normal variables for legitimate rows. Three quarters of the frauds, chosen at random, are shifted in the
columns that tell fraud in the public set (V3, V4, V10, V11, V12, V14, V17), by its rough direction and size, each by
a strength of its own. The other quarter is drawn exactly like legitimate rows: no model can tell them, so 100 %
accuracy is out of reach, as it is with real data (fewer than one split in a thousand holds none of them out). A
Random Forest finds about three of four frauds.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlgate.data.transactions import COLUMNS, FEATURES

ROWS = 50_000
FRAUD_RATE = 492 / 284_807
HIDDEN = 0.25
"""Share of the frauds that look like any legitimate row."""

SHIFT = {"V3": -5.0, "V4": 4.0, "V10": -5.0, "V11": 3.5, "V12": -6.0, "V14": -7.0, "V17": -6.0}
STRENGTH = (0.6, 1.3)
SECONDS = 2 * 86_400
"""Time runs over two days, as in the public set."""


def generate(*, seed: int, rows: int = ROWS) -> pd.DataFrame:
    """A frame of ``rows`` (at least 100) transactions with the columns ``COLUMNS``, equal for equal arguments."""
    rng = np.random.Generator(np.random.PCG64(seed))
    frauds = rng.choice(rows, max(8, round(rows * FRAUD_RATE)), replace=False)
    label = np.zeros(rows, dtype=np.int64)
    label[frauds] = 1
    values = rng.standard_normal((rows, len(FEATURES)))
    _shift(values, frauds, rng)
    time = np.sort(rng.integers(0, SECONDS, rows)).astype(np.float64)
    amount = np.round(np.exp(rng.normal(3.0, 1.4, rows)), 2)
    # Rounding keeps the last bits of the platform's mathematics out of the data set's identity.
    frame = pd.DataFrame(np.round(values, 9), columns=list(FEATURES))
    return frame.assign(Time=time, Amount=amount, Class=label)[list(COLUMNS)]


def _shift(values: npt.NDArray[np.float64], frauds: npt.NDArray[np.int64], rng: np.random.Generator) -> None:
    """Move the frauds that can be told. ``frauds`` is in random order, so those left out are a random share."""
    shown = frauds[round(len(frauds) * HIDDEN) :]
    strength = rng.uniform(*STRENGTH, len(shown))
    for name, shift in SHIFT.items():
        values[shown, FEATURES.index(name)] += shift * strength
