"""A run prepared from what is committed: the Pipeline as rendered, its parameters, its folders, its environment."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mlgate.errors import UsageError
from mlgate.pipeline import checkout, order, parse, run, secrets
from mlgate.pipeline.execute import Place
from mlgate.pipeline.objects import Pipeline, Value
from mlgate.process import cache_dir, search_path
from mlgate.render import kustomize
from mlgate.repo import Repo

PIPELINE = "model-dev"
# How packages and certificates are reached; tokens, keys and everything else of the person's environment stay out.
_KEPT = (
    *("HOME", "TZ", "TMPDIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO"),
    *("PIP_CERT", "PIP_CONFIG_FILE", "PIP_INDEX_URL", "PIP_FIND_LINKS", "PIP_DEFAULT_TIMEOUT"),
    *("JAVA_HOME", "JDBC_DRIVERS", "SPARK_LOCAL_IP", "SPARK_MASTER", "SPARK_ROWS"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """All that ``mlgate.pipeline.run.execute`` needs."""

    pipeline: Pipeline
    params: Mapping[str, Value]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the person asked for; ``data`` is a CSV file, ``left_out`` are tasks."""

    prefix: str
    params: Mapping[str, str]
    data: Path | None = None
    left_out: frozenset[str] = frozenset()


def runs(repo: Repo, prefix: str) -> Path:
    """Folder of the prefix's runs."""
    return repo.build / "runs" / prefix


def prepare(repo: Repo, wish: Wish) -> Prepared:
    """Prepare a run of HEAD; raises ``UsageError`` when the tree is dirty or the prefix is not committed."""
    if changed := repo.dirty():
        raise UsageError(
            f"{changed[0]} has uncommitted changes ({len(changed)} files in all); a run uses what is committed",
            fix="git commit, or git stash",
        )
    commit, branch = repo.head(), checkout.branch(repo)
    if not branch and "promote" not in wish.left_out:
        raise UsageError(
            "no branch is checked out, so nothing can be promoted", fix="git switch BRANCH, or --no-promote"
        )
    folder = _new_folder(runs(repo, wish.prefix), commit)
    try:
        pipeline = committed(repo, commit, wish.prefix, folder / "committed")
        order.check(pipeline)
        params = run.given(pipeline, _params(pipeline, repo, wish, commit, branch))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # what never started is no run
        raise
    return Prepared(pipeline=pipeline, params=params, place=_place(repo, folder, pipeline, wish))


def committed(repo: Repo, commit: str, prefix: str, folder: Path) -> Pipeline:
    """The Pipeline as ``commit`` has it, rendered in a clone at ``folder`` that is removed again."""
    try:
        checkout.clone(str(repo.root), commit, folder)
        part = folder / "overlays" / prefix / "cicd"
        if not part.is_dir():
            raise UsageError(
                f"overlays/{prefix} is not committed",
                fix=f"mlgate bootstrap --prefix {prefix}, then git add overlays/{prefix} && git commit",
            )
        return rendered(part)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def rendered(part: Path) -> Pipeline:
    """The Pipeline ``model-dev`` that the kustomization in ``part`` renders, with its Tasks."""
    objects = kustomize.build(part)
    found = [each for each in _of(objects, "Pipeline") if each["metadata"]["name"] == PIPELINE]
    if len(found) != 1:
        raise UsageError(f"overlays/{part.parent.name}/cicd renders {len(found)} Pipelines named {PIPELINE}, not one")
    return parse.pipeline(found[0], _of(objects, "Task"))


def _of(objects: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [each for each in objects if each.get("kind") == kind and str(each["apiVersion"]).startswith("tekton.dev/")]


def _new_folder(parent: Path, commit: str) -> Path:
    """A folder that is this run's alone, also when two start in the same second."""
    parent.mkdir(parents=True, exist_ok=True)
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{commit[:7]}"
    number = 1
    while True:
        folder = parent / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
        else:
            return folder


def _params(pipeline: Pipeline, repo: Repo, wish: Wish, commit: str, branch: str) -> dict[str, Value]:
    declared = {param.name: param for param in pipeline.params}
    own: dict[str, Value] = {"branch": branch, "in-cluster": "false"}
    values: dict[str, Value] = {name: value for name, value in own.items() if name in declared}
    values |= {"repo-url": str(repo.root), "revision": commit, **wish.params}
    if wish.data is not None:
        values["data-source"] = f"csv:{wish.data.absolute()}"
    source = values.get("data-source", declared["data-source"].default if "data-source" in declared else "")
    kind, _, path = source.partition(":") if isinstance(source, str) else ("", "", "")
    if kind in ("csv", "parquet"):
        # A relative path is relative to the repository; the steps run elsewhere.
        values["data-source"] = f"{kind}:{repo.root / Path(path).expanduser()}"
    return values


def _place(repo: Repo, folder: Path, pipeline: Pipeline, wish: Wish) -> Place:
    spaces = {w.name: folder / "workspaces" / w.name for w in pipeline.workspaces if not w.optional}
    for space in spaces.values():
        space.mkdir(parents=True, mode=0o700)
    return Place(
        run=folder.name,
        folder=folder,
        workspaces=spaces,
        env=environment(repo),
        secrets=secrets.named(pipeline, os.environ),
        left_out=wish.left_out,
    )


def environment(repo: Repo) -> dict[str, str]:
    """All that steps inherit."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    own = {
        "PATH": search_path(),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "MLGATE_CACHE": str(cache_dir()),
        "IMAGE_STORE": str(repo.build / "images"),
    }
    return {**kept, **own}
