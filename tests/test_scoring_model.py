"""What scores: the packaged model in its process, the served one by REST, and answers that are none."""

import contextlib
import json
import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from http_answers import answering
from mlgate.errors import ToolFailed, UsageError
from mlgate.image.serve import serving
from mlgate.scoring import local as local_models
from mlgate.scoring.local import LocalModel, find
from mlgate.scoring.model import Away, Refused, Row, Scores, judge, probabilities, probe
from mlgate.scoring.remote import PATH, RemoteModel
from mlgate.scoring.transaction import Poison, Reason
from model_images import Packaged, rewritten

DIGEST = "sha256:" + "a" * 64
ROWS = [(-8.5, 5.5, -9.0, 6.0, -11.0, -12.0, -16.0), (0.0,) * 7]


@contextlib.contextmanager
def opened(model: LocalModel) -> Iterator[LocalModel]:
    with contextlib.closing(model):
        yield model


@pytest.fixture(scope="module")
def local(fraud: Packaged) -> Iterator[LocalModel]:
    with opened(LocalModel(fraud.image, fraud.environment)) as model:
        yield model


def test_both_ways_give_the_same_probabilities(local: LocalModel, fraud: Packaged) -> None:
    with serving(fraud.image, fraud.environment) as url:
        remote = RemoteModel(url, local.names, fraud.image.digest)
        assert remote.score(ROWS).digest == local.score(ROWS).digest == fraud.image.digest
        assert remote.score(ROWS).fraud == pytest.approx(local.score(ROWS).fraud, abs=1e-12)
        with pytest.raises(Refused, match="the names must be"):
            RemoteModel(url, [*local.names[1:], local.names[0]], DIGEST).score(ROWS)
    fraud_row, other = local.score(ROWS).fraud
    assert fraud_row > 0.5 > other


def test_one_row_that_the_model_refuses_is_found_among_the_others(local: LocalModel) -> None:
    rows = [ROWS[0]] * 9
    rows[6] = (float("nan"),) * 7
    found = judge(local, rows)
    assert [at for at, each in enumerate(found) if isinstance(each, Poison)] == [6]
    assert isinstance(found[6], Poison)
    assert found[6].reason is Reason.REFUSED
    assert "finite" in found[6].detail


def test_a_model_whose_process_died_is_started_again(fraud: Packaged) -> None:
    with opened(LocalModel(fraud.image, fraud.environment)) as model:
        before = model.score(ROWS)
        os.kill(model._process.pid, signal.SIGKILL)
        with contextlib.suppress(Away):
            model.score(ROWS)
        model._process.wait(10)
        assert model.score(ROWS) == before


