"""Markdown for the comment on a pull request: the verdict first, never more than a comment can hold."""

import re
from collections.abc import Iterable, Iterator

from mlgate.checks.explain import complete
from mlgate.checks.model import Report, Stage
from mlgate.report.words import place, safe
from mlgate.results import Result, Status

LIMIT = 65_536
"""Characters that GitHub takes in one comment."""

_FIELD = 1_000
_STEPS = 4
_NOTES, _NOTE = 10, 200
# Room for the last line, so that it can always say how much is missing.
_RESERVE = 300
# What runs right to left or has no width could make a row read as another one.
_INVISIBLE = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_MARKUP = re.compile(r"[^\w ,./-]|_|(?<=www)\.", re.IGNORECASE)


def dump(report: Report) -> str:
    """The summary, at most ``LIMIT`` characters; findings that found no room are counted in its last line."""
    head = "\n".join([*_head(report), ""])
    body, shown = _fill(_lines(report.stages), LIMIT - _RESERVE - len(head))
    left = len(report.findings) - shown
    tail = (
        f"\n**{left} more findings are left out here**; all are in `mlgate validate --format text`.\n" if left else ""
    )
    return head + body + tail


def _head(report: Report) -> Iterator[str]:
    word = "passed" if report.passed else "failed"
    yield f"## mlgate validate {word}: {report.failures} findings"
    yield ""
    yield report.verdict
    if not report.checks:
        yield "Nothing was checked, which proves nothing."
    for note in report.notes[:_NOTES]:
        yield f"- note: {_text(note, _NOTE)}"
    if len(report.notes) > _NOTES:
        yield f"- {len(report.notes) - _NOTES} more notes"


def _lines(stages: Iterable[Stage]) -> Iterator[tuple[str, bool]]:
    """Lines of all tables, and whether a line is a finding."""
    for stage in stages:
        if stage.findings:
            yield (
                f"\n### {_text(stage.name)}: {len(stage.findings)} findings\n\n| code | where | what |\n|---|---|---|",
                False,
            )
            yield from ((_row(result), True) for result in stage.findings)


def _fill(lines: Iterable[tuple[str, bool]], room: int) -> tuple[str, int]:
    kept, shown, head = "", 0, ""
    for line, finding in lines:
        if not finding:
            head = f"{line}\n"
            continue
        if len(kept) + len(head) + len(line) + 1 > room:
            break
        kept += f"{head}{line}\n"
        head, shown = "", shown + 1
    return kept, shown


def _row(found: Result) -> str:
    result = complete(found)
    told = _text(f"{result.subject}: {result.message or result.check}")
    fix = f"<br>fix: {_text(result.fix)}" if result.fix else ""
    via = "".join(f"<br>via {_text(f'{step.role} {step}'.strip())}" for step in result.chain[:_STEPS])
    accepted = f"<br>suppressed: {_text(result.reason)}" if result.status is Status.SUPPRESSED else ""
    return f"| {_text(result.code)} | {_text(place(result))} | {told}{accepted}{fix}{via} |"


def _text(words: str, limit: int = _FIELD) -> str:
    """``words`` as code that neither ends a cell nor means anything.

    Entities keep the renderer of the Markdown, and readers of its source, from seeing a mention, a link or a tag;
    code keeps those from it that look for mentions in the rendered page.
    """
    cut = words if len(words) <= limit else f"{words[:limit]}... ({len(words) - limit} more characters)"
    one_line = " ".join(_INVISIBLE.sub("\ufffd", safe(cut)).split())
    return f"<code>{_MARKUP.sub(lambda found: f'&#{ord(found[0])};', one_line)}</code>"
