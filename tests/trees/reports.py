"""Reports to show: one without findings, one with all that is hard to write down."""

from mlgate.checks.model import Report, Stage
from mlgate.results import Place, Result, Status

HARD = "100 % <&>\"' , : \n second line \x00 \x1b[31m \ud800 ä 漢 ]]> [bold]"


def result(status: Status = Status.VALID, code: str = "MG231", **more: object) -> Result:
    """A result of a subject whose source is known."""
    fields: dict[str, object] = {
        "check": "schema",
        "subject": "Task/alpha-cicd/clone",
        "file": "base/cicd/tasks/clone.yaml",
        "line": 7,
    }
    return Result(code=code, status=status, **{**fields, **more})  # type: ignore[arg-type]


CHAIN = (
    Place("apps/root.yaml", 3, 5, "application"),
    Place("overlays/alpha/cicd/kustomization.yaml", 4, 3, "resource"),
)
CLEAN = Report((Stage("schema", (result(),)), Stage("names", (result(code="MG251"),))), 2)
HARD_FINDINGS = (
    result(Status.INVALID, message=HARD, fix="run: mlgate generate"),
    result(Status.ERROR, "MG221", message="kustomize failed", line=0),
    result(Status.SKIPPED, "MG232", message="skipped", file="", line=0),
)
ACCEPTED = result(Status.SUPPRESSED, column=3, chain=CHAIN, message="known", reason="until the next release")
BROKEN = Report((Stage("schema", (result(), *HARD_FINDINGS, ACCEPTED)),), 4, ("left out on request",))
EMPTY = Report((), 0)
