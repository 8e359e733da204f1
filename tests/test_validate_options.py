"""What the verb names without importing it, so that it starts at once, is what the modules name."""

from mlgate import cluster, report
from mlgate.verbs import validate


def test_the_formats_are_those_of_the_reports() -> None:
    assert tuple(report.FORMATS) == validate.FORMATS


def test_a_clone_is_known_by_the_clusters_settings() -> None:
    assert cluster.FILE == validate.CLUSTER
