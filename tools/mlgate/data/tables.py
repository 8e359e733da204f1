"""The table that the address of a source names after its question mark."""

from urllib.parse import parse_qsl

from mlgate.errors import SettingsError


def name(query: str, source: str, fix: str) -> tuple[str, ...]:
    """SCHEMA and TABLE, or TABLE alone, of ``table=NAME``.

    Raises ``SettingsError``, which never shows ``query``: it may hold a password. ``source`` says whose address it is.
    """
    try:
        pairs = parse_qsl(query, strict_parsing=True, keep_blank_values=True)
    except ValueError:
        pairs = []
    if [key for key, _ in pairs] != ["table"]:
        raise SettingsError(f"the data source {source} does not end in ?table=NAME alone", fix=fix)
    parts = tuple(pairs[0][1].split("."))
    if not 1 <= len(parts) <= 2 or not all(parts) or "\0" in pairs[0][1]:
        raise SettingsError(f"the data source {source} names no table, or more than SCHEMA.TABLE", fix=fix)
    return parts
