"""Secrets a person hands over: where they may come from, and the objects they become. Never on a child's argv."""

import base64
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mlgate.errors import UsageError
from mlgate.lifecycle.kubectl import Object
from mlgate.settings import Settings

_LONGEST = 16384
_LABELS = {"app.kubernetes.io/part-of": "mlgate"}


@dataclass(frozen=True, slots=True)
class Secret:
    """One value. Its text shows in no repr, so in no traceback or log."""

    text: str = field(repr=False)

    @property
    def hidden(self) -> tuple[str, str]:
        """What no message may repeat: the value, and the value as a Secret holds it."""
        return self.text, self.encoded

    @property
    def encoded(self) -> str:
        """Base64, as the field ``data`` wants it."""
        return base64.b64encode(self.text.encode()).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Everything that was handed over; None leaves in the cluster what is there."""

    user: str = ""
    password: Secret | None = None
    slack: Secret | None = None
    sysdig: Secret | None = None

    @property
    def hidden(self) -> tuple[str, ...]:
        """Texts that no message may repeat."""
        there = [each for each in (self.password, self.slack, self.sysdig) if each is not None]
        return tuple(text for each in there for text in each.hidden)


def checked(text: str, origin: str) -> Secret:
    """A value without its line end; raises ``UsageError`` that names ``origin`` and never the value."""
    value = text.removesuffix("\n").removesuffix("\r")
    if not value.strip():
        raise UsageError(f"{origin} is empty")
    if len(value) > _LONGEST or re.search(r"[\x00-\x1f\x7f]", value):
        raise UsageError(f"{origin} is no single line of text", fix="write the value alone, in one line")
    return Secret(value)


def read_file(path: Path, origin: str) -> Secret:
    """The value in a file; raises ``UsageError``."""
    try:
        with path.open("rb") as file:
            return checked(file.read(_LONGEST * 2).decode(), f"{origin}: {path}")
    except OSError as err:
        raise UsageError(f"{origin}: {path} cannot be read: {err.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{origin}: {path} is no text") from None


def choose(
    name: str, file: Path | None, literal: str | None, variable: str, warn: Callable[[str], None]
) -> Secret | None:
    """The value of one option: from its file, from our own command line (with a warning), else from the environment."""
    if file is not None and literal is not None:
        raise UsageError(f"{name} and {name}-file exclude each other", fix=f"keep {name}-file")
    if file is not None:
        return read_file(file, f"{name}-file")
    if literal is not None:
        warn(f"{name} stands in this shell's history and in the list of processes; better: {name}-file or ${variable}")
        return checked(literal, name)
    return checked(os.environ[variable], f"${variable}") if os.environ.get(variable) else None


def objects(settings: Settings, given: Given) -> list[Object]:
    """The Secrets of PREFIX-cicd that hold what was given."""
    space = settings.namespace("cicd")
    found = []
    if given.password:
        found.append(secret(space, "git-credentials", _login(given), "kubernetes.io/basic-auth"))
    if given.slack:
        found.append(secret(space, "slack", {"webhook-url": given.slack}))
    if given.sysdig:
        found.append(secret(space, "sysdig", {"secure-api-token": given.sysdig}))
    return found


def repository(url: str, given: Given) -> list[Object]:
    """The Secret by which Argo CD reads the repository; none without a password or for a URL that takes none."""
    if not given.password or not url.startswith("https://"):
        return []
    values = {"type": Secret("git"), "url": Secret(url), **_login(given)}
    found = secret("argocd", "mlgate-repository", values)
    found["metadata"]["labels"]["argocd.argoproj.io/secret-type"] = "repository"
    return [found]


def _login(given: Given) -> dict[str, Secret]:
    assert given.password is not None  # noqa: S101 - the callers have looked
    return {"username": Secret(given.user), "password": given.password}


def secret(namespace: str, name: str, values: dict[str, Secret], kind: str = "Opaque") -> Object:
    """A Secret with our label."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": kind,
        "metadata": {"name": name, "namespace": namespace, "labels": dict(_LABELS)},
        "data": {key: value.encoded for key, value in values.items()},
    }
