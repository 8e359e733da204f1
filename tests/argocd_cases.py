"""Statuses as controllers write them, and the health that each is."""

from typing import Any

SOURCE = {"repoURL": "https://git.example.com/team/mlops.git", "path": "policy", "targetRevision": "main"}
OTHER = {**SOURCE, "path": "overlays/alpha/policy"}
SPEC = {"source": SOURCE}
POD = {"id": "gatekeeper-audit-0", "observedGeneration": 2, "operations": ["audit", "status"]}
WEBHOOK = {"id": "gatekeeper-webhook-0", "observedGeneration": 2, "operations": ["webhook"], "enforced": True}
AUDIT = {**POD, "enforced": True}
ERROR = {"code": "ingest_error", "message": "rego_parse_error"}


def application(health: str | None, sync: str = "Synced", source: Any = SOURCE, **more: Any) -> dict[str, Any]:
    told = {"health": {"status": health}} if health else {"health": {}}
    return {**told, "sync": {"status": sync, "comparedTo": {"source": source}}, **more}


def made(*resources: tuple[str | None, str], up_to_date: str = "True", **more: Any) -> dict[str, Any]:
    conditions = [
        {"type": "ErrorOccurred", "status": "False", "reason": "ApplicationSetUpToDate"},
        {"type": "ResourcesUpToDate", "status": up_to_date, "message": "all good", "reason": "ApplicationSetUpToDate"},
    ]
    listed = [
        {"name": f"a{number}", "status": sync, **({"health": {"status": health}} if health else {})}
        for number, (health, sync) in enumerate(resources)
    ]
    return {"conditions": conditions, "resources": listed, "resourcesCount": len(listed), **more}


def condition(kind: str, status: str, **more: str) -> dict[str, Any]:
    return {"type": kind, "status": status, **more}


def subscribed(state: str, *conditions: dict[str, Any], **more: str) -> dict[str, Any]:
    return {"state": state, "conditions": list(conditions), **more}


