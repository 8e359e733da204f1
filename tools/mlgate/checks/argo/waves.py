"""Where an object stands in the order in which Argo CD syncs."""

import re
from dataclasses import dataclass

from mlgate.checks.model import Object

WAVE = "argocd.argoproj.io/sync-wave"
HOOK = "argocd.argoproj.io/hook"
_NUMBER = re.compile(r"[+-]?\d{1,9}")
# Hooks of one phase end before the next phase begins.
_PHASES = {"PreSync": -1, "PostSync": 1, "SyncFail": 2, "PostDelete": 3, "PreDelete": 3}


def annotations(obj: Object) -> dict[str, object]:
    """The annotations of an object, without any when there are none or they are malformed."""
    meta = obj.get("metadata")
    found = meta.get("annotations") if isinstance(meta, dict) else None
    return found if isinstance(found, dict) else {}


def number(obj: Object) -> int | None:
    """The wave of an object, 0 when it names none, ``None`` when what it names is no integer in a string."""
    found = annotations(obj).get(WAVE, "0")
    return int(found) if isinstance(found, str) and _NUMBER.fullmatch(found) else None


def hooks(obj: Object) -> list[str]:
    """The phases that an object is a hook of."""
    found = str(annotations(obj).get(HOOK) or "")
    return [each.strip() for each in found.split(",") if each.strip()]


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """Phase and wave of an object among the others of its Application."""

    phase: int
    wave: int


def moment(obj: Object) -> Moment:
    """When Argo CD applies an object; an unreadable wave counts as 0, as Argo CD has it."""
    phases = [_PHASES.get(each, 0) for each in hooks(obj)]
    return Moment(min(phases, default=0), number(obj) or 0)


@dataclass(frozen=True, slots=True)
class Position:
    """The Applications that lead to an object, each with its moment, and the object's own moment last."""

    path: tuple[tuple[str, Moment], ...]
    own: Moment

    def below(self, name: str, moment: Moment) -> "Position":
        """The position of what an Application called ``name`` syncs, which is itself synced at ``moment``."""
        return Position((*self.path, (name, moment)), Moment(0, 0))

    def at(self, own: Moment) -> "Position":
        """This position, for an object with its own moment."""
        return Position(self.path, own)


def after(one: Position, other: Position) -> bool:
    """True when ``one`` surely comes later than ``other``.

    Applications that the same Application syncs in one wave run beside each other, so neither is later.
    """
    for (name, moment), (other_name, other_moment) in zip(one.path, other.path, strict=False):
        if name != other_name:
            return moment > other_moment
    shared = min(len(one.path), len(other.path))
    return _moment(one, shared) > _moment(other, shared)


def _moment(position: Position, depth: int) -> Moment:
    return position.path[depth][1] if len(position.path) > depth else position.own
