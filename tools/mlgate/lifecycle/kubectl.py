"""The door to a cluster: kubectl with JSON out, objects on standard input, always a time limit."""

import json
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mlgate import process
from mlgate.errors import ToolFailed
from mlgate.process import Done, Tool

Object = dict[str, Any]

MANAGER = "mlgate"
SECRET_VARIABLES = ("GIT_PASSWORD", "SLACK_WEBHOOK_URL", "SYSDIG_SECURE_TOKEN")
_RETRY_S = 0.2
_KUBECTL = Tool("kubectl", accept=(0, 1))
_ABSENT = (
    "(NotFound)",
    "the server doesn't have a resource type",
    "no matches for kind",
    "could not find the requested",
)
_UNREACHABLE = (
    "Unable to connect to the server",
    "did you specify the right host or port",
    "no configuration has been provided",
    "context was not found",
    "error: context ",
    "error: stat ",
    "error: EOF",
    "error loading config file",
    "the server has asked for the client to provide credentials",
    "(Unauthorized)",
)


class Unreachable(ToolFailed):
    """No cluster answers, or it does not know the person."""


class Refused(ToolFailed):
    """The cluster answered and said no; ``reason`` is kubectl's own text."""

    def __init__(self, message: str, *, fix: str = "", reason: str = "") -> None:
        super().__init__(message, fix=fix)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster as the person reaches it; empty fields leave the choice to kubectl and ``KUBECONFIG``.

    Every method raises ``Unreachable`` when no cluster answers and ``Refused`` when it says no.
    """

    kubeconfig: str = ""
    context: str = ""
    timeout_s: float = 60

    def call(self, args: Sequence[str], *, stdin: str = "", timeout_s: float = 0, hide: Iterable[str] = ()) -> str:
        """Standard output of one kubectl command; ``hide`` are texts that no message may repeat."""
        done = self._run(args, stdin, timeout_s or self.timeout_s)
        if done.returncode == 0:
            return done.stdout
        raise _error(args, _hidden(done.stderr.strip() or done.stdout.strip(), hide))

    def get(self, kind: str, name: str, namespace: str = "") -> Object | None:
        """One object; None when it, or its kind, is not there."""
        text = self._read(["get", kind, name, *_in(namespace), "--show-managed-fields", "-o", "json"])
        return dict(json.loads(text)) if text else None

    def list(self, kind: str, namespace: str = "", *, selector: str = "") -> list[Object]:
        """Objects of a kind, of all namespaces unless one is named; none when the kind is not there."""
        where = _in(namespace) or ["--all-namespaces"]
        chosen = ["-l", selector] if selector else []
        text = self._read(["get", kind, *where, *chosen, "--chunk-size=0", "-o", "json"])
        return list(json.loads(text)["items"]) if text else []

    def apply(self, objects: Iterable[Object], *, hide: Iterable[str] = (), force: bool = True) -> int:
        """Server-side apply, by standard input; the number of objects. ``force`` takes fields over from others."""
        items = list(objects)
        if items:
            args = ["apply", "--server-side", f"--field-manager={MANAGER}", "-f", "-"]
            document = {"apiVersion": "v1", "kind": "List", "items": items}
            forced = ["--force-conflicts"] if force else []
            self.call([*args, *forced], stdin=json.dumps(document), hide=hide)
        return len(items)

    def delete(self, kind: str, name: str, namespace: str = "") -> bool:
        """Ask for removal without waiting; False when there was nothing."""
        args = ["delete", kind, name, *_in(namespace), "--ignore-not-found", "--wait=false", "-o", "name"]
        return bool(self._read(args).strip())

    def wait(self, kind: str, name: str, condition: str, namespace: str = "", *, timeout_s: float = 60) -> bool:
        """Whether ``condition`` (``delete``, ``condition=Established``) holds within the time."""
        args = ["wait", f"{kind}/{name}", *_in(namespace), f"--for={condition}", f"--timeout={timeout_s:g}s"]
        end = time.monotonic() + timeout_s
        while True:
            try:
                self.call(args, timeout_s=timeout_s + 30)
            except Refused as err:
                # kubectl gives up on an object that has no conditions yet.
                if "accessor error" in err.reason and time.monotonic() < end:
                    time.sleep(_RETRY_S)
                    continue
                return condition == "delete" and _absent(err.reason)
            return True

    def patch(self, kind: str, name: str, change: Object, namespace: str = "") -> bool:
        """Merge ``change``, which holds no secret; False when the object is not there."""
        args = ["patch", kind, name, *_in(namespace), "--type=merge", "-p", json.dumps(change), "-o", "name"]
        return bool(self._read(args))

    def _read(self, args: Sequence[str]) -> str:
        try:
            return self.call(args)
        except Refused as err:
            if _absent(err.reason):
                return ""
            raise

    def _run(self, args: Sequence[str], stdin: str, timeout_s: float) -> Done:
        where = [f"--kubeconfig={self.kubeconfig}"] if self.kubeconfig else []
        where += [f"--context={self.context}"] if self.context else []
        # What a person hands over in the environment is for us, not for every program below us.
        env = {name: value for name, value in os.environ.items() if name not in SECRET_VARIABLES}
        env["PATH"] = process.search_path()
        limit = [] if args[0] == "wait" else [f"--request-timeout={timeout_s:g}s"]
        return _KUBECTL.run([*args, *where, *limit], stdin=stdin, env=env, timeout_s=timeout_s + 5)


def reference(obj: Object) -> str:
    """``kind.group/name`` as kubectl takes it, which also tells kinds of one name apart."""
    group = obj.get("apiVersion", "").rpartition("/")[0]
    kind = obj["kind"].lower()
    return f"{kind}.{group}" if group else kind


def _in(namespace: str) -> list[str]:
    return [f"--namespace={namespace}"] if namespace else []


def _absent(text: str) -> bool:
    return any(each in text for each in _ABSENT)


def _hidden(text: str, hide: Iterable[str]) -> str:
    for each in hide:
        text = text.replace(each, "***") if each else text
    return text[-2000:]


def _error(args: Sequence[str], text: str) -> ToolFailed:
    if not _absent(text) and any(each in text for each in _UNREACHABLE):
        last = text.splitlines()[-1] if text else "no answer"
        fix = "log in (oc login, or your provider's way), set KUBECONFIG, or pass --kubeconfig and --context"
        return Unreachable(f"no cluster can be reached: {last}", fix=fix)
    return Refused(f"`kubectl {' '.join(args)[:200]}` failed: {text}", reason=text)
