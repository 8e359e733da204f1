"""One open pull request per branch, by the API of GitHub, GitLab or Gitea."""

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlgate.errors import ToolFailed, UsageError
from mlgate.pipeline.outside import opener
from mlgate.pipeline.stage_host import Host

_TIMEOUT_S = 30
_LARGEST = 4 << 20
_PAGES = 20
_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A pull request from ``branch`` into ``base``."""

    branch: str
    base: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Opened:
    """Where people see it; ``new`` is False when it was open before."""

    url: str
    new: bool


def ensure(host: Host, wanted: Wanted) -> Opened:
    """Open the pull request, or report the one that is open; raises ``ToolFailed`` with the host's own words.

    Raises ``UsageError`` for Gogs, which has no API for pull requests.
    """
    if host.kind == "gogs":
        compare = f"{host.web}/compare/{wanted.base}...{wanted.branch}"
        raise UsageError(
            f"Gogs opens no pull request by its API; the branch {wanted.branch} is pushed",
            fix=f"open it by hand: {compare}",
        )
    if url := _open(host, wanted):
        return Opened(url, new=False)
    # Two that promote at once: the second is told of a conflict, and finds what the first one opened.
    status, answer = _call(host, "POST", _collection(host), _body(host, wanted))
    if status in (200, 201):
        return Opened(_url(host, answer), new=True)
    if status in (409, 422) and (url := _open(host, wanted)):
        return Opened(url, new=False)
    raise ToolFailed(f"{host.kind} opened no pull request: {_words(status, answer)}")


def _collection(host: Host) -> str:
    if host.kind == "gitlab":
        return f"/projects/{urllib.parse.quote(host.project, safe='')}/merge_requests"
    return f"/repos/{host.project}/pulls"


def _body(host: Host, wanted: Wanted) -> dict[str, Any]:
    if host.kind == "gitlab":
        branches = {"source_branch": wanted.branch, "target_branch": wanted.base, "remove_source_branch": True}
        return {**branches, "title": wanted.title, "description": wanted.body}
    return {"head": wanted.branch, "base": wanted.base, "title": wanted.title, "body": wanted.body}


def _query(host: Host, wanted: Wanted, page: int) -> dict[str, str]:
    if host.kind == "gitlab":
        return {"state": "opened", "source_branch": wanted.branch, "target_branch": wanted.base}
    if host.kind == "github":
        owner = host.project.partition("/")[0]
        return {"state": "open", "head": f"{owner}:{wanted.branch}", "base": wanted.base}
    return {"state": "open", "limit": str(_PAGE), "page": str(page)}


def _open(host: Host, wanted: Wanted) -> str:
    """Address of the open pull request of this branch, or ""."""
    for page in range(1, _PAGES + 1):
        path = f"{_collection(host)}?{urllib.parse.urlencode(_query(host, wanted, page))}"
        status, answer = _call(host, "GET", path)
        if status != 200 or not isinstance(answer, list):
            raise ToolFailed(f"{host.kind} listed no pull requests: {_words(status, answer)}")
        for each in answer:
            if _branches(host, each) == (wanted.branch, wanted.base):
                return _url(host, each)
        # Gitea alone cannot be asked for one branch; the others answered all there is.
        if host.kind != "gitea" or not answer:
            break
    return ""


def _branches(host: Host, answer: Any) -> tuple[str, str]:
    """Source and target of a pull request inside the project; a fork may have a branch of the same name."""
    try:
        if host.kind == "gitlab":
            own = answer["source_project_id"] == answer["target_project_id"]
            names = str(answer["source_branch"]), str(answer["target_branch"])
        else:
            own = str(answer["head"]["repo"]["full_name"]).lower() == host.project.lower()
            names = str(answer["head"]["ref"]), str(answer["base"]["ref"])
        return names if own else ("", "")
    except (KeyError, TypeError):
        return "", ""


def _url(host: Host, answer: Any) -> str:
    url = answer.get("web_url" if host.kind == "gitlab" else "html_url") if isinstance(answer, Mapping) else None
    if not isinstance(url, str) or not url.startswith(("https://", "http://")) or not url.isprintable():
        raise ToolFailed(f"{host.kind} named no address of the pull request")
    return url


def _call(host: Host, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
    """Status and JSON of the answer; JSON that cannot be read is None."""
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(host.api + path, data=data, method=method, headers=_headers(host))  # noqa: S310
    try:
        with opener(host.api).open(request, timeout=_TIMEOUT_S) as answer:
            return int(answer.status), _json(answer.read(_LARGEST))
    except urllib.error.HTTPError as err:
        with err:
            return err.code, _json(err.read(_LARGEST))
    except (OSError, ValueError, http.client.HTTPException) as err:
        raise ToolFailed(f"{host.kind} did not answer: {' '.join(str(err).split())[:200]}") from None


def _headers(host: Host) -> dict[str, str]:
    common = {"Accept": "application/json", "Content-Type": "application/json", "User-Agent": "mlgate"}
    if host.kind == "gitlab":
        return {**common, "PRIVATE-TOKEN": host.token}
    scheme = "Bearer" if host.kind == "github" else "token"
    return {**common, "Authorization": f"{scheme} {host.token}"}


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _words(status: int, answer: Any) -> str:
    said = answer.get("message", "") if isinstance(answer, Mapping) else ""
    return f"status {status} {' '.join(str(said).split())[:200]}".strip()
