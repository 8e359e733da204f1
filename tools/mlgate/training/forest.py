"""A forest as plain arrays: what a model file holds, and what it answers.

``feature_names_in_``  names of the columns, in their order, as an estimator of scikit-learn has them
``root``         index of each tree's first node
``feature``      index of the column that a node asks for
``threshold``    a row goes left when its value is at most this, in 64-bit floats
``left, right``  index of the next node; a leaf leads to itself
``probability``  shares of the classes 0 and 1 in a leaf, one row a node
``depth``        steps from a root to the deepest leaf
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Arrays = dict[str, Any]
_KINDS = {"feature": np.int32, "threshold": np.float64, "left": np.int32, "right": np.int32, "probability": np.float64}
_Node = tuple[int, float, int, int, tuple[float, float]]


def probabilities(forest: Mapping[str, Any], rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Shape [rows, 2]: the mean of what each tree's leaf says, as Spark's own ``probability``."""
    node = np.tile(forest["root"], (len(rows), 1))
    at = np.arange(len(rows))[:, None]
    for _ in range(forest["depth"]):
        below = rows[at, forest["feature"][node]] <= forest["threshold"][node]
        node = np.where(below, forest["left"][node], forest["right"][node])
    votes = forest["probability"][node].sum(axis=1)
    return np.asarray(votes / votes.sum(axis=1, keepdims=True))


def digest(forest: Mapping[str, Any]) -> str:
    """The sha256 of a forest, 64 hex digits, by its arrays and not by the bytes of some file."""
    done = hashlib.sha256()
    for name in sorted(forest):
        value = forest[name]
        done.update(name.encode() + (value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode()))
    return done.hexdigest()


def exported(model: Any, features: Sequence[str]) -> Arrays:
    """The trees of Spark's ``RandomForestClassificationModel`` as arrays, node by node out of the JVM."""
    from pyspark import SparkContext

    shown = SparkContext._active_spark_context._jvm.java.util.Arrays.toString
    trees = list(model._java_obj.trees())
    nodes: list[_Node] = []
    root = []
    for tree in trees:
        root.append(len(nodes))
        nodes += _nodes(tree.rootNode(), len(nodes), shown)
    columns = dict(zip(_KINDS, zip(*nodes, strict=True), strict=True))
    arrays = {name: np.array(column, dtype=_KINDS[name]) for name, column in columns.items()}
    depth = max(tree.depth() for tree in trees)
    return {"feature_names_in_": list(features), "root": np.array(root, dtype=np.int32), "depth": depth, **arrays}


def _nodes(root: Any, start: int, shown: Callable[[Any], str]) -> list[_Node]:
    """The nodes of one tree, level by level, numbered from ``start``."""
    waiting, found = [root], []
    for number, node in enumerate(waiting, start):
        if node.subtreeDepth() == 0:
            found.append((0, np.inf, number, number, _shares(shown(node.impurityStats().stats()))))
            continue
        left = start + len(waiting)
        waiting += [node.leftChild(), node.rightChild()]
        split = node.split()
        found.append((split.featureIndex(), split.threshold(), left, left + 1, (0.0, 0.0)))
    return found


def _shares(stats: str) -> tuple[float, float]:
    """Shares of the classes 0 and 1 from Java's text of their weights, ``[1.0, 3.0]``, which loses no digit."""
    zero, one = (float(weight) for weight in stats.strip("[]").split(","))
    return zero / (zero + one), one / (zero + one)
