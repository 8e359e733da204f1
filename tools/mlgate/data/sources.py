"""Reading transactions; whatever is wrong is named by file, column and row, and nothing falls back."""

from pathlib import Path

import numpy as np
import pandas as pd

from mlgate.data import synthetic
from mlgate.data.transactions import COLUMNS, Transactions, canonical
from mlgate.errors import SettingsError, ToolFailed

_FIX = f"the columns are {COLUMNS[0]}, V1..V28, Amount, Class (Id is optional); Class is 0 or 1"


def load(source: str, *, seed: int) -> Transactions:
    """Transactions of ``synthetic``, ``openml`` or ``csv:PATH``; ``seed`` matters to ``synthetic`` only."""
    if source == "synthetic":
        return canonical(synthetic.generate(seed=seed), source)
    if source == "openml":
        return canonical(checked(_openml(), source), source)
    if source.startswith("csv:"):
        path = Path(source.removeprefix("csv:")).expanduser()
        return canonical(checked(_csv(path), str(path)), f"csv:{path.name}")
    raise SettingsError(f"data source {source[:80]!r} is unknown", fix="use synthetic, openml or csv:PATH")


def _csv(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        raise SettingsError(f"{path} does not exist", fix="pass the path of a CSV file") from None
    except (OSError, ValueError, pd.errors.ParserError, OverflowError) as err:
        raise SettingsError(f"{path}: cannot be read as CSV: {' '.join(str(err).split())[:200]}", fix=_FIX) from None


def _openml() -> pd.DataFrame:
    from sklearn.datasets import fetch_openml

    try:
        return fetch_openml("creditcard", version=1, as_frame=True, parser="auto").frame
    except Exception as err:
        raise ToolFailed(f"OpenML could not be reached: {err}", fix="download the CSV and use csv:PATH") from None


def checked(raw: pd.DataFrame, where: str) -> pd.DataFrame:
    """Numbers by column name, or ``SettingsError`` that names the first column and row that is wrong."""
    missing = [name for name in COLUMNS if name not in raw.columns]
    if missing:
        raise SettingsError(f"{where}: column {missing[0]} is missing ({len(missing)} in all)", fix=_FIX)
    doubled = raw.columns[raw.columns.duplicated()].tolist()
    if doubled:
        raise SettingsError(f"{where}: column {doubled[0]} stands twice", fix=_FIX)
    if raw.empty:
        raise SettingsError(f"{where}: there are no rows", fix=_FIX)
    frame = pd.DataFrame({name: _numbers(raw[name], name, where) for name in COLUMNS})
    _check_class(frame["Class"], where)
    return frame


def _numbers(column: pd.Series, name: str, where: str) -> pd.Series:
    text = column.astype(str).str.strip().str.strip("\"'")
    numbers = pd.to_numeric(text, errors="coerce").astype(np.float64)
    wrong = np.flatnonzero(~np.isfinite(numbers.to_numpy()))
    if len(wrong):
        row = int(wrong[0])
        raise SettingsError(f"{where}:{row + 2}: {name} is {str(column.iloc[row])[:40]!r}, not a finite number")
    return numbers


def _check_class(column: pd.Series, where: str) -> None:
    wrong = np.flatnonzero(~column.isin([0, 1]).to_numpy())
    if len(wrong):
        row = int(wrong[0])
        raise SettingsError(f"{where}:{row + 2}: Class is {column.iloc[row]:g}, not 0 or 1")
    if column.nunique() < 2:
        raise SettingsError(f"{where}: every row has Class {column.iloc[0]:g}; both classes are needed")
