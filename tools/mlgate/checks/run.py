"""The stages in order; each sees what the ones before it produced."""

from collections.abc import Sequence

from mlgate.checks import danger, discover, names, policy, projects, references, render, schema, secrets, settings
from mlgate.checks.model import Report, Stage, stage
from mlgate.repo import Repo

REPO_ONLY = "only apps/ and policy/ were checked, no prefix, as asked with --repo"


def validate(repo: Repo, wanted: Sequence[str] = (), *, repo_only: bool = False, base: str | None = None) -> Report:
    """Check the prefixes ``wanted`` (all when empty) and what belongs to no prefix.

    With ``base``, a commit, a stage more looks for danger in the step from there to this tree.
    Raises ``UsageError`` for a prefix that is not set up or a commit that is none, ``MissingTool`` and ``ToolFailed``.
    """
    prefixes = [] if repo_only else discover.selected(repo, wanted)
    builds = discover.builds(repo, prefixes)
    found = stage("discover", lambda: discover.check(repo, builds, prefixes, need_prefix=not repo_only))
    rendered, results = render.render(repo, builds)
    stages: list[Stage] = [
        found,
        stage("settings", lambda: [*settings.check_cluster(repo), *settings.check(repo, prefixes)]),
        stage("render", lambda: results),
        stage("schema", lambda: schema.check(repo, rendered)),
        stage("policy", lambda: policy.check(repo, rendered)),
        stage("names", lambda: names.check(repo, rendered)),
        stage("projects", lambda: projects.check(repo, rendered)),
        stage("references", lambda: references.check(repo, rendered)),
        stage("secrets", lambda: secrets.check(repo, rendered, prefixes)),
    ]
    if base is not None:
        limit = None if repo_only else wanted
        stages.insert(3, stage("danger", lambda: danger.check(repo, rendered, results, base, limit)))
    notes = (REPO_ONLY,) if repo_only else ()
    return Report(tuple(stages), sum(len(one.objects) for one in rendered), notes)