def test_a_model_that_hangs_is_one_that_died(fraud: Packaged, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(LocalModel(fraud.image, fraud.environment)) as model:
        model._process.send_signal(signal.SIGSTOP)
        monkeypatch.setattr(local_models, "_ANSWER_S", 0.1)
        with pytest.raises(Away, match="its process ended"):
            model.score(ROWS)


def test_its_process_ends_with_it(fraud: Packaged) -> None:
    with opened(LocalModel(fraud.image, fraud.environment)) as model:
        process = model._process
    assert process.poll() is not None


def test_what_a_wrapper_prints_does_not_come_between(fraud: Packaged, tmp_path: Path) -> None:
    image = rewritten(
        fraud, tmp_path, "        rows = self._rows(X)", '        rows = self._rows(X)\n        print("{}")'
    )
    with opened(LocalModel(image, fraud.environment)) as model:
        assert len(model.score(ROWS).fraud) == 2


def test_classes_the_other_way_round_are_refused(fraud: Packaged, tmp_path: Path) -> None:
    image = rewritten(fraud, tmp_path, '["legitimate", "fraud"]', '["fraud", "legitimate"]')
    with pytest.raises(ToolFailed, match="class_names"):
        LocalModel(image, fraud.environment)


def test_a_model_that_does_not_load_says_why(fraud: Packaged, tmp_path: Path) -> None:
    image = rewritten(
        fraud, tmp_path, "        self.model = joblib", '        raise RuntimeError("why")\n        self.model = joblib'
    )
    with pytest.raises(ToolFailed, match=r"does not start: its process ended: RuntimeError: why"):
        LocalModel(image, fraud.environment)


def test_an_image_is_found_by_digest_and_by_folder(fraud: Packaged, tmp_path: Path) -> None:
    assert find(fraud.image.digest, fraud.store)[0] == fraud.image
    assert find(str(fraud.image.app.parent), tmp_path)[0] == fraud.image
    for reference in (str(tmp_path), "sha256:x", DIGEST):
        with pytest.raises(UsageError):
            find(reference, fraud.store)


def asked(body: object, status: int = 200, digest: str = DIGEST) -> Scores:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with answering(content, status, PATH) as url:
        return RemoteModel(url, ["a"], digest).score([(0.0,), (1.0,)])


TABLE = {"ndarray": [[0.75, 0.25], [0.5, 0.5]]}


@pytest.mark.parametrize("data", [TABLE, {"tensor": {"shape": [2, 2], "values": [0.75, 0.25, 0.5, 0.5]}}])
def test_both_forms_of_an_answer_are_read(data: object) -> None:
    assert asked({"data": data}) == Scores((0.25, 0.5), DIGEST)


def test_the_image_that_an_answer_names_is_the_model() -> None:
    told = "registry.example.com/a@sha256:" + "b" * 64
    answer = {"data": TABLE, "meta": {"requestPath": {"model": told}}}
    assert asked(answer).digest == "sha256:" + "b" * 64


def test_an_answer_that_names_no_image_needs_a_digest() -> None:
    with pytest.raises(ToolFailed, match="names no image"):
        asked({"data": TABLE}, digest="")


@pytest.mark.parametrize(
    "body",
    [{}, [], {"data": None}, {"data": {}}, {"data": {"ndarray": [[0.5, 0.5]]}}, {"data": {"ndarray": "x"}},
     {"data": {"tensor": {"shape": [2, 2], "values": [1]}}}, {"data": {"ndarray": [[1], [2, 3]]}}],
    ids=str,
)  # fmt: skip
def test_an_answer_of_another_form_ends_it(body: object) -> None:
    with pytest.raises(ToolFailed):
        asked(body)


@pytest.mark.parametrize(("body", "status"), [(b"", 200), (b"pong", 200), (b"{}", 503), (b"gone", 404)])
def test_a_server_that_may_recover_is_away(body: bytes, status: int) -> None:
    with pytest.raises(Away):
        asked(body, status)


def test_a_refusal_has_the_models_reason() -> None:
    with pytest.raises(Refused, match="too many"):
        asked({"status": {"info": "too many"}}, 400)


@pytest.mark.parametrize(
    "answer",
    [[[0.5, 0.6]], [[-0.1, 1.1]], [[float("nan"), 1.0]], [[0.5]], [0.5, 0.5], None, "x", [["a", "b"]], [[10**400, 1]]],
    ids=str,
)
def test_what_is_no_probability_is_none(answer: object) -> None:
    with pytest.raises(ToolFailed):
        probabilities(answer, 1)


class Refusing:
    """A model that takes no row, as one does whose features have changed."""

    names = ("a",)

    def score(self, rows: Sequence[Row]) -> Scores:  # noqa: ARG002 - the interface of a model
        raise Refused("the names must be b")

    def close(self) -> None:
        """Nothing is open."""


def test_a_model_that_refuses_everything_is_to_blame_itself() -> None:
    refusing: Any = Refusing()
    with pytest.raises(ToolFailed, match="the names must be b"):
        judge(refusing, [(1.0,), (2.0,)])
    with pytest.raises(ToolFailed, match="the names must be b"):
        probe(refusing)
