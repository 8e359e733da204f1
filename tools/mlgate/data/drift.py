"""Whether the data are still like those that the last accepted model learned from.

A release keeps a reference of the rows that were trained on: cuts of each column and the share of rows between them,
never a row. New training rows are compared with it, column by column, by the population stability index (PSI).

MG156  a column lies differently. Told from a PSI of ``NOTICED``, denies from ``SHIFTED``, the customary limits, and
       only where chance alone does not explain it: without a shift PSI / (1/n + 1/m) is about chi-squared.
MG157  the share of frauds is another. Told when chance does not explain it; denies at ``TIMES`` or more.

Where the change is meant, a person removes the reference from the release in a commit.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from mlgate.data import REFERENCE_FILE
from mlgate.data.transactions import FEATURES
from mlgate.errors import SettingsError
from mlgate.results import Result, Status

NOTICED = 0.10
SHIFTED = 0.25
TIMES = 2.0
CHANCE = 1e-3
"""How often good data may be told to have drifted, over all columns together."""

_CUTS = np.arange(1, 10) / 10
_COLUMNS = (*FEATURES, "Amount")
_FIX = f"correct the data; if the change is meant, remove {REFERENCE_FILE} from the release in a reviewed commit"


@dataclass(frozen=True, slots=True)
class Column:
    """``cuts`` ascend, and ``shares`` has one entry more: up to the first cut, between two, above the last."""

    cuts: tuple[float, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """What is remembered of ``rows`` training rows, of which ``frauds`` are fraud."""

    rows: int
    frauds: int
    columns: dict[str, Column]


def reference(train: pd.DataFrame) -> Reference:
    """The reference of training rows, each column cut at its deciles; Time is left out, as it only moves on."""
    columns = {name: _column(train[name].to_numpy(dtype=np.float64)) for name in _COLUMNS}
    return Reference(len(train), int(train["Class"].sum()), columns)


def _column(values: npt.NDArray[np.float64]) -> Column:
    # Seven digits say enough, and no value of a customer is kept to the last one.
    cuts = tuple(float(f"{cut:.7g}") for cut in np.unique(np.quantile(values, _CUTS)))
    return Column(cuts, tuple(_shares(values, cuts).tolist()))


def _shares(values: npt.NDArray[np.float64], cuts: tuple[float, ...]) -> npt.NDArray[np.float64]:
    found: npt.NDArray[np.int64] = np.bincount(np.searchsorted(cuts, values), minlength=len(cuts) + 1)
    return found / len(values)


def text(kept: Reference) -> str:
    """The file of a reference."""
    return json.dumps(asdict(kept), indent=1) + "\n"


def read(path: Path) -> Reference | None:
    """The reference of ``path``; None when nothing was accepted yet. Raises ``SettingsError`` for anything else."""
    try:
        content = json.loads(path.read_text())
        columns = {name: Column(*map(_numbers, (each["cuts"], each["shares"]))) for name, each in _all(content)}
        kept = Reference(int(content["rows"]), int(content["frauds"]), columns)
        fits = all(len(each.shares) == len(each.cuts) + 1 for each in columns.values())
        if not fits or not 0 < kept.frauds < kept.rows:
            raise ValueError("its numbers do not fit together")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as err:
        raise SettingsError(f"{path}: cannot be read: {' '.join(str(err).split())[:200]}", fix=_FIX) from None
    return kept


def _all(content: dict[str, dict[str, dict[str, list[float]]]]) -> list[tuple[str, dict[str, list[float]]]]:
    return [(name, content["columns"][name]) for name in _COLUMNS]


def _numbers(values: list[float]) -> tuple[float, ...]:
    numbers = tuple(map(float, values))
    if not np.isfinite(numbers).all():
        raise ValueError("a number is not finite")
    return numbers


def check(train: pd.DataFrame, kept: Reference | None, source: str) -> list[Result]:
    """Compare training rows with what was accepted last."""
    if kept is None:
        said = "no data set was accepted before: nothing to compare with"
        return [Result(code="MG156", check="data", subject=source, status=Status.VALID, message=said)]
    found = {"MG156": list(_moved(train, kept)), "MG157": list(_frauds(train, kept))}
    return [
        _result(code, source, *finding) for code, findings in found.items() for finding in findings or [("", False)]
    ]


def _result(code: str, source: str, message: str, denies: bool) -> Result:
    status = Status.INVALID if denies else Status.VALID
    return Result(code=code, check="data", subject=source, status=status, message=message, fix=_FIX if denies else "")


def _moved(train: pd.DataFrame, kept: Reference) -> Iterator[tuple[str, bool]]:
    spread = 1 / len(train) + 1 / kept.rows
    for name, column in kept.columns.items():
        new = _shares(train[name].to_numpy(dtype=np.float64), column.cuts)
        index = psi(np.array(column.shares), new, floor=spread)
        by_chance = spread * float(stats.chi2.isf(CHANCE / len(kept.columns), max(1, len(column.cuts))))
        if index >= max(NOTICED, by_chance):
            yield f"{name} lies differently than in the last accepted data: PSI {index:.2f}", index >= SHIFTED


def psi(old: npt.NDArray[np.float64], new: npt.NDArray[np.float64], *, floor: float) -> float:
    """Population stability index of two arrays of shares, shape (k,); an empty part counts as ``floor``."""
    a, b = np.maximum(old, floor), np.maximum(new, floor)
    return float(((b - a) * np.log(b / a)).sum())


def _frauds(train: pd.DataFrame, kept: Reference) -> Iterator[tuple[str, bool]]:
    frauds, rows = int(train["Class"].sum()), len(train)
    table = [[frauds, rows - frauds], [kept.frauds, kept.rows - kept.frauds]]
    if stats.fisher_exact(table).pvalue >= CHANCE:
        return
    now, before = frauds / rows, kept.frauds / kept.rows
    times = max(now / before, before / now)
    yield f"{now:.3%} of the rows are frauds, {before:.3%} of the last accepted data were", times >= TIMES
