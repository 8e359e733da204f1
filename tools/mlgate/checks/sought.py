"""Which of the documents of a build became a rendered object."""

from collections.abc import Sequence

from mlgate.checks.origins import Entry


def named(wanted: Sequence[Entry], kind: str, name: str, namespace: str) -> Entry | None:
    """The entry that became the object of that kind, name and namespace: the best of those that could have."""
    same = [each for each in wanted if each.kind == kind]
    ranked = [(_rank(each, name, namespace), -number, each) for number, each in enumerate(same)]
    best = max(ranked, key=lambda one: one[:2], default=None)
    return best[2] if best and best[0][0] else None


def _rank(each: Entry, name: str, namespace: str) -> tuple[int, bool]:
    last, space = each.names[-1], namespace == each.namespaces[-1]
    if name == last or (each.generator and name.startswith(f"{last}-")):
        return 3, space
    return (2 if name in each.names else 1 if last and _part(last, name) else 0), space


def _part(last: str, name: str) -> bool:
    # A placeholder that a replacement fills, or a prefix that the Application adds.
    return name.endswith(f"-{last}") or (last.startswith("PREFIX-") and name.endswith(last.removeprefix("PREFIX")))
