"""A page of the annotations of a run, drawn as a pull request shows them: ``... --format github | annotations.py``.

The drawing is ours and not a host's own page; what stands in it is what the workflow commands say.
"""

import html
import re
import sys
from collections.abc import Iterator
from urllib.parse import unquote

_COMMAND = re.compile(r"::(error|warning|notice)(?: ([^:]*(?:%3A[^:]*)*))?::(.*)")
_STYLE = """
body{font:14px/1.45 system-ui,sans-serif;background:#fff;color:#1f2328;margin:24px;width:940px}
h1{font-size:16px;margin:0 0 12px} .file{border:1px solid #d1d9e0;border-radius:6px;margin:0 0 14px;overflow:hidden}
.at{font:12px monospace;background:#f6f8fa;padding:7px 12px;border-bottom:1px solid #d1d9e0}
.note{border-left:4px solid #cf222e;padding:9px 14px;white-space:pre-wrap}
.note.warning{border-color:#9a6700}.note.notice{border-color:#0969da} b{display:block}
"""


def notes(lines: list[str]) -> Iterator[str]:
    """A block for each command."""
    for level, fields, words in (found.groups() for line in lines if (found := _COMMAND.fullmatch(line))):
        named = dict(each.split("=", 1) for each in (fields or "").split(",") if "=" in each)
        at = f"{unquote(named.get('file', ''))}:{named.get('line', '')}" if "file" in named else "the whole run"
        title = html.escape(unquote(named.get("title", level)))
        body = f'<div class="note {level}"><b>{title}</b>{html.escape(unquote(words))}</div>'
        yield f'<div class="file"><div class="at">{html.escape(at)}</div>{body}</div>'


def page(lines: list[str]) -> str:
    """The page of all commands among ``lines``."""
    found = list(notes(lines))
    return (
        f"<!doctype html><meta charset=utf-8><style>{_STYLE}</style><h1>{len(found)} annotations</h1>{''.join(found)}"
    )


def main() -> int:
    """Read commands, write the page."""
    print(page(sys.stdin.read().splitlines()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
