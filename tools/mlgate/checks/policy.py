"""Stage 5: the rules are whole, tested and in force, and everything that is committed passes them."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mlgate import prefixes
from mlgate.checks import narrowed
from mlgate.checks.locate import Locator, Place
from mlgate.checks.model import Object, Rendered, namespace_of, subject
from mlgate.errors import ToolFailed
from mlgate.gate import judge as gate
from mlgate.gate.judge import Case
from mlgate.gate.template import RULES, WORKLOADS, Rule, templates
from mlgate.process import Tool
from mlgate.repo import Repo
from mlgate.results import Result, Status

# 2: conftest could not run a test at all, and says so in its report or on stderr.
_CONFTEST = Tool("conftest", accept=(0, 1, 2))


def check(repo: Repo, rendered: Sequence[Rendered]) -> list[Result]:
    """MG241 template drift, MG242 denied, MG243 unit tests, MG244 rule missing or broken, MG245 no constraint."""
    return [*check_rules(repo), *check_groups(repo, [rendered])[0]]


def check_rules(repo: Repo) -> list[Result]:
    """MG241, MG243 and MG244 of the rules themselves, whatever is rendered."""
    return [*_drift(repo), *_unit_tests(repo)]


def check_groups(repo: Repo, groups: Sequence[Sequence[Rendered]]) -> list[list[Result]]:
    """MG242, MG244 and MG245 for each group, judged by its own constraints and reports, by one process a rule."""
    found = [_constraints(repo, group) for group in groups]
    for rule in RULES:
        for results, judged in zip(found, _judged(repo, rule, groups), strict=True):
            results.extend(judged)
    return found


def _drift(repo: Repo) -> list[Result]:
    try:
        wanted = templates(repo.root / "policy")
    except OSError as err:
        name = str(Path(str(err.filename)).relative_to(repo.root))
        return [_error("MG244", name, f"a rule cannot be read: {err.strerror}", "restore it from git")]
    return [_same(repo, path, text) for path, text in wanted.items()]


def _same(repo: Repo, path: Path, text: str) -> Result:
    name = str(path.relative_to(repo.root))
    if path.is_file() and path.read_bytes() == text.encode():
        return Result(code="MG241", check="template", subject=name, status=Status.VALID)
    return Result(
        code="MG241",
        check="template",
        subject=name,
        status=Status.INVALID,
        message="is not what its Rego generates; the cluster would judge by other rules than the pipeline",
        fix="run: mlgate generate",
        file=name,
    )


def _unit_tests(repo: Repo) -> list[Result]:
    done = _CONFTEST.run(["verify", "--policy", "policy", "--output", "json"], cwd=repo.root, timeout_s=120)
    try:
        answers = json.loads(done.stdout) or []
    except ValueError:
        words = " ".join((done.stderr or done.stdout).split())[:1000]
        return [_error("MG244", "policy", f"the rules do not compile: {words}")]
    passed = Counter[str]()
    failed: dict[str, list[str]] = {}
    for answer in answers:
        passed[Path(answer["filename"]).parent.name] += answer.get("successes", 0)
        failed.setdefault(answer["filename"], []).extend(each["msg"] for each in answer.get("failures") or [])
    results = [_error("MG243", file, "; ".join(sorted(msgs))) for file, msgs in sorted(failed.items()) if msgs]
    return results + [_tested(rule, passed[rule.folder]) for rule in RULES]


def _tested(rule: Rule, number: int) -> Result:
    name = f"policy/{rule.folder}"
    if not number:
        return _error("MG243", name, "no unit test of this rule passed, so nothing shows that it denies")
    return Result(code="MG243", check="unit tests", subject=name, status=Status.VALID)


def _constraints(repo: Repo, rendered: Sequence[Rendered]) -> list[Result]:
    found = [_in_force(repo, one, rule) for one in rendered if one.build.part == "policy" for rule in RULES]
    return [*found, *_twins(repo, rendered)]


def _twins(repo: Repo, rendered: Sequence[Rendered]) -> list[Result]:
    open_ones = [(one, obj, words) for one in rendered for obj in one.objects if (words := narrowed.twin(obj))]
    return [
        Result(
            code="MG245",
            check="policy",
            subject=subject(obj),
            status=Status.ERROR,
            message=words,
            fix="restore it from git",
            **Locator(repo, one.build).find(obj, "/spec").where,
        )
        for one, obj, words in open_ones
        if not one.build.platform
    ]


def _in_force(repo: Repo, one: Rendered, rule: Rule) -> Result:
    name = str(one.build.folder.relative_to(repo.root))
    found = [obj for obj in one.objects if obj.get("kind") == rule.kind]
    spec = found[0].get("spec") if len(found) == 1 else None
    # Gatekeeper denies when no action is named.
    action = spec.get("enforcementAction", "deny") if isinstance(spec, dict) else ""
    narrow = narrowed.constraint(spec, rule, one.build.prefix) if isinstance(spec, dict) else ""
    if action == "deny" and not narrow:
        return Result(code="MG245", check="constraint", subject=subject(found[0]), status=Status.VALID)
    if len(found) != 1:
        message = f"renders {len(found)} constraints of kind {rule.kind}, not one"
    elif narrow:
        message = f"{subject(found[0])}: {narrow}"
    else:
        message = f"{subject(found[0])} has enforcementAction {action!r}, which admits what it should deny"
    return _error("MG245", name, message, "use base/policy as it is", file=f"{name}/kustomization.yaml")


@dataclass(frozen=True, slots=True)
class _Committed:
    """An object to judge, where it stands, and its prefix's constraint."""

    obj: Object
    place: Place
    constraint: Object


