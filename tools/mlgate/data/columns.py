"""Numbers gathered block by block, so that rows are in memory once; what is wrong is named by column and row."""

import re
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlgate.data.transactions import COLUMNS
from mlgate.errors import SettingsError

FIX = f"the columns are {COLUMNS[0]}, V1..V28, Amount, Class (Id is optional); Class is 0 or 1"
_NUMBER = re.compile(r"""\s*(['"]?)([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\1\s*""", re.ASCII)


def gathered(blocks: Iterable[pd.DataFrame], where: str, most: int) -> dict[str, npt.NDArray[np.float64]]:
    """The columns of all ``blocks``, or ``SettingsError`` for the first block that is wrong, by column and row.

    ``most`` is how many rows there can be. Rows are counted from 1, without the header and without blank lines.
    """
    # What is not written to takes no memory, and what is left over is given back.
    columns = {name: np.empty(max(most, 1), np.float64) for name in COLUMNS}
    rows = 0
    for block in blocks:
        check_header([str(name) for name in block.columns], where)
        for name, column in columns.items():
            if rows + len(block) > len(column):
                column.resize((rows + len(block)) * 2, refcheck=False)
            column[rows : rows + len(block)] = _numbers(block[name], name, where, rows)
        _check_class(columns["Class"][rows : rows + len(block)], where, rows)
        rows += len(block)
    for column in columns.values():
        column.resize(rows, refcheck=False)
    _check_both(columns["Class"], where)
    return columns


def check_header(names: list[str], where: str) -> None:
    """Raise ``SettingsError`` unless every column is there once."""
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise SettingsError(f"{where}: column {missing[0]} is missing ({len(missing)} in all)", fix=FIX)
    doubled = [name for name in COLUMNS if names.count(name) > 1]
    if doubled:
        raise SettingsError(f"{where}: column {doubled[0]} stands {names.count(doubled[0])} times", fix=FIX)


def _numbers(column: pd.Series, name: str, where: str, before: int) -> npt.NDArray[np.float64]:
    plain = column.dtype.kind in "iuf"
    numbers = column.to_numpy(dtype=np.float64) if plain else np.array([_number(value) for value in column])
    wrong = np.flatnonzero(~np.isfinite(numbers))
    if len(wrong):
        row = int(wrong[0])
        value = column.iloc[row]
        said = "missing" if pd.isna(value) else f"{str(value)[:40]!r}, not a finite number"
        raise SettingsError(f"{where}: row {before + row + 1}: {name} is {said}", fix=FIX)
    return numbers


def _number(value: object) -> float:
    match = _NUMBER.fullmatch(str(value))
    return float(match[2]) if match else np.nan


def _check_class(values: npt.NDArray[np.float64], where: str, before: int) -> None:
    wrong = np.flatnonzero((values != 0) & (values != 1))
    if len(wrong):
        row = int(wrong[0])
        raise SettingsError(f"{where}: row {before + row + 1}: Class is {values[row]:g}, not 0 or 1", fix=FIX)


def _check_both(values: npt.NDArray[np.float64], where: str) -> None:
    if not len(values):
        raise SettingsError(f"{where}: there are no rows", fix=FIX)
    if values.min() == values.max():
        raise SettingsError(f"{where}: every row has Class {values[0]:g}; both classes are needed", fix=FIX)
