"""Stage: the repository's own policies, run on everything that it renders, by conftest and by gator."""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from mlgate.checks.argo import rego
from mlgate.checks.argo.finding import Findings, Told
from mlgate.checks.argo.order import matches_kind
from mlgate.checks.argo.tree import Trouble, Unit
from mlgate.checks.model import Build, Object, group_of, name_of, namespace_of, subject
from mlgate.errors import ToolFailed
from mlgate.process import Done, Tool
from mlgate.repo import Repo
from mlgate.results import Result, Status

_CONFTEST = Tool("conftest", accept=(0, 1, 2))
_GATOR = Tool("gator", accept=(0, 1))
_CONSTRAINTS, _TEMPLATES = "constraints.gatekeeper.sh", "templates.gatekeeper.sh"
_ADDED = re.compile(r'adding (template|constraint) "([^"]+)":\s*(.*)', re.DOTALL)
_DENIES = {"deny", "scoped"}
Place = tuple[Unit, Object]


@dataclass(frozen=True, slots=True)
class Judged:
    """The results of both engines, and the notes that say what ran."""

    results: tuple[Result, ...] = ()
    notes: tuple[str, ...] = ()


def check(repo: Repo, units: Sequence[Unit], wanted: Path | None) -> Judged:
    """MG242 denied, MG246 no rule, MG247 no match, MG248 Rego that does not compile, MG249 no template.

    ``wanted`` is a folder of Rego for conftest, else policy/ when it holds some. Without Rego and without constraints
    nothing is checked, and a note says so.
    """
    findings = Findings(repo, "policy")
    places = [(unit, obj) for unit in units for obj in unit.objects]
    results, notes = _rego(findings, places, wanted, repo.root / "policy")
    results += _gator(findings, places)
    if not results:
        notes.append("no policy was run: there is no Rego in policy/ and no constraint; name a folder with --policy")
    return Judged(tuple(results), tuple(notes))


def _rego(
    findings: Findings, places: Sequence[Place], wanted: Path | None, usual: Path
) -> tuple[list[Result], list[str]]:
    place = wanted or usual
    if not wanted and not rego.files(place):
        return [], []
    names = rego.namespaces(place)
    if not names:
        if not wanted and rego.is_gatekeepers(place):
            return [], [f"the Rego in {findings.name(Build(place))} is Gatekeeper's, so only its constraints ran it"]
        words = "there is no rule called deny, violation or warn"
        return [findings.of(Trouble("MG246", words, Build(place)), Status.ERROR)], []
    note = f"conftest ran the namespaces {', '.join(names)}"
    return _conftest(findings, places, place, names), [note]


def _conftest(findings: Findings, places: Sequence[Place], policy: Path, names: Sequence[str]) -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="mlgate-policy-") as name:
        files = _written(Path(name), [obj for _, obj in places])
        named = [word for each in names for word in ("--namespace", each)]
        args = ["test", "--policy", str(policy), *named, "--output", "json", *files]
        done = _CONFTEST.run(args, timeout_s=300)
    try:
        answers = json.loads(done.stdout) or []
    except ValueError:
        return [_unusable(findings, policy, done)]
    if not sum(_rules(answer) for answer in answers):
        words = f"conftest ran no rule of {', '.join(names)}, which proves nothing"
        return [findings.of(Trouble("MG246", words, Build(policy)), Status.ERROR)]
    answers.sort(key=lambda each: (str(each["filename"]), str(each["namespace"])))
    return [result for answer in answers for result in _answer(findings, places, answer)]


def _unusable(findings: Findings, policy: Path, done: Done) -> Result:
    words = (done.stderr or done.stdout).strip()[:1000]
    return findings.of(Trouble("MG248", words, Build(policy)), Status.ERROR)


def _written(place: Path, objects: Sequence[Object]) -> list[str]:
    names = [str(place / f"{number:06}.json") for number in range(len(objects))]
    for name, obj in zip(names, objects, strict=True):
        Path(name).write_text(json.dumps(obj, default=str))
    return names


def _rules(answer: Mapping[str, Any]) -> int:
    lists = (answer.get(key) or [] for key in ("failures", "warnings", "exceptions"))
    return int(answer.get("successes") or 0) + sum(map(len, lists))


def _answer(findings: Findings, places: Sequence[Place], answer: Mapping[str, Any]) -> Iterator[Result]:
    unit, obj = places[int(Path(str(answer["filename"])).stem)]
    failures = answer.get("failures") or []
    for each in failures:
        yield findings.invalid("MG242", unit, obj, Told(f"{answer.get('namespace')}: {each.get('msg')}"))
    if not failures and _rules(answer):
        yield findings.valid("MG242", subject(obj))


