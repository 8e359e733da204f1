"""One stage of a way, in a process of its own: ``python bench/data_stage.py load|train|evaluate ...``."""

import json
import re
import sys
from dataclasses import asdict
from pathlib import Path

from mlgate.data import sources
from mlgate.evaluate.run import Provenance, evaluate
from mlgate.image.environment import ensure
from mlgate.image.package import package
from mlgate.image.train import train
from mlgate.notebook.extract import extract

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / "model" / "fraud"
_FOREST = re.compile(r"RandomForestClassifier\([^)]*\)")
LEARNERS = {
    "forest": None,
    "forest of 4 trees": "RandomForestClassifier(n_estimators=4, max_depth=20, random_state=SEED, n_jobs=2)",
    "forest, 200,000 rows a tree": "RandomForestClassifier(n_estimators=200, max_depth=20, max_samples=200_000,"
    " random_state=SEED, n_jobs=2)",
    "histogram": "HistGradientBoostingClassifier(random_state=SEED)",
}
"""What stands in the notebook's place for its RandomForestClassifier(...); None is the notebook as it is."""


def load(source: str) -> None:
    """Read, order and hash the rows."""
    print(sources.load(source, seed=2020).sha256)


def fit(folder: str, learner: str) -> None:
    """Train as the pipeline does on what the split step wrote to ``folder``, and package."""
    place, environment = Path(folder), ensure(MODEL)
    extraction, found = extract(MODEL, place / "extracted")
    if extraction is None:
        sys.exit(str(found))
    if other := LEARNERS[learner]:
        file = place / "extracted" / "Train.py"
        text, times = _FOREST.subn(other, file.read_text())
        if times != 1:
            sys.exit("the notebook has not one RandomForestClassifier(...)")
        file.write_text("from sklearn.ensemble import HistGradientBoostingClassifier\n" + text)
    model = train(place / "extracted", extraction, place / "train", environment, seed=2020)
    image = package(MODEL, place / "extracted", extraction, model, store=place / "images", environment=environment)
    (place / "digest").write_text(image.digest)
    print(model.stat().st_size)


def judge(folder: str) -> None:
    """Score the packaged model on the sealed hold-out, as the evaluate step does."""
    from mlgate.image import store

    place = Path(folder)
    extraction, findings = extract(MODEL, place / "again")
    if extraction is None:
        sys.exit(str(findings))
    image = store.load(place / "images", (place / "digest").read_text())
    known = Provenance(image_name="bench", git_commit="0" * 40, threshold_commit="0" * 40)
    done, found = evaluate(image, ensure(MODEL), place / "sealed", extraction, known)
    if done is None:
        sys.exit(str(found))
    print(json.dumps(asdict(done.metrics)))


if __name__ == "__main__":
    {"load": load, "train": fit, "evaluate": judge}[sys.argv[1]](*sys.argv[2:])
