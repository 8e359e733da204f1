"""What may be a prefix: the name that every namespace and cluster-wide object of one installation starts with."""

import re

from mlgate.errors import UsageError

PARTS = ("cicd", "dev", "stage")
"""The namespaces of a prefix are ``PREFIX-cicd``, ``PREFIX-dev`` and ``PREFIX-stage``."""

NAMESPACES = (*PARTS, "spark")
"""``PREFIX-spark`` too may be a prefix's: the component spark-training brings it."""

LONGEST_SUFFIX = "-model-accuracy"
"""The longest suffix that the bases add to a prefix; a test compares it with the rendered names."""

MAX_LENGTH = 63 - len(LONGEST_SUFFIX)
_LABEL = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?", re.ASCII)
_RESERVED = ("kube", "openshift", "default")


def check(prefix: str) -> str:
    """Return ``prefix`` when it is usable, else raise ``UsageError`` with the reason and a suggestion."""
    if reason := _objection(prefix):
        proposal = suggestion(prefix)
        raise UsageError(f"prefix {prefix[:80]!r} {reason}", fix=f"for example: --prefix {proposal}")
    return prefix


def _objection(prefix: str) -> str:
    if not prefix:
        return "is empty"
    if prefix != prefix.lower():
        return "has uppercase letters, which Kubernetes names cannot have"
    if not _LABEL.fullmatch(prefix):
        return "is not a DNS label: only a-z, 0-9 and '-', a letter first, no '-' at the end"
    if len(prefix) > MAX_LENGTH:
        name = prefix + LONGEST_SUFFIX
        return f"is too long: {name[:24]}... would have {len(name)} characters, the limit is 63"
    if prefix.split("-", maxsplit=1)[0] in _RESERVED:
        return f"begins with {prefix.split('-', maxsplit=1)[0]!r}, which belongs to the platform"
    return ""


def suggestion(prefix: str) -> str:
    """The nearest usable prefix."""
    text = re.sub(r"[^a-z0-9]+", "-", prefix.lower()[:200]).strip("-")
    text = re.sub(r"^[0-9-]+", "", text)[:MAX_LENGTH].strip("-")
    if not text or text.split("-")[0] in _RESERVED:
        text = f"my-{text}"[:MAX_LENGTH].strip("-") if text else "fraud-demo"
    return text


def clash(prefix: str, others: list[str]) -> str:
    """Name the other prefix whose derived names ``prefix`` would share, or "".

    ``team`` and ``team-dev`` clash: the namespace ``team-dev`` would be part of one and start the other.
    """
    for other in others:
        if any(prefix == f"{other}-{part}" or other == f"{prefix}-{part}" for part in NAMESPACES):
            return other
    return ""
