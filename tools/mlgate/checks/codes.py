"""The reference of all codes, docs/codes.md, written from the table that explains them."""

import re
from collections.abc import Iterator

from mlgate.checks import explain
from mlgate.checks.explain import Entry
from mlgate.checks.suppress import NEVER

FAMILIES = {
    "MG1": "The model folder and the data",
    "MG2": "`mlgate validate`",
    "MG3": "The model that is measured",
    "MG6": "`mlgate doctor`",
    "MA": "The rule model_accuracy",
    "MR": "The rule model_release",
}
"""What the first letters of a code say; the longest that fits."""

_MARKUP = re.compile(r"([\\`*_\[\]<>|#])")
_HEAD = """\
# Codes

Every finding has a stable code; `mlgate explain CODE` says the same as this page. Every finding fails the run,
whatever its severity. One of `mlgate validate` can be accepted by a file `.mlgate.yaml` at the root of the repository,
with a reason and a last day; it is then shown and counted, and no longer fails:

```yaml
suppressions:
- code: MG254
  subject: Deployment/*/legacy        # a pattern for the subject
  file: base/legacy/*                 # a pattern for the file; may be left out
  reason: the vendor publishes no tags; asked for in their ticket 4711
  expires: 2027-03-31
```

Written by `mlgate generate`; the source is `tools/mlgate/checks/explain.yaml`.
"""


def document() -> str:
    """The text of docs/codes.md."""
    return "\n".join([_HEAD, *_sections()])


def _sections() -> Iterator[str]:
    last = ""
    for entry in explain.entries().values():
        family = max((name for name in FAMILIES if entry.code.startswith(name)), key=len)
        if family != last:
            yield f"## {FAMILIES[family]}\n"
        last = family
        yield _section(entry)


def _section(entry: Entry) -> str:
    rows = {"wrong": entry.wrong, "why": entry.why, "fix": entry.fix, "example": entry.example}
    told = [f"- {label}: {_plain(words)}" for label, words in rows.items()]
    never = ["- can never be suppressed"] if entry.code in NEVER else []
    test = [f"- test: `{entry.test}`"] if entry.test else []
    head = f"### {entry.code} {_plain(entry.title)}\n"
    return "\n".join([head, f"- severity: {entry.severity}", *told, *never, *test, ""])


def _plain(words: str) -> str:
    return _MARKUP.sub(r"\\\1", words.strip())
