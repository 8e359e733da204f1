"""Secrets that nobody needs to choose: made at random where an option wants one and the cluster has none."""

import secrets as randomness
from collections.abc import Iterator

from mlgate.lifecycle.kubectl import Cluster, Object
from mlgate.lifecycle.secrets import Secret, secret
from mlgate.settings import Settings

_BYTES = 32
# Option, part, Secret, keys: what stays unread by people, or is read out of the cluster by those who need it.
_WANTED = (
    ("triggers", "cicd", "webhook", ("secret",)),
    ("git-gitea", "cicd", "webhook", ("secret",)),
    ("git-gogs", "cicd", "webhook", ("secret",)),
    ("git-gitea", "cicd", "git-credentials", ("username", "password")),
    ("git-gogs", "cicd", "git-credentials", ("username", "password")),
    ("sonarqube", "cicd", "sonarqube", ("admin-password",)),
    ("workbench", "dev", "workbench", ("token",)),
    ("virtualization-postgresql", "dev", "virtual-database", ("admin-password", "reader-password")),
)
_FIXED = {"username": "mlgate"}


def missing(cluster: Cluster, settings: Settings) -> Iterator[Object]:
    """Secrets that an option of the prefix wants and that are not there; what is there is never changed."""
    seen: set[tuple[str, str]] = set()
    for option, part, name, keys in _WANTED:
        space = settings.namespace(part)
        if option not in settings.options or (space, name) in seen:
            continue
        seen.add((space, name))
        if cluster.get("secret", name, space) is None:
            kind = "kubernetes.io/basic-auth" if "username" in keys else "Opaque"
            yield secret(space, name, {key: _value(key) for key in keys}, kind)


def _value(key: str) -> Secret:
    return Secret(_FIXED.get(key) or randomness.token_urlsafe(_BYTES))


def hidden(objects: list[Object]) -> tuple[str, ...]:
    """Texts of ``objects`` that no message may repeat."""
    return tuple(value for each in objects for key, value in each["data"].items() if key not in _FIXED)
