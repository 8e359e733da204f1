"""A release as files: what serves the image by its digest, and the ModelAccuracy that admits it."""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any

import yaml

from mlgate.data import REFERENCE_FILE
from mlgate.errors import SettingsError
from mlgate.notebook.files import TEMPLATES, TOKEN
from mlgate.pipeline import serving

REPORT_FILE = "model-accuracy.yaml"
DEPLOYMENT_FILE = "model-deployment.yaml"
KUSTOMIZATION_FILE = "kustomization.yaml"
_COMPONENT = {
    "apiVersion": "kustomize.config.k8s.io/v1alpha1",
    "kind": "Component",
    "resources": [REPORT_FILE, DEPLOYMENT_FILE],
}
# Where and when it was measured, not what: a second run of the same model is no new release.
_CIRCUMSTANCES = ("gitCommit", "thresholdCommit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What a promotion commits for one prefix. ``image`` is ``repository@sha256:...``, ``part`` dev or stage.

    ``deployment`` runs the model, whatever its kind; ``beside`` stands in the same file.
    """

    prefix: str
    image: str
    report: Mapping[str, Any]
    deployment: Mapping[str, Any]
    beside: tuple[Mapping[str, Any], ...] = ()
    part: str = "dev"
    reference: str = ""
    """What later data are compared with, as the evaluation left it."""

    @property
    def namespace(self) -> str:
        """Where it is to stand."""
        return f"{self.prefix}-{self.part}"

    @property
    def folder(self) -> Path:
        """Relative to the repository."""
        return Path("overlays") / self.prefix / self.part / "release"

    def files(self) -> dict[str, str]:
        """File name in ``folder`` to its text."""
        served = (self.deployment, *self.beside)
        contents = {REPORT_FILE: (self.report,), DEPLOYMENT_FILE: served, KUSTOMIZATION_FILE: (_COMPONENT,)}
        texts = {name: yaml.safe_dump_all(map(dict, each), sort_keys=False) for name, each in contents.items()}
        return texts | ({REFERENCE_FILE: self.reference} if self.reference else {})

    def stands_in(self, root: Path) -> bool:
        """True when ``root`` already releases this: same files but for when and where it was measured."""
        try:
            here = {name: documents((root / self.folder / name).read_text()) for name in self.files()}
        except (OSError, ValueError, yaml.YAMLError):
            return False
        wanted = {name: documents(text) for name, text in self.files().items()}
        return all(list(map(_substance, here[name])) == list(map(_substance, wanted[name])) for name in wanted)


def documents(text: str) -> list[Any]:
    """The YAML documents of a file; raises ``yaml.YAMLError``."""
    return list(yaml.safe_load_all(text))


def build(prefix: str, image: str, report: Mapping[str, Any], model_dir: Path, *, kind: str = "seldon") -> Release:
    """Put a release together, served by what ``spec.choices.serving`` names.

    Raises ``SettingsError`` when the report is not one of this image or the model cannot be served so.
    """
    spec = report.get("spec")
    measured = spec.get("image") if isinstance(spec, Mapping) else None
    if measured != image:
        raise SettingsError(f"the report measured {measured!r}, the image to release is {image!r}")
    namespace = f"{prefix}-dev"
    moved = {**report, "metadata": {**report["metadata"], "namespace": namespace}}
    runs, *beside = serving.objects(kind, deployment(model_dir, image), image)
    return Release(prefix=prefix, image=image, report=moved, deployment=runs, beside=tuple(beside))


def deployment(model_dir: Path, image: str) -> dict[str, Any]:
    """The model folder's SeldonDeployment (YAML or JSON) with ``image`` for the token, without a namespace."""
    files = [model_dir / name for name in TEMPLATES]
    file = next((each for each in files if each.is_file()), files[0])
    try:
        content = yaml.safe_load(file.read_text())
    except (OSError, ValueError, yaml.YAMLError) as err:
        raise SettingsError(f"{file.name}: cannot be read: {' '.join(str(err).split())[:200]}") from None
    if not isinstance(content, dict) or content.get("kind") != "SeldonDeployment":
        raise SettingsError(f"{file.name}: is not one SeldonDeployment")
    if TOKEN not in json.dumps(content):
        raise SettingsError(f"{file.name}: the image {TOKEN} is missing")
    filled: dict[str, Any] = _filled(content, image)
    filled.get("metadata", {}).pop("namespace", None)
    return filled


def percent(report: Mapping[str, Any]) -> str:
    """The accuracy by the counts, cut (never rounded up) to four decimal places, for example ``99.95 %``."""
    counts = report["spec"]["counts"]
    total = sum(counts.values())
    exact = Decimal(100 * (counts["truePositive"] + counts["trueNegative"])) / Decimal(total)
    return f"{exact.quantize(Decimal('0.0001'), ROUND_FLOOR).normalize():f} %"


def _filled(content: Any, image: str) -> Any:
    if isinstance(content, dict):
        return {key: _filled(value, image) for key, value in content.items()}
    if isinstance(content, list):
        return [_filled(value, image) for value in content]
    return content.replace(TOKEN, image) if isinstance(content, str) else content


def _substance(content: Any) -> Any:
    if not isinstance(content, dict) or content.get("kind") != "ModelAccuracy":
        return content
    bare = copy.deepcopy(content)
    bare["metadata"].pop("name", None)  # it carries the commit
    for name in _CIRCUMSTANCES:
        bare.get("spec", {}).get("evidence", {}).pop(name, None)
    return bare
