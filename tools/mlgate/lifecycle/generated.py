"""Secrets that nobody needs to choose: made at random where an option wants one and the cluster has none."""

import secrets as randomness
from collections.abc import Iterator

from mlgate.lifecycle.kubectl import Cluster, Object
from mlgate.lifecycle.secrets import Secret, secret
from mlgate.settings import Settings

_BYTES = 32
_GIT_SERVERS = frozenset({"git-gitea", "git-gogs"})
# Options, part, Secret, keys: what stays unread by people, or is read out of the cluster by those who need it.
_WANTED = (
    (_GIT_SERVERS | {"triggers"}, "cicd", "webhook", ("secret",)),
    (_GIT_SERVERS, "cicd", "git-credentials", ("username", "password")),
    ({"sonarqube"}, "cicd", "sonarqube", ("admin-password",)),
    ({"workbench"}, "dev", "workbench", ("token",)),
    ({"virtualization-postgresql"}, "dev", "virtual-database", ("admin-password", "reader-password")),
)
_FIXED = {"username": "mlgate"}


def missing(cluster: Cluster, settings: Settings) -> Iterator[Object]:
    """Secrets that an option of the prefix wants and that are not there; what is there is never changed."""
    for options, part, name, keys in _WANTED:
        space = settings.namespace(part)
        if options.intersection(settings.options) and cluster.get("secret", name, space) is None:
            kind = "kubernetes.io/basic-auth" if "username" in keys else "Opaque"
            yield secret(space, name, {key: _value(key) for key in keys}, kind)


def _value(key: str) -> Secret:
    return Secret(_FIXED.get(key) or randomness.token_urlsafe(_BYTES))


def hidden(objects: list[Object]) -> tuple[str, ...]:
    """Texts of ``objects`` that no message may repeat."""
    return tuple(value for each in objects for key, value in each["data"].items() if key not in _FIXED)
