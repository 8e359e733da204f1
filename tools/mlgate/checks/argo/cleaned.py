"""Objects as the API server takes them: null is no value, and a sync does not set the status."""

from typing import Any

from mlgate.checks.model import Object


def cleaned(obj: Object) -> Object:
    """``obj`` without null fields and without its status, which generators of manifests leave behind."""
    return {key: without_null(value) for key, value in obj.items() if value is not None and key != "status"}


def without_null(value: Any) -> Any:
    """``value`` without the fields, at any depth, that are null; items of lists stay."""
    match value:
        case dict():
            return {key: without_null(item) for key, item in value.items() if item is not None}
        case list():
            return [without_null(item) for item in value]
    return value
