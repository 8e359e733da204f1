"""Rows in order and rows that are equal, found column by column: a few columns of memory, however many there are."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
_Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Order:
    """``rows`` has shape (n,): numbers of the rows, in ascending order by all columns.

    ``equal`` are those that equal another in every column, side by side with it, and ``group`` counts, from 0, which
    of them are equal; both have shape (m,).
    """

    rows: _Places
    equal: _Places
    group: _Places


def order(columns: Iterable[Numbers]) -> Order:
    """Order rows by ``columns`` of shape (n,), at least one; a later column is asked for only where rows are equal."""
    given = iter(columns)
    first = next(given)
    rows = np.argsort(first, kind="stable")
    places, group = _equal(np.arange(len(rows)), np.zeros(len(rows), np.int64), first[rows])
    for column in given if len(places) else ():
        values = column[rows[places]]
        new = np.lexsort((values, group))
        rows[places] = rows[places[new]]
        places, group = _equal(places, group, values[new])
        if not len(places):
            break
    return Order(rows, rows[places], group)


def _equal(places: _Places, group: _Places, values: Numbers) -> tuple[_Places, _Places]:
    """The ``places``, in order by group and value, whose neighbour has the same of both, and their new groups."""
    if len(places) < 2:
        return places[:0], group[:0]
    same = (values[1:] == values[:-1]) & (group[1:] == group[:-1])
    kept = np.append(same, False)
    kept[1:] |= same
    number = np.cumsum(np.append(False, ~same))[kept]
    return places[kept], np.unique(number, return_inverse=True)[1]
