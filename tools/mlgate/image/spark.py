"""What the Train cells of a model that Spark trains are given besides: Java, the cluster, and mlgate's own API."""

import os
import shutil
from pathlib import Path

from mlgate.errors import MissingTool
from mlgate.image.environment import Environment

PACKAGE = Path(__file__).parents[1]
# The last three are how a Python finds the JVM that spark-submit made.
_INHERITED = (
    "SPARK_MASTER",
    "SPARK_LOCAL_IP",
    "SPARK_ROWS",
    "JAVA_HOME",
    "PYSPARK_GATEWAY_PORT",
    "PYSPARK_GATEWAY_SECRET",
)


def used(environment: Environment) -> bool:
    """Whether Spark is in the environment."""
    return any(package.startswith("pyspark==") for package in environment.packages)


def variables(environment: Environment, workdir: Path) -> dict[str, str]:
    """The variables, for cells that run in ``workdir``; raises ``MissingTool`` without Java."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    if not java:
        raise MissingTool("Java is missing: Spark needs it", fix="install Java 17 or later")
    # A link to this one package: the tools' own libraries must not take the place of the environment's.
    api = workdir / ".api"
    api.mkdir(exist_ok=True)
    link = api / PACKAGE.name
    link.unlink(missing_ok=True)
    link.symlink_to(PACKAGE)
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    folders = (environment.python.parent, Path(java).parent, "/usr/bin", "/bin")  # Spark's launcher is a shell script
    return kept | {"PYTHONPATH": str(api), "PATH": os.pathsep.join(map(str, folders))}
