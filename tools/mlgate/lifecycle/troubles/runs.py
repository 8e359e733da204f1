"""Pipelines: triggers that do not fire, images that cannot be pulled, pods that failed."""

from collections.abc import Iterator

from mlgate.errors import MlgateError
from mlgate.lifecycle.kubectl import Object
from mlgate.lifecycle.troubles.snapshot import Snapshot, condition, found, phase
from mlgate.results import Result

_PULL = {"ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull"}
_STARTED = "dev.tekton.event.triggers.started.v1"
_LINES = 10


def triggers(seen: Snapshot) -> Iterator[Result]:
    """MG604: an EventListener is not ready, or a push reached it and no PipelineRun came of it."""
    newest = max((run["metadata"]["creationTimestamp"] for run in seen.runs), default="")
    for listener in seen.listeners:
        ready = condition(listener, "Ready") or condition(listener, "Available")
        name = listener["metadata"]["name"]
        if ready.get("status") != "True":
            said = ready.get("message") or ready.get("reason") or "it has no condition Ready"
            fix = f"kubectl -n {listener['metadata']['namespace']} get pods,events -l eventlistener={name}"
            yield found("MG604", "trigger", listener, f"not ready: {said}", fix)
        elif (pushed := _last_push(seen, name)) and pushed > newest:
            message = f"a push came at {pushed} and no PipelineRun since; the last one: {newest or 'none'}"
            fix = "compare the webhook's secret and the CEL filter: kubectl logs -l eventlistener=" + name
            yield found("MG604", "trigger", listener, message, fix)


def _last_push(seen: Snapshot, listener: str) -> str:
    times = [
        event.get("lastTimestamp") or event["metadata"]["creationTimestamp"]
        for event in seen.events
        if event.get("reason") == _STARTED and (event.get("involvedObject") or {}).get("name") == listener
    ]
    return max(times, default="")


def pulls(seen: Snapshot) -> Iterator[Result]:
    """MG605: an image cannot be pulled, often because the pod's service account has no pull secret."""
    for pod in seen.pods:
        waiting = ((status, (status.get("state") or {}).get("waiting") or {}) for status in _statuses(pod))
        for status, why in waiting:
            if why.get("reason") in _PULL:
                account = pod["spec"].get("serviceAccountName", "default")
                secrets = ", ".join(_pull_secrets(seen, pod)) or "none"
                message = f"{why['reason']} of {status.get('image')}: {why.get('message', '')}; service account "
                message += f"{account}, pull secrets: {secrets}"
                fix = f"create the Secret registry-credentials and name it in imagePullSecrets of {account}"
                yield found("MG605", "pull", pod, message, fix)
                break


def _pull_secrets(seen: Snapshot, pod: Object) -> list[str]:
    name = pod["spec"].get("serviceAccountName", "default")
    account = seen.cluster.get("serviceaccount", name, pod["metadata"]["namespace"]) or {}
    found = [*(pod["spec"].get("imagePullSecrets") or ()), *(account.get("imagePullSecrets") or ())]
    return sorted({each["name"] for each in found})


def failures(seen: Snapshot) -> Iterator[Result]:
    """MG606: the pod of a pipeline's task failed; its last lines are the evidence."""
    for pod in seen.pods:
        labels = pod["metadata"].get("labels") or {}
        if phase(pod) == "Failed" and "tekton.dev/taskRun" in labels:
            task = labels.get("tekton.dev/pipelineTask", labels["tekton.dev/taskRun"])
            run = labels.get("tekton.dev/pipelineRun", "")
            fix = f"mend what the lines say, push again, and delete pipelinerun {run}"
            yield found("MG606", "run-failed", pod, f"task {task} failed: {_end(seen, pod)}", fix)


def _end(seen: Snapshot, pod: Object) -> str:
    failed = [(status, (status.get("state") or {}).get("terminated") or {}) for status in _statuses(pod)]
    status, ended = next(((one, end) for one, end in failed if end.get("exitCode")), ({}, {}))
    known = f"exit code {ended['exitCode']} of {status['name']}" if ended else (pod["status"].get("message") or "")
    return "\n".join(filter(None, [known, ended.get("message", ""), _log(seen, pod, status.get("name", ""))]))


def _log(seen: Snapshot, pod: Object, container: str) -> str:
    meta = pod["metadata"]
    where = ["--container", container] if container else ["--all-containers"]
    try:
        return seen.cluster.call(
            ["logs", meta["name"], f"--namespace={meta['namespace']}", *where, f"--tail={_LINES}"]
        ).strip()
    except MlgateError:
        return ""  # the node may be gone; what the status says remains


def _statuses(pod: Object) -> list[Object]:
    status = pod.get("status") or {}
    return [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]
