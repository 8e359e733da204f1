"""Which files the detectors of ``secrets`` can say nothing of, told by one look at the text: most files, and fast.

What the detectors are given is made of the text: values of YAML and INI between quotes. In plain ASCII without escapes
and tags that keeps every piece without white space whole, so that what a detector needs in one piece stands in the
text as well. Each pattern here asks for less than its detector does; a test holds the two against each other.
"""

import re

import yaml

_KEYWORD = re.compile(
    "(?:api|auth|service|account|db|database|priv|private|client)_?key|(?:db|database|key)_?pass"
    "|password|passwd|pwd|secret|contrasena"
)
_TOKEN = re.compile(
    r"AKC[a-zA-Z0-9]{10}|AP[\dA-F][a-zA-Z0-9]{8}|A(?:3T[A-Z0-9]|BIA|CCA|KIA|SIA)[0-9A-Z]{16}"
    r"|AccountKey=|PRIVATE|PuTTY-User-Key|T3BlbkFJ|:_authToken=|cloudant\.com"
    r"|[MNO][a-zA-Z\d_-]{23,25}\.[a-zA-Z\d_-]{6}\.|gh[pousr]_|gl(?:pat|dt|ft|soat|rt|cbt|imt|ptt|agent|oas)-|GR1348941"
    r"|eyJ[A-Za-z0-9_=-]+\.|[0-9a-z]{32}-us[0-9]|pypi-|SG\.[a-zA-Z0-9_-]{22}|sq0csp-|[rs]k_live_"
    r"|\d{8}:[0-9A-Za-z_-]{35}|(?:AC|SK)[a-z0-9]{32}|://[^{}\s]+:[^{}\s]+@"
)
# Of the text in lower case; the first of a pair must stand beside the second.
_ANY_CASE = re.compile(r"xox[abposr]-|hooks\.slack\.com|cl(?:ou|oudant)?[_-]?(?:api)?(?:key|pw|pass|token)")
_PAIRS = (
    (re.compile("aws"), re.compile("[0-9a-z/+]{40}")),
    (re.compile("key|pwd|pass|token"), re.compile(r"[a-z0-9_-]{44}")),
)
_RUN = re.compile(r"[A-Za-z0-9+/_=-]{22,}")
# An entropy above 4.5 takes 23 different characters; one of them may be the backslash before a quote.
_DIFFERENT = 22
_NAME = re.compile(
    r"(?im)^[ -]*(?:secrets|secret_?(?:name|ref|key)|existing_?secret): [a-z]+(?:[.-][a-z]+)* *(?:#.*)?$"
)
_SECTION = re.compile(r"(?m)^\s*\[")


def may_hold(content: bytes, *, is_yaml: bool) -> bool:
    """False only when no detector of ``secrets`` finds anything in a file with this content."""
    if not content.isascii() or b"\\" in content or b"!" in content:
        return True
    text = content.decode("ascii")
    return _irregular(text) or (bool(_KEYWORD.search(text.lower())) and _keyword(text, is_yaml=is_yaml))


def _irregular(text: str) -> bool:
    lower = text.lower()
    return (
        bool(_TOKEN.search(text) or _ANY_CASE.search(lower))
        or any(first.search(lower) and second.search(lower) for first, second in _PAIRS)
        or any(len(set(run)) >= _DIFFERENT for run in _RUN.findall(text))
    )


def _keyword(text: str, *, is_yaml: bool) -> bool:
    """Whether a key is named like a secret, but for those lines of YAML that only name one, as ``is_reference`` says.

    Such a line is a line to the detectors only where each value stands on one line.
    """
    named = _KEYWORD.search(_NAME.sub("", text).lower())
    return bool(named) or not is_yaml or bool(_SECTION.search(text)) or not _on_lines(text)


def _on_lines(text: str) -> bool:
    try:
        tokens = list(yaml.scan(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError:
        return False
    scalars = [each for each in tokens if isinstance(each, yaml.ScalarToken)]
    return all(each.start_mark.line == each.end_mark.line for each in scalars)
