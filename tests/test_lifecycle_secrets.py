"""Secrets as they are handed over: from where, what is refused, and that no message repeats them."""

from pathlib import Path

import pytest

from mlgate.cli import main
from mlgate.errors import UsageError
from mlgate.lifecycle import secrets
from mlgate.lifecycle.kubectl import _hidden
from mlgate.lifecycle.secrets import Given, Secret

VALUE = "planted-value"


@pytest.mark.parametrize("text", [VALUE, VALUE + "\n", VALUE + "\r\n"], ids=["bare", "line", "windows"])
def test_a_value_is_taken_without_its_line_end(tmp_path: Path, text: str) -> None:
    file = tmp_path / "value"
    file.write_bytes(text.encode())
    assert secrets.read_file(file, "--x-file").text == VALUE


BAD = {
    "empty": b"",
    "blank": b" \n",
    "two-lines": b"planted-value\nmore\n",
    "binary": b"\xff\xfe",
    "control": b"planted-value\x07",
    "endless": b"x" * 40000,
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_what_is_no_value_is_refused_and_not_repeated(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "value"
    file.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        secrets.read_file(file, "--x-file")
    assert VALUE not in str(caught.value)
    assert "--x-file" in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="none cannot be read"):
        secrets.read_file(tmp_path / "none", "--x-file")


def test_a_file_wins_over_the_environment_and_only_a_literal_warns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("X", "from-environment")
    file = tmp_path / "value"
    file.write_text("from-file")
    said: list[str] = []
    chosen = [
        secrets.choose("--x", file, None, "X", said.append),
        secrets.choose("--x", None, None, "X", said.append),
        secrets.choose("--x", None, None, "NOT_SET", said.append),
    ]
    assert [each and each.text for each in chosen] == ["from-file", "from-environment", None]
    assert said == []
    assert secrets.choose("--x", None, VALUE, "X", said.append) == Secret(VALUE)
    assert len(said) == 1
    assert VALUE not in said[0]


def test_a_file_and_a_literal_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="exclude each other"):
        secrets.choose("--x", tmp_path, VALUE, "X", print)


def test_no_repr_and_no_message_shows_a_value() -> None:
    given = Given(user="u", password=Secret(VALUE), slack=Secret("other-value"))
    assert VALUE not in repr(given)
    said = f"invalid: {VALUE}, {Secret(VALUE).encoded} and other-value"
    assert _hidden(said, given.hidden) == "invalid: ***, *** and ***"


def test_argo_cd_is_given_a_password_only_for_a_url_that_takes_one() -> None:
    given = Given(user="u", password=Secret(VALUE))
    assert [secrets.repository(url, given) for url in ("git@example.com:a", "http://example.com/a")] == [[], []]
    (found,) = secrets.repository("https://example.com/a", given)
    assert found["metadata"]["labels"]["argocd.argoproj.io/secret-type"] == "repository"
    assert secrets.repository("https://example.com/a", Given()) == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--slack-webhook-url", VALUE], "with --apply only"),
        (["--apply", "--dry-run"], "exclude each other"),
        (["--apply", "--user", "u"], "belong together"),
        (["--apply", "--password-stdin"], "belong together"),
        (["--apply", "--sysdig-secure-token-file", "/no/such"], "cannot be read"),
    ],
    ids=["without-apply", "dry-run", "user-alone", "password-alone", "no-file"],
)
def test_options_that_do_not_fit_are_refused_before_anything_is_done(
    options: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin", (tmp_path / "in").open("w+"))
    (tmp_path / "in").write_text(VALUE)
    root = Path(__file__).parents[1]
    assert main(["bootstrap", "--repo", str(root), "--prefix", "never-made", *options]) == 2
    err = capsys.readouterr().err
    assert says in err
    assert VALUE not in err
    assert not (root / "overlays" / "never-made").exists()
