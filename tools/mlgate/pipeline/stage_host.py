"""Which git host holds the repository, and where its API answers; the token comes from the environment alone."""

import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field

from mlgate.errors import UsageError

KINDS = ("github", "gitlab", "gitea", "gogs")
_WORDS = {"github": "github", "gitlab": "gitlab", "gitea": "gitea", "forgejo": "gitea", "codeberg": "gitea"}
_SCP = re.compile(r"(?:[A-Za-z0-9._-]+@)([A-Za-z0-9.-]+):(?!//)(.+)", re.ASCII)
_PROJECT = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)+", re.ASCII)
_NAME_KIND = "set GIT_HOST_KIND to one of " + ", ".join(KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """``kind`` of KINDS, ``api`` without a slash at its end, ``project`` as ``owner/name``, ``web`` for people."""

    kind: str
    api: str
    web: str
    project: str
    token: str = field(repr=False)


def find(repo_url: str, choice: str, env: Mapping[str, str]) -> Host:
    """The host of ``repo_url``; ``choice`` is the settings' git server, GIT_HOST_KIND and GIT_API_URL overrule.

    Raises ``UsageError`` when the address or its kind is not known, or GIT_TOKEN is missing for a host with an API.
    """
    scheme, place, project = _parts(repo_url)
    kind = env.get("GIT_HOST_KIND") or _kind(place, choice)
    if kind not in KINDS:
        raise UsageError(f"{place!r} is no git host whose kind is known", fix=_NAME_KIND)
    token = env.get("GIT_TOKEN", "")
    if not token and kind != "gogs":
        raise UsageError(
            "GIT_TOKEN is not set, so no pull request can be opened",
            fix="key password of the Secret git-credentials, or --branch-only",
        )
    if not token.isprintable() or not token.isascii() or " " in token:
        raise UsageError("GIT_TOKEN has a character that no token has", fix="write it without a line break")
    web = f"{scheme}://{place}"
    api = (env.get("GIT_API_URL") or _api(kind, web, place)).rstrip("/")
    if urllib.parse.urlsplit(api).scheme not in ("https", "http"):
        raise UsageError("GIT_API_URL is not an http address")
    return Host(kind=kind, api=api, web=f"{web}/{project}", project=project, token=token)


def _parts(url: str) -> tuple[str, str, str]:
    """Scheme of the web pages, host with its port, and ``owner/name``."""
    if scp := _SCP.fullmatch(url):
        scheme, place, path = "https", scp[1], scp[2]
    else:
        split = urllib.parse.urlsplit(url)
        # The port of ssh is not the port of the API.
        secure = split.scheme == "ssh"
        scheme, path = "https" if secure else split.scheme, split.path
        place = (split.hostname or "") if secure else split.netloc.rpartition("@")[2]
    project = path.strip("/").removesuffix(".git")
    if scheme not in ("https", "http") or not place or not _PROJECT.fullmatch(project) or ".." in project:
        raise UsageError("spec.repoURL names no project of a git host", fix="mlgate promote --branch-only")
    return scheme, place, project


def _kind(place: str, choice: str) -> str:
    labels = re.split(r"[.:-]", place.lower())
    named = [kind for word, kind in {**_WORDS, "gogs": "gogs"}.items() if word in labels]
    return named[0] if named else choice


def _api(kind: str, web: str, place: str) -> str:
    if kind == "github":
        return "https://api.github.com" if place == "github.com" else f"{web}/api/v3"
    return f"{web}/api/v4" if kind == "gitlab" else f"{web}/api/v1"
