"""The full public set from OpenML, for people with internet."""

import warnings

import pandas as pd

from mlgate.errors import ToolFailed

DATA_ID = 42175
"""CreditCardFraudDetection. The better known 1597 (``creditcard``) comes without the column Time."""


def fetch() -> pd.DataFrame:
    """The frame as OpenML has it, unchecked; scikit-learn keeps it in its data folder.

    Raises ``ToolFailed`` when it cannot be had.
    """
    from sklearn.datasets import fetch_openml

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # one per retry; the last error says it all
            frame: pd.DataFrame = fetch_openml(data_id=DATA_ID, as_frame=True, parser="pandas").frame
    except Exception as err:  # network, HTTP, parser and cache errors have no common base
        said = " ".join(str(err).split())[:200]
        raise ToolFailed(f"OpenML could not be read: {said}", fix="download the CSV and use csv:PATH") from None
    return frame