def _gator(findings: Findings, places: Sequence[Place]) -> list[Result]:
    templates = [place for place in places if group_of(place[1]) == _TEMPLATES]
    constraints = [place for place in places if group_of(place[1]) == _CONSTRAINTS]
    kinds = {_kind(obj) for _, obj in templates}
    homeless = [place for place in constraints if place[1].get("kind") not in kinds]
    known = [place for place in constraints if place not in homeless]
    results = [_homeless(findings, place) for place in homeless]
    if not templates:
        return results
    left_out = {id(obj) for _, obj in homeless}
    done = _run([obj for _, obj in places if id(obj) not in left_out])
    if wrong := _ADDED.search(done.stderr):
        return [*results, _refused(findings, [*templates, *known], wrong)]
    if known and not any(_matches(spec, obj) for _, each in known for spec in [_match(each)] for _, obj in places):
        unit, obj = known[0]
        words = f"none of the {len(known)} constraints matches any object here, so nothing was judged"
        results.append(findings.invalid("MG247", unit, obj, Told(words, "/spec/match")))
    denied = _violations(done)
    results += [findings.valid("MG248", subject(obj)) for _, obj in [*templates, *known]]
    return [*results, *_denied(findings, places, denied)]


def _run(objects: Sequence[Object]) -> Done:
    with tempfile.TemporaryDirectory(prefix="mlgate-gator-") as name:
        file = Path(name, "objects.yaml")
        file.write_text("".join(f"---\n{json.dumps(obj, default=str)}\n" for obj in objects))
        return _GATOR.run(["test", "--filename", str(file), "--output", "json"], timeout_s=300)


def _homeless(findings: Findings, place: Place) -> Result:
    unit, obj = place
    words = f"there is no ConstraintTemplate for the kind {obj.get('kind')}, so it judges nothing"
    return findings.invalid("MG249", unit, obj, Told(words, fix="add the template, or correct the kind"))


def _refused(findings: Findings, places: Sequence[Place], wrong: re.Match[str]) -> Result:
    group = _TEMPLATES if wrong[1] == "template" else _CONSTRAINTS
    named = [place for place in places if group_of(place[1]) == group and name_of(place[1]) == wrong[2]]
    unit, obj = named[0] if named else places[0]
    return findings.of(Trouble("MG248", wrong[3], unit.build, obj, "/spec"), Status.ERROR)


def _violations(done: Done) -> list[dict[str, Any]]:
    try:
        found = json.loads(done.stdout or "null") or []
    except ValueError:
        raise ToolFailed(f"gator gave no report: {(done.stderr or done.stdout).strip()[:500]}") from None
    if done.returncode and not found:
        raise ToolFailed(f"gator failed: {done.stderr.strip()[:500]}")
    return [each for each in found if each.get("enforcementAction", "deny") in _DENIES]


def _denied(findings: Findings, places: Sequence[Place], denied: Sequence[Mapping[str, Any]]) -> Iterator[Result]:
    by_name = {_identity(obj): (unit, obj) for unit, obj in places}
    for each in denied:
        unit, obj = by_name.get(_identity(each.get("violatingObject") or {}), places[0])
        yield findings.invalid("MG242", unit, obj, Told(f"{subject(each['constraint'])}: {each.get('msg')}"))


def _identity(obj: Object) -> tuple[str, ...]:
    return group_of(obj), str(obj.get("kind")), namespace_of(obj), name_of(obj)


def _kind(template: Object) -> str:
    match template:
        case {"spec": {"crd": {"spec": {"names": {"kind": kind}}}}}:
            return str(kind)
    return ""


def _match(constraint: Object) -> Mapping[str, Any]:
    spec = constraint.get("spec")
    found = spec.get("match") if isinstance(spec, dict) else None
    return found if isinstance(found, dict) else {}


def _matches(match: Mapping[str, Any], obj: Object) -> bool:
    """By kinds and namespaces; selectors of labels are taken to match."""
    if group_of(obj) in (_CONSTRAINTS, _TEMPLATES):
        return False
    kinds, spaces, own = match.get("kinds") or [], match.get("namespaces") or [], namespace_of(obj)
    if kinds and not any(matches_kind(each, obj) for each in kinds):
        return False
    return not spaces or not own or any(fnmatchcase(own, str(each)) for each in spaces)
