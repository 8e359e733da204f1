"""The pipeline's own steps on a notebook as it is saved: contract, training, evaluation, gate."""

import tempfile
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from mlgate import thresholds
from mlgate.errors import ToolFailed
from mlgate.evaluate import report
from mlgate.evaluate import run as evaluation
from mlgate.evaluate.metrics import Metrics
from mlgate.image import environment, package, train
from mlgate.lab.answer import Answer, Finding, Gate, Measured
from mlgate.lab.data import Prepared
from mlgate.notebook import contract
from mlgate.notebook.cells import notebooks
from mlgate.notebook.extract import Extraction, extract
from mlgate.pipeline import checkout, constraints
from mlgate.repo import Repo
from mlgate.results import Result, passed
from mlgate.settings import find_line, load

_BOOTSTRAP = "mlgate bootstrap --prefix fraud-demo --commit"


@dataclass(frozen=True, slots=True)
class Subject:
    """A model folder of a checkout, and the prefix whose gate is asked, if there is one."""

    repo: Repo
    model_dir: Path
    prefix: str | None


def keeps(model_dir: Path) -> Answer:
    """The notebook contract alone."""
    start = replace(_file(model_dir), asked="contract")
    return _with(start, contract.check(model_dir))


def judge(subject: Subject, prepared: Prepared) -> Answer:
    """Contract, then a training and a measurement of its own, then the gate's verdict.

    Whatever stops on the way is told in the answer when it is the notebook's fault; raises ``MlgateError`` otherwise.
    """
    start = _file(subject.model_dir)
    with tempfile.TemporaryDirectory(prefix="mlgate-notebook-") as scratch:
        extraction, results = extract(subject.model_dir, Path(scratch) / "extracted")
        answer = _with(start, results)
        if extraction is None:
            return answer
        return _measured(answer, subject, prepared, Path(scratch), extraction)


def _file(model_dir: Path) -> Answer:
    paths = notebooks(model_dir)
    if len(paths) != 1:
        return Answer()
    # Before it is read: a file that changes meanwhile is told to be older than it is, never newer.
    saved = datetime.fromtimestamp(paths[0].stat().st_mtime).astimezone()
    return Answer(notebook=paths[0].name, saved=saved.strftime("%H:%M:%S on %Y-%m-%d"))


def _with(answer: Answer, results: list[Result]) -> Answer:
    return replace(answer, kept=answer.kept or passed(results), findings=_findings(results))


def _findings(results: list[Result]) -> tuple[Finding, ...]:
    told = (each for each in results if not passed([each]))
    return tuple(
        Finding(each.code, f"{each.subject}:{each.line}" if each.line else each.subject, each.message, each.fix)
        for each in told
    )


def _measured(answer: Answer, subject: Subject, prepared: Prepared, scratch: Path, extraction: Extraction) -> Answer:
    ready = environment.ensure(subject.model_dir)
    work = scratch / "train"
    (work / "data").mkdir(parents=True)
    (work / "data" / prepared.train.name).write_bytes(prepared.train.read_bytes())
    seed = prepared.record().seed
    try:
        model = train.train(scratch / "extracted", extraction, work, ready, seed=seed)
    except ToolFailed as err:
        return replace(answer, trouble=str(err), fix="run the Train cells from the top in a fresh kernel")
    image = package.package(
        subject.model_dir, scratch / "extracted", extraction, model, store=scratch / "images", environment=ready
    )
    done, results = evaluation.evaluate(image, ready, prepared.sealed, extraction, _provenance(subject))
    if done is None:
        return _with(answer, results)
    answer = replace(answer, measured=_told(done.metrics, done.evidence.data_source))
    if subject.prefix is None:
        return replace(answer, trouble="no prefix is set up here, so there is no gate to ask", fix=_BOOTSTRAP)
    return replace(answer, gate=_gate(subject.repo, subject.prefix, done))


def _told(metrics: Metrics, source: str) -> Measured:
    low, high = metrics.accuracy_interval
    return Measured(
        correct=metrics.counts.correct,
        rows=metrics.counts.total,
        low=low,
        high=high,
        baseline=metrics.baseline,
        recall=metrics.recall,
        precision=metrics.precision,
        source=source,
    )


def _provenance(subject: Subject) -> evaluation.Provenance:
    repo, prefix = subject.repo, subject.prefix
    if prefix is None:
        return evaluation.Provenance(image_name="none", git_commit="", threshold_commit="")
    settings = repo.settings_file(prefix)
    return evaluation.Provenance(
        image_name=load(settings).model_image,
        git_commit=repo.head(),
        threshold_commit=checkout.last_commit(repo.root, str(settings.relative_to(repo.root))),
    )


def _gate(repo: Repo, prefix: str, done: evaluation.Evaluation) -> Gate:
    measured = report.model_accuracy(done.metrics, done.evidence, namespace=f"{prefix}-cicd")
    verdict = constraints.accuracy(repo.root, prefix, measured)
    settings = repo.settings_file(prefix)
    return Gate(
        prefix=prefix,
        allowed=verdict.allowed,
        reasons=verdict.reasons,
        required=thresholds.spoken(load(settings).accuracy),
        where=f"{settings.relative_to(repo.root)}:{find_line(settings, 'spec', 'gate', 'accuracy')}",
    )
