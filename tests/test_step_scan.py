"""The scan: by digest, the token in the environment alone, skipped in sight, and every failure means what it says."""

import json
from pathlib import Path
from typing import Any

import pytest

import fake_programs
from gate_oracle import DIGEST
from mlgate import cli
from mlgate.pipeline import workspace

TOKEN = "planted-sysdig-1b9d"
IMAGE = "registry.example.com/fraud"
URL = "https://eu1.app.sysdig.com"
RULE = {"description": "Severity at least High", "evaluationResult": "failed"}
FAILED = {"name": "Best practices", "evaluation": "failed", "bundles": [{"name": "Vulnerabilities", "rules": [RULE]}]}
CVES = {
    "1": {"name": "CVE-2020-28493", "severity": "High", "fixVersion": "2.11.3"},
    "2": {"name": "CVE-2024-0001", "severity": "Low"},
}

SCANNER = """
assert os.environ["SECURE_API_TOKEN"] == {token!r}
print("using the token", os.environ["SECURE_API_TOKEN"])
print("token", os.environ["SECURE_API_TOKEN"], "is known", file=sys.stderr)
print("login", os.environ.get("REGISTRY_USER"), os.environ.get("REGISTRY_PASSWORD"), file=sys.stderr)
report = next(a.removeprefix("--output=json-file=") for a in sys.argv if a.startswith("--output=json-file="))
if {report!r} is not None:
    Path(report).write_text({report!r})
sys.exit({code})
"""


def content(evaluation: str, *policies: dict[str, Any]) -> str:
    """A report as the scanner writes it."""
    return json.dumps(
        {
            "result": {
                "policies": {"globalEvaluation": evaluation, "evaluations": policies},
                "vulnerabilities": CVES,
            }
        }
    )


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / workspace.IMAGE).write_text(json.dumps({"image": IMAGE, "digest": DIGEST}))
    for name, value in {"SOURCE": folder, "SYSDIG_URL": URL, "RESULT_SCANNED": tmp_path / "scanned"}.items():
        monkeypatch.setenv(name, str(value))
    for name in ("SECURE_API_TOKEN", "REGISTRY_USER", "REGISTRY_PASSWORD", "REGISTRY_CREDENTIALS"):
        monkeypatch.delenv(name, raising=False)
    return folder


def scanner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, report: str | None) -> Path:
    """A scanner and a token for it."""
    monkeypatch.setenv("SECURE_API_TOKEN", TOKEN)
    body = SCANNER.format(token=TOKEN, code=code, report=report)
    return fake_programs.install(tmp_path, "sysdig-cli-scanner", body, monkeypatch)


def test_without_a_token_it_warns_and_goes_on(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["step", "scan"]) == 0
    assert capsys.readouterr().out.startswith("WARNING: not scanned, no Sysdig token\n")
    assert (tmp_path / "scanned").read_text() == "false"


def test_a_token_without_the_scanner_is_no_success(
    source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SECURE_API_TOKEN", TOKEN)
    assert cli.main(["step", "scan"]) == 3
    assert "sysdig-cli-scanner is not installed" in capsys.readouterr().err


def test_a_passed_scan(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    calls = scanner(tmp_path, monkeypatch, 0, content("passed"))
    assert cli.main(["step", "scan", "--sysdig-policies", "one, two"]) == 0
    (argv,) = [json.loads(line) for line in calls.read_text().splitlines()]
    assert argv[:2] == ["--apiurl", URL]
    assert argv[2:6] == ["--policy", "one", "--policy", "two"]
    assert argv[-1] == f"pull://{IMAGE}@{DIGEST}"
    assert TOKEN not in calls.read_text()
    assert f"{IMAGE}@{DIGEST} passed the scan\n  0 critical, 1 high, 0 medium, 1 low" in capfd.readouterr().out
    assert (tmp_path / "scanned").read_text() == "true"


@pytest.mark.parametrize(("code", "evaluation"), [(1, "failed"), (0, "failed"), (1, "passed")])
def test_a_failed_policy_exits_1_with_what_it_found(
    source: Path, code: int, evaluation: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    scanner(source.parent, monkeypatch, code, content(evaluation, FAILED))
    assert cli.main(["step", "scan"]) == 1
    said = capfd.readouterr().out
    assert "policy Best practices failed\n    Vulnerabilities: Severity at least High" in said
    assert "CVE-2020-28493 high, fixed in 2.11.3" in said
    assert "CVE-2024-0001" not in said


@pytest.mark.parametrize("code", [2, 3, 127])
def test_a_scanner_that_could_not_judge_exits_3_without_the_token(
    source: Path, tmp_path: Path, code: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    scanner(tmp_path, monkeypatch, code, None)
    assert cli.main(["step", "scan"]) == 3
    said = "".join(capfd.readouterr())
    assert "token *** is known" in said  # the scanner did say it, so the mask is what kept it out
    assert "login None None" in said
    assert TOKEN not in said


@pytest.mark.parametrize(("host", "seen"), [("registry.example.com", "login robot ***"), ("other", "login None None")])
def test_the_registrys_login_reaches_the_scanner(
    source: Path, host: str, seen: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    entry = {"username": "robot", "password": "planted-registry-3c"}
    monkeypatch.setenv("REGISTRY_CREDENTIALS", json.dumps({"auths": {host: entry}}))
    calls = scanner(source.parent, monkeypatch, 3, None)
    assert cli.main(["step", "scan"]) == 3
    said = "".join(capfd.readouterr())
    assert seen in said
    assert "planted-registry" not in said + calls.read_text()


@pytest.mark.parametrize("report", [None, "", "[]", '{"result": 1}', '{"result": {}}'])
@pytest.mark.parametrize("code", [0, 1])
def test_an_answer_without_a_report_is_none(
    source: Path, tmp_path: Path, code: int, report: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source / "scan").mkdir()
    (source / "scan" / "report.json").write_text(content("passed"))  # of the run before
    scanner(tmp_path, monkeypatch, code, report)
    assert cli.main(["step", "scan"]) == 3


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "secure.sysdig.com", "http://[", "https://"])
def test_an_address_that_is_none_is_refused(source: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECURE_API_TOKEN", TOKEN)
    assert cli.main(["step", "scan", "--sysdig-url", url]) == 2
