"""Stage: nothing is synced before what it needs, as far as waves and hooks decide that."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from mlgate.checks.argo import waves
from mlgate.checks.argo.finding import Findings, Told
from mlgate.checks.argo.tree import Unit
from mlgate.checks.argo.waves import Moment, Position, moment
from mlgate.checks.model import Object, group_of, name_of, namespace_of, subject
from mlgate.repo import Repo
from mlgate.results import Result

HOOKS = {"PreSync", "Sync", "PostSync", "SyncFail", "PreDelete", "PostDelete", "Skip"}
_POLICIES = {"HookSucceeded", "HookFailed", "BeforeHookCreation"}
_DELETION = "argocd.argoproj.io/hook-delete-policy"
_CREATED = "CreateNamespace=true"
_DRY_RUN = "SkipDryRunOnMissingResource=true"
_OPTIONS = "argocd.argoproj.io/sync-options"
_CONSTRAINTS = "constraints.gatekeeper.sh"
_WAVE = "/metadata/annotations"


@dataclass(frozen=True, slots=True)
class _Placed:
    """An object and where it stands in the order."""

    unit: Unit
    obj: Object
    position: Position


def check(repo: Repo, units: Sequence[Unit]) -> list[Result]:
    """MG256 a wave that is no number, MG257 use before it is there, MG258 policy too late, MG259 no such hook."""
    return Findings(repo, "waves").each("MG256", units, found(repo, units))


def found(repo: Repo, units: Sequence[Unit], beside: Sequence[Unit] = ()) -> list[Result]:
    """The findings alone, about ``units``; ``beside`` are others that bring what these need, or judge them."""
    findings = Findings(repo, "waves")
    placed, others = _placed(units), _placed(beside)
    makers = _makers([*units, *beside], [*placed, *others])
    single = [result for each in placed for result in _one(findings, each, makers)]
    return [*single, *_policies(findings, placed, [*placed, *others])]


def _placed(units: Sequence[Unit]) -> list[_Placed]:
    return [_Placed(unit, obj, unit.position.at(moment(obj))) for unit in units for obj in unit.objects]


def _one(findings: Findings, each: _Placed, makers: Mapping[tuple[str, str], list[_Placed]]) -> Iterator[Result]:
    yield from _readable(findings, each)
    for (kind, name), words in _needs(each.obj):
        made = makers.get((kind, name), [])
        if made and all(waves.after(maker.position, each.position) for maker in made):
            message = f"it is synced before {subject(made[0].obj)}, {words}"
            fix = "give what comes first the lower wave, here or at the Applications"
            yield findings.invalid("MG257", each.unit, each.obj, Told(message, _WAVE, fix))


def _readable(findings: Findings, each: _Placed) -> Iterator[Result]:
    if waves.number(each.obj) is None:
        said = waves.annotations(each.obj)[waves.WAVE]
        message = f"the sync wave is {said!r}, not an integer in quotes, so Argo CD takes it for 0"
        yield findings.invalid("MG256", each.unit, each.obj, Told(message, _WAVE, "write the wave as '1'"))
    unknown = sorted(set(waves.hooks(each.obj)) - HOOKS)
    if unknown:
        message = f"there is no hook {', '.join(unknown)}, so Argo CD syncs it like any other object"
        yield findings.invalid(
            "MG259", each.unit, each.obj, Told(message, _WAVE, f"use one of {', '.join(sorted(HOOKS))}")
        )
    kept = {part.strip() for part in str(waves.annotations(each.obj).get(_DELETION) or "").split(",") if part.strip()}
    if kept - _POLICIES:
        message = f"there is no hook deletion policy {', '.join(sorted(kept - _POLICIES))}"
        yield findings.invalid("MG259", each.unit, each.obj, Told(message, _WAVE))


def _needs(obj: Object) -> Iterator[tuple[tuple[str, str], str]]:
    namespace = namespace_of(obj)
    # Argo CD reads its own kinds where it runs, so that namespace was there first, whoever renders it once more.
    if namespace and group_of(obj) != "argoproj.io":
        yield ("Namespace", namespace), "in which it stands"
    yield ("kind", f"{group_of(obj)}/{obj.get('kind')}"), "which defines its kind"
    match obj:
        case {"kind": "Application", "spec": {"project": project}}:
            yield ("AppProject", str(project)), "which is its project"
        case {"kind": "ApplicationSet", "spec": {"template": {"spec": {"project": project}}}}:
            yield ("AppProject", str(project)), "which is the project of what it makes"


def _makers(units: Sequence[Unit], placed: Sequence[_Placed]) -> Mapping[tuple[str, str], list[_Placed]]:
    found: dict[tuple[str, str], list[_Placed]] = defaultdict(list)
    for each in placed:
        for key in _made(each.obj):
            found[key].append(each)
    for unit in units:
        if _CREATED in _sync_options(unit):
            # Before anything else of its Application.
            name = str((unit.spec.get("destination") or {}).get("namespace"))
            obj = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            found["Namespace", name].append(_Placed(unit, obj, unit.position.at(Moment(-2, 0))))
    return found


def _made(obj: Object) -> Iterator[tuple[str, str]]:
    match obj:
        case {"kind": "Namespace", "apiVersion": "v1"}:
            yield "Namespace", name_of(obj)
        case {"kind": "AppProject"}:
            yield "AppProject", name_of(obj)
        case {"kind": "CustomResourceDefinition", "spec": {"group": group, "names": {"kind": kind}}}:
            yield "kind", f"{group}/{kind}"
        case {"kind": "ConstraintTemplate", "spec": {"crd": {"spec": {"names": {"kind": kind}}}}}:
            yield "kind", f"{_CONSTRAINTS}/{kind}"


def _sync_options(unit: Unit) -> list[str]:
    policy = unit.spec.get("syncPolicy")
    found = policy.get("syncOptions") if isinstance(policy, dict) else None
    return [str(each) for each in found] if isinstance(found, list) else []


def _policies(findings: Findings, placed: Sequence[_Placed], known: Sequence[_Placed]) -> Iterator[Result]:
    templates = {key: each for each in known if each.obj.get("kind") == "ConstraintTemplate" for key in _made(each.obj)}
    for each in placed:
        if group_of(each.obj) != _CONSTRAINTS:
            continue
        template = templates.get(("kind", f"{_CONSTRAINTS}/{each.obj.get('kind')}"))
        if template and _in_one_wave(template, each) and not _waits(each):
            message = f"its {subject(template.obj)} is synced in the same wave, so its kind is not known yet"
            yield findings.invalid(
                "MG258", each.unit, each.obj, Told(message, _WAVE, "give the constraint a later wave")
            )
        for other in known:
            if _judges(each.obj, other.obj) and waves.after(each.position, other.position):
                message = f"it is synced after {subject(other.obj)}, which it judges, so that one is admitted unjudged"
                yield findings.invalid(
                    "MG258", each.unit, each.obj, Told(message, _WAVE, "give the policy an earlier wave")
                )
                break


def _in_one_wave(one: _Placed, other: _Placed) -> bool:
    return one.unit.position.path == other.unit.position.path and one.position.own == other.position.own


def _waits(each: _Placed) -> bool:
    own = str(waves.annotations(each.obj).get(_OPTIONS) or "")
    return _DRY_RUN in _sync_options(each.unit) or _DRY_RUN in own


def _judges(constraint: Object, obj: Object) -> bool:
    # A constraint for all namespaces cannot precede the namespaces of its own engine.
    spec = constraint.get("spec")
    match = spec.get("match") if isinstance(spec, dict) else None
    if not isinstance(match, dict) or not match.get("namespaces") or not match.get("kinds"):
        return False
    named = any(matches_kind(each, obj) for each in match["kinds"])
    return named and any(fnmatchcase(namespace_of(obj), str(each)) for each in match["namespaces"])


def matches_kind(entry: object, obj: Object) -> bool:
    """Whether an entry of a constraint's ``match.kinds`` names the kind of ``obj``."""
    if not isinstance(entry, dict):
        return False
    groups, kinds = entry.get("apiGroups") or ["*"], entry.get("kinds") or ["*"]
    if not isinstance(groups, list) or not isinstance(kinds, list):
        return False
    return bool({"*", group_of(obj)} & set(map(str, groups))) and bool({"*", obj.get("kind")} & set(kinds))
