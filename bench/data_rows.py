"""Generated transactions in Parquet and CSV, made once, some rows at a time, and kept in the cache."""

import os
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import csv, parquet
from rich.progress import track

from mlgate.data import synthetic
from mlgate.process import cache_dir

AT_ONCE = 250_000
SEED = 2020


def file(rows: int, kind: str) -> Path:
    """The file of ``rows`` generated rows, ``kind`` parquet or csv; each piece is ``synthetic`` with its own seed."""
    place = cache_dir() / "bench-data" / f"{rows}-{SEED}.{kind}"
    if not place.is_file():
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f".{os.getpid()}-{place.name}")
        schema = pa.Schema.from_pandas(_piece(0, rows), preserve_index=False)
        writer = parquet.ParquetWriter if kind == "parquet" else csv.CSVWriter
        with writer(draft, schema) as out:
            for start in track(range(0, rows, AT_ONCE), f"generating {rows:,} rows as {kind}", transient=True):
                out.write_table(pa.Table.from_pandas(_piece(start, rows), schema, preserve_index=False))
        draft.replace(place)
    return place


def few(folder: Path) -> Path:
    """1,000 rows: the real ones that DATA names, else generated ones of which enough are fraud to pass the checks."""
    if named := os.environ.get("DATA"):
        return Path(named)
    rows = synthetic.generate(seed=SEED)
    chosen = rows[(rows["Class"] == 1) | (rows.index < 1000)].tail(1000)
    place = folder / "few.csv"
    chosen.to_csv(place, index=False)
    return place


def _piece(start: int, rows: int) -> pd.DataFrame:
    return synthetic.generate(seed=SEED + start, rows=min(AT_ONCE, max(rows - start, 100)))
