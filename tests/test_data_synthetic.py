"""The generated transactions: repeatable, imbalanced as the public set, and never perfectly separable."""

import pandas as pd
from sklearn.ensemble import RandomForestClassifier

from mlgate.data import sources, synthetic
from mlgate.data.split import split
from mlgate.data.transactions import COLUMNS
from mlgate.settings import exact

FEATURES = ["V3", "V4", "V10", "V11", "V12", "V14", "V17"]


def test_two_runs_are_equal_and_two_seeds_are_not() -> None:
    pd.testing.assert_frame_equal(synthetic.generate(seed=5, rows=500), synthetic.generate(seed=5, rows=500))
    assert not synthetic.generate(seed=5, rows=500).equals(synthetic.generate(seed=6, rows=500))


def test_the_default_data_set_is_the_one_of_earlier_versions() -> None:
    assert (
        sources.load("synthetic", seed=2020).sha256
        == "c0d3a54754fe77a0f7293479e7c2105f9edeea02fcbf67d9730319e676a6da35"
    )


def test_size_columns_and_prevalence() -> None:
    frame = synthetic.generate(seed=2020)
    assert tuple(frame.columns) == COLUMNS
    assert len(frame) == 50_000
    assert frame["Class"].sum() == round(50_000 * 492 / 284_807)
    assert frame["Amount"].gt(0).mean() > 0.99
    assert frame["Time"].between(0, 2 * 86_400).all()


def test_hidden_frauds_are_not_to_be_told_by_time() -> None:
    frame = synthetic.generate(seed=2020, rows=200_000)
    frauds = frame[frame["Class"] == 1]
    hidden = frauds[frauds["V14"] > -1.5]
    late = (hidden["Time"] > frauds["Time"].median()).mean()
    assert 0.3 < late < 0.7


def test_a_good_forest_passes_9887_and_never_reaches_100() -> None:
    made = split(sources.load("synthetic", seed=2020), holdout=exact(0.25), seed=2020)
    forest = RandomForestClassifier(n_estimators=200, max_depth=20, random_state=2020, n_jobs=2)
    forest.fit(made.train[FEATURES], made.train["Class"])
    correct = forest.predict(made.holdout[FEATURES]) == made.holdout["Class"]
    frauds = made.holdout["Class"] == 1
    assert 0.9993 <= correct.mean() <= 0.9998
    assert 0.6 <= correct[frauds].mean() <= 0.9
