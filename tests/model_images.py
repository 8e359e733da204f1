"""A model that was really trained, packaged and sealed away from, for the tests of image and evaluation."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlgate.data import synthetic
from mlgate.data.split import split, write
from mlgate.data.transactions import canonical
from mlgate.evaluate.run import Evaluation, Provenance, evaluate
from mlgate.image.environment import TRAINING, Environment, ensure
from mlgate.image.package import package
from mlgate.image.store import Image, save
from mlgate.image.train import train
from mlgate.notebook.extract import Extraction, extract
from mlgate.settings import exact

FRAUD = Path(__file__).parents[1] / "model" / "fraud"
PROVENANCE = Provenance(
    image_name="registry.example.com/fraud-demo/fraud-detection", git_commit="a" * 40, threshold_commit="b" * 40
)


@dataclass(frozen=True, slots=True)
class Packaged:
    """What the steps up to package leave behind in ``folder``."""

    folder: Path
    environment: Environment
    extraction: Extraction
    image: Image

    @property
    def sealed(self) -> Path:
        return self.folder / "sealed"

    @property
    def store(self) -> Path:
        return self.folder / "images"

    def content(self) -> dict[str, bytes]:
        """The packaged files."""
        return {name: (self.image.app / name).read_bytes() for name in self.image.files}

    def evaluated(self) -> Evaluation:
        done, findings = evaluate(self.image, self.environment, self.sealed, self.extraction, PROVENANCE)
        assert done is not None, findings
        return done


def packaged(model_dir: Path, folder: Path) -> Packaged:
    """Run extract, split, train and package on 4,000 synthetic rows with frauds that can be told apart."""
    environment = ensure(model_dir if (model_dir / TRAINING).is_file() else FRAUD)
    extraction, results = extract(model_dir, folder / "extracted")
    assert extraction is not None, results
    rows = canonical(synthetic.generate(seed=1, rows=4000), "synthetic")
    write(
        split(rows, holdout=exact(0.25), seed=2020),
        train_csv=folder / "train" / "data" / "creditcard.csv",
        sealed=folder / "sealed",
    )
    trainer = ensure(model_dir, training=True) if (model_dir / TRAINING).is_file() else environment
    model = train(folder / "extracted", extraction, folder / "train", trainer, seed=2020)
    image = package(
        model_dir, folder / "extracted", extraction, model, store=folder / "images", environment=environment
    )
    return Packaged(folder, environment, extraction, image)


def changed(base: Packaged, store: Path, files: Mapping[str, bytes]) -> Image:
    """An image like that of ``base``, but for ``files``; properly stored, so only its behaviour is wrong."""
    image = base.image
    return save(
        store,
        {**base.content(), **files},
        wrapper_class=image.wrapper_class,
        model_file=image.model_file,
        packages=image.packages,
        python=image.python,
    )


def rewritten(base: Packaged, store: Path, old: str, new: str) -> Image:
    """An image whose wrapper has ``new`` where the real one has ``old``."""
    name = f"{base.image.wrapper_class}.py"
    source = base.content()[name].decode()
    assert source.count(old) == 1, old
    return changed(base, store, {name: source.replace(old, new).encode()})