GOOD_CATALOGUE = condition("CatalogSourcesUnhealthy", "False", reason="AllCatalogSourcesHealthy")
CASES: list[tuple[str, str, Any, str]] = [
    ("Application", "new", None, "Progressing"),
    ("Application", "empty-status", {}, "Progressing"),
    ("Application", "healthy", application("Healthy"), "Healthy"),
    ("Application", "progressing", application("Progressing"), "Progressing"),
    ("Application", "degraded", application("Degraded"), "Degraded"),
    ("Application", "suspended", application("Suspended"), "Suspended"),
    ("Application", "missing", application("Missing"), "Progressing"),
    ("Application", "no-health", application(None), "Progressing"),
    ("Application", "healthy-but-of-another-path", application("Healthy", source=OTHER), "Progressing"),
    ("Application", "healthy-but-never-compared", application("Healthy", source=None), "Progressing"),
    ("Application", "healthy-but-out-of-sync", application("Healthy", "OutOfSync"), "Progressing"),
    (
        "Application",
        "sync-failed",
        application("Healthy", "OutOfSync", operationState={"phase": "Failed", "message": "denied"}),
        "Degraded",
    ),
    (
        "Application",
        "sync-runs",
        application("Healthy", operationState={"phase": "Running"}),
        "Progressing",
    ),
    (
        "Application",
        "cannot-be-compared",
        application("Healthy", "Unknown", conditions=[{"type": "ComparisonError", "message": "no such path"}]),
        "Degraded",
    ),
    (
        "Application",
        "warning-is-no-error",
        application("Healthy", conditions=[{"type": "OrphanedResourceWarning", "message": "3 objects"}]),
        "Healthy",
    ),
    ("ApplicationSet", "new", None, "Progressing"),
    ("ApplicationSet", "no-conditions", {"resources": []}, "Progressing"),
    ("ApplicationSet", "makes-nothing", made(), "Healthy"),
    ("ApplicationSet", "all-healthy", made(("Healthy", "Synced"), ("Healthy", "Synced")), "Healthy"),
    ("ApplicationSet", "one-progressing", made(("Healthy", "Synced"), ("Progressing", "Synced")), "Progressing"),
    ("ApplicationSet", "one-out-of-sync", made(("Healthy", "OutOfSync")), "Progressing"),
    ("ApplicationSet", "one-missing", made(("Missing", "OutOfSync")), "Progressing"),
    ("ApplicationSet", "one-without-health", made((None, "Synced")), "Progressing"),
    ("ApplicationSet", "one-degraded", made(("Progressing", "Synced"), ("Degraded", "Synced")), "Degraded"),
    ("ApplicationSet", "list-cut-short", made(("Healthy", "Synced"), resourcesCount=2), "Progressing"),
    ("ApplicationSet", "could-not-update", made(("Healthy", "Synced"), up_to_date="False"), "Degraded"),
    (
        "ApplicationSet",
        "generator-failed",
        {"conditions": [condition("ErrorOccurred", "True", message="cannot list folders")]},
        "Degraded",
    ),
    ("ConstraintTemplate", "new", None, "Progressing"),
    ("ConstraintTemplate", "created", {"created": True, "byPod": [POD]}, "Healthy"),
    ("ConstraintTemplate", "created-but-no-pod", {"created": True}, "Progressing"),
    ("ConstraintTemplate", "not-created", {"byPod": [POD]}, "Progressing"),
    (
        "ConstraintTemplate",
        "created-of-the-generation-before",
        {"created": True, "byPod": [POD, {**POD, "observedGeneration": 1}]},
        "Progressing",
    ),
    (
        "ConstraintTemplate",
        "one-pod-cannot-compile",
        {"created": True, "byPod": [POD, {**POD, "errors": [ERROR]}]},
        "Degraded",
    ),
    ("ModelAccuracy", "data", None, "Healthy"),
    ("SeldonDeployment", "new", None, "Progressing"),
    ("SeldonDeployment", "available", {"state": "Available"}, "Healthy"),
    ("SeldonDeployment", "creating", {"state": "Creating"}, "Progressing"),
    ("SeldonDeployment", "failed", {"state": "Failed", "description": "image cannot be pulled"}, "Degraded"),
    ("SeldonDeployment", "unknown-state", {"state": "Else"}, "Progressing"),
    (
        "SeldonDeployment",
        "available-of-the-generation-before",
        {"state": "Available", "observedGeneration": 1},
        "Progressing",
    ),
    ("InferenceService", "new", None, "Progressing"),
    ("InferenceService", "no-ready", {"observedGeneration": 2}, "Progressing"),
    ("InferenceService", "ready", {"observedGeneration": 2, "conditions": [condition("Ready", "True")]}, "Healthy"),
    (
        "InferenceService",
        "ready-of-the-generation-before",
        {"observedGeneration": 1, "conditions": [condition("Ready", "True")]},
        "Progressing",
    ),
    (
        "InferenceService",
        "loading",
        {"observedGeneration": 2, "conditions": [condition("Ready", "False", reason="PredictorNotReady")]},
        "Progressing",
    ),
    (
        "InferenceService",
        "cannot-load",
        {
            "observedGeneration": 2,
            "conditions": [condition("Ready", "False")],
            "modelStatus": {
                "transitionStatus": "BlockedByFailedLoad",
                "lastFailureInfo": {"message": "no such file"},
            },
        },
        "Degraded",
    ),
    (
        "InferenceService",
        "stopped",
        {"observedGeneration": 2, "conditions": [condition("Stopped", "True")]},
        "Suspended",
    ),
    ("Subscription", "new", None, "Progressing"),
    ("Subscription", "installed", subscribed("AtLatestKnown", GOOD_CATALOGUE, installedCSV="gk.v3"), "Healthy"),
    ("Subscription", "nothing-installed", subscribed("AtLatestKnown", GOOD_CATALOGUE), "Progressing"),
    ("Subscription", "upgrading", subscribed("UpgradePending", GOOD_CATALOGUE, installedCSV="gk.v2"), "Progressing"),
    (
        "Subscription",
        "plan-runs",
        subscribed("AtLatestKnown", condition("InstallPlanPending", "True", reason="Installing"), installedCSV="gk.v2"),
        "Progressing",
    ),
    (
        "Subscription",
        "plan-waits-for-a-person",
        subscribed("UpgradePending", condition("InstallPlanPending", "True", reason="RequiresApproval")),
        "Suspended",
    ),
    *(
        ("Subscription", name, subscribed("AtLatestKnown", condition(name, "True"), installedCSV="gk.v2"), "Degraded")
        for name in ("BundleUnpackFailed", "CatalogSourcesUnhealthy", "InstallPlanFailed", "ResolutionFailed")
    ),
    ("ValidatingAdmissionPolicy", "new", None, "Progressing"),
    ("ValidatingAdmissionPolicy", "checked", {"observedGeneration": 2, "typeChecking": {}}, "Healthy"),
    ("ValidatingAdmissionPolicy", "checked-before", {"observedGeneration": 1, "typeChecking": {}}, "Progressing"),
    (
        "ValidatingAdmissionPolicy",
        "does-not-fit",
        {
            "observedGeneration": 2,
            "typeChecking": {
                "expressionWarnings": [{"fieldRef": "spec.validations[0].expression", "warning": "no field spce"}]
            },
        },
        "Degraded",
    ),
    *(
        (kind, name, status, expected)
        for kind in ("AIModelAccuracyThreshold", "AIModelRelease")
        for name, status, expected in (
            ("new", None, "Progressing"),
            ("enforced", {"byPod": [AUDIT, WEBHOOK], "totalViolations": 2}, "Healthy"),
            ("only-audited", {"byPod": [AUDIT]}, "Progressing"),
            ("not-enforced-by-one", {"byPod": [WEBHOOK, {**WEBHOOK, "enforced": False}]}, "Progressing"),
            ("threshold-of-before", {"byPod": [WEBHOOK, {**WEBHOOK, "observedGeneration": 1}]}, "Progressing"),
            ("refused-by-one", {"byPod": [WEBHOOK, {**WEBHOOK, "errors": [ERROR]}]}, "Degraded"),
        )
    ),
]
