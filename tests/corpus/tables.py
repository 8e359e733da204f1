"""All rows."""

from corpus import build_rows, gate_rows, graph_rows, schema_rows
from corpus.model import Row
from corpus.variants import VARIANTS

BREAKAGES: list[Row] = [*schema_rows.ROWS, *build_rows.ROWS, *graph_rows.ROWS, *gate_rows.ROWS]

__all__ = ["BREAKAGES", "VARIANTS"]