def _judged(repo: Repo, rule: Rule, groups: Sequence[Sequence[Rendered]]) -> list[list[Result]]:
    committed = [_committed(repo, rule, group) for group in groups]
    cases = [Case(each.obj, gate.parameters_of(each.constraint)) for group in committed for each in group]
    if not cases:
        return [[] for _ in groups]
    if len(groups) > 1 and any(_strays(group) for group in groups):
        return [_judged(repo, rule, [group])[0] for group in groups]
    reports = [obj for group in groups for one in group for obj in one.objects if _is_report(obj)]
    try:
        verdicts = iter(gate.judge_all(repo.root / "policy", rule.folder, cases, gate.inventory(reports)))
    except ToolFailed as err:
        if len(groups) > 1:
            return [_judged(repo, rule, [group])[0] for group in groups]
        return [[_error("MG244", f"policy/{rule.folder}", " ".join(str(err).split()), err.fix)]]
    return [[_verdict(each, next(verdicts).reasons) for each in group] for group in committed]


def _committed(repo: Repo, rule: Rule, rendered: Sequence[Rendered]) -> list[_Committed]:
    constraints = {
        one.build.prefix: obj
        for one in rendered
        if one.build.part == "policy"
        for obj in one.objects
        if obj.get("kind") == rule.kind
    }
    found = []
    for one in rendered:
        locator = Locator(repo, one.build)
        # Without a constraint there are no parameters, and the rule denies for that.
        constraint = constraints.get(one.build.prefix, {})
        subjects = [obj for obj in one.objects if _is_judged(obj, rule, one.build.part)]
        found += [_Committed(obj, locator.find(obj), constraint) for obj in subjects]
    return found


def _is_judged(obj: Object, rule: Rule, part: str) -> bool:
    """As the constraints match: ordinary workloads only where models serve."""
    kind = obj.get("kind")
    return kind in rule.judged and (kind not in WORKLOADS or part in narrowed.SERVING)


def _strays(group: Sequence[Rendered]) -> bool:
    """Whether a group has something in another's namespace: then neither may change what is said of the other."""
    judged = {kind for rule in RULES for kind in rule.judged} | {"ModelAccuracy"}
    return any(
        one.build.prefix and namespace_of(obj) not in {f"{one.build.prefix}-{part}" for part in prefixes.NAMESPACES}
        for one in group
        for obj in one.objects
        if obj.get("kind") in judged
    )


def _is_report(obj: Object) -> bool:
    meta = obj.get("metadata") or {}
    return obj.get("kind") == "ModelAccuracy" and bool(meta.get("namespace")) and bool(meta.get("name"))


def _verdict(judged: _Committed, reasons: Sequence[str]) -> Result:
    return Result(
        code="MG242",
        check="gate",
        subject=subject(judged.obj),
        status=Status.INVALID if reasons else Status.VALID,
        message="; ".join(reasons),
        **judged.place.where,
    )


def _error(code: str, name: str, message: str, fix: str = "", *, file: str = "") -> Result:
    return Result(
        code=code,
        check="policy",
        subject=name,
        status=Status.ERROR,
        message=message,
        fix=fix,
        file=file or name,
    )
