"""Stage 8: no secret stands in the tree, by the detectors of detect-secrets, and no rendered Secret carries a value.

A finding names file, line and kind of secret, never the secret.
"""

import contextlib
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlgate.checks import secret_hints
from mlgate.checks.locate import Locator
from mlgate.checks.model import Object, Rendered, subject
from mlgate.repo import Repo
from mlgate.results import Result, Status

_FORMATS = (
    "Artifactory",
    "AWSKey",
    "AzureStorageKey",
    "BasicAuth",
    "Cloudant",
    "DiscordBotToken",
    "GitHubToken",
    "GitLabToken",
    "IbmCloudIam",
    "JwtToken",
    "Keyword",
    "Mailchimp",
    "Npm",
    "OpenAI",
    "PrivateKey",
    "PypiToken",
    "SendGrid",
    "Slack",
    "SquareOAuth",
    "Stripe",
    "TelegramBotToken",
    "TwilioKey",
)
# Hexadecimal strings are digests here; other strings must be as irregular as a key to count.
_ENTROPY = {"name": "Base64HighEntropyString", "limit": 4.5}
_SETTINGS: dict[str, Any] = {
    "plugins_used": [*({"name": f"{name}Detector"} for name in _FORMATS), _ENTROPY],
    "filters_used": [
        {"path": f"{__name__}.is_reference"},
        {"path": "detect_secrets.filters.heuristic.is_indirect_reference"},
        {"path": "detect_secrets.filters.heuristic.is_not_alphanumeric_string"},
        {"path": "detect_secrets.filters.heuristic.is_templated_secret"},
    ],
}
_SUFFIXES = {".yaml", ".yml", ".json", ".rego", ".lua", ".sql", ".ini", ".md", ".ipynb", ".txt", ".env", ""}
_NAMING = r"(?:secrets|secret_?name|secret_?ref|secret_?key|existing_?secret)"
_REFERENCE = re.compile(rf"(?i)^\W*{_NAMING}[\"']?\s*:\s*[\"']?[a-z]+(?:[.-][a-z]+)*[\"']?\s*(?:#.*)?$")
# The length of the sealed key, 512 bytes, comes first; then that key, and what it opens.
_SEALED = re.compile(r"AgA[A-Za-z0-9+/]{680,}={0,2}").fullmatch
# Only items that can hold a key or password are worth the time of all detectors.
_ITEM = re.compile(r"\s*- .*(?:[A-Za-z0-9_]{16}|://[^/\s]*@|PRIVATE KEY)")
# Of a bare word these two say too much.
_GUESSES = {"Base64 High Entropy String", "Secret Keyword"}
_YAML = (".yaml", ".yml")
_HARMLESS = ("harmless", b"")
_SEEN: dict[tuple[str, bytes], tuple[tuple[str, int, str | None], ...]] = {_HARMLESS: ()}
_FIX = "take it out of git and of its history, renew it, and let a Secret in the cluster hold it"


def check(repo: Repo, rendered: Sequence[Rendered], prefix: str) -> list[Result]:
    """MG271 a secret in a file of the overlay of ``prefix``, MG272 a rendered Secret with a value.

    Without a prefix the files that belong to none are looked at.
    """
    tops = [repo.overlay(prefix)] if prefix else [repo.root / name for name in ("apps", "base", "policy")]
    return check_files(repo, rendered, [file for top in tops for file in sorted(top.rglob("*"))])


def check_files(repo: Repo, rendered: Sequence[Rendered], files: Iterable[Path]) -> list[Result]:
    """The same of ``files``, of those that hold text."""
    texts = [file for file in files if file.is_file() and file.suffix in _SUFFIXES]
    return [*_files(repo, texts, _sealed(rendered)), *(each for one in rendered for each in _objects(repo, one))]


def is_reference(line: str) -> bool:
    """True for a line that only names a Secret or one of its keys, which is a name, not a secret."""
    return bool(_REFERENCE.match(line))


def _sealed(rendered: Sequence[Rendered]) -> frozenset[str]:
    """What kubeseal wrote: only one cluster can read it, and its schema refuses what does not have that form."""
    objects = (obj for one in rendered for obj in one.objects if obj.get("kind") == "SealedSecret")
    specs = (obj.get("spec") for obj in objects)
    values = (spec.get("encryptedData") for spec in specs if isinstance(spec, dict))
    return frozenset(text for each in values if isinstance(each, dict) for text in each.values() if _SEALED(str(text)))


def _files(repo: Repo, files: Sequence[Path], sealed: frozenset[str]) -> Iterator[Result]:
    contents = {file: _key(file) for file in sorted(files, key=str)}
    _look({key: file for file, key in contents.items() if key not in _SEEN})
    for file, key in contents.items():
        shown = str(file.relative_to(repo.root))
        for kind, line, value in _SEEN[key]:
            if value not in sealed:
                yield _finding("MG271", shown, f"looks like a secret ({kind})", shown, line)
    for file in files:
        yield from _in_lists(repo, file)
    yield Result(code="MG271", check="secrets", subject=f"{len(files)} files", status=Status.VALID)


def _look(files: Mapping[tuple[str, bytes], Path]) -> None:
    """Remember what the detectors say of ``files``: overlays share most of their files, but for the place."""
    if not files:
        return
    # It reads a whole HTTP client, which a run that finds nothing changed has no time for.
    from detect_secrets.core.secrets_collection import SecretsCollection
    from detect_secrets.settings import transient_settings

    with transient_settings(_SETTINGS):
        for key, file in files.items():
            found = SecretsCollection()
            found.scan_file(str(file))
            _SEEN[key] = tuple((secret.type, secret.line_number, secret.secret_value) for _, secret in found)


def _key(file: Path) -> tuple[str, bytes]:
    """What the detectors' answer depends on; the files that they can say nothing of share one key."""
    try:
        content = file.read_bytes()
    except OSError:  # the detectors say nothing of it, and kustomize why
        return file.suffix, str(file).encode(errors="surrogateescape")
    if not secret_hints.may_hold(content, is_yaml=file.suffix in _YAML):
        return _HARMLESS
    return file.suffix, hashlib.sha256(content).digest()


def _in_lists(repo: Repo, file: Path) -> Iterator[Result]:
    """Of items of YAML lists, which detect-secrets leaves out of what it makes of YAML: arguments, literals."""
    from detect_secrets.core.scan import scan_line
    from detect_secrets.settings import transient_settings

    lines = enumerate(_lines(file), start=1) if file.suffix in _YAML else ()
    worth = [(number, line) for number, line in lines if _ITEM.match(line)]
    with transient_settings(_SETTINGS) if worth else contextlib.nullcontext():
        for number, line in worth:
            for secret in scan_line(line.strip()):
                if secret.type not in _GUESSES:
                    shown = str(file.relative_to(repo.root))
                    yield _finding("MG271", shown, f"looks like a secret ({secret.type})", shown, number)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return []


def _objects(repo: Repo, one: Rendered) -> Iterator[Result]:
    for obj in one.objects:
        if obj.get("kind") == "Secret" and str(obj.get("apiVersion")) == "v1" and _has_value(obj):
            place = Locator(repo, one.build).find(obj)
            yield _finding("MG272", subject(obj), "a Secret in git carries a value", place.file, place.line)


def _has_value(obj: Object) -> bool:
    return any(value for field in ("data", "stringData") for value in (obj.get(field) or {}).values())


def _finding(code: str, subject: str, message: str, file: str, line: int) -> Result:
    return Result(
        code=code,
        check="secrets",
        subject=subject,
        status=Status.INVALID,
        message=message,
        fix=_FIX,
        file=file,
        line=line,
    )
