"""A comment for a pull request: the verdict first, short enough, and nothing in it but our own markup."""

import re

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from mlgate.checks.model import Report, Stage
from mlgate.report import FORMATS, markdown
from mlgate.results import Status
from trees.reports import BROKEN, CLEAN, EMPTY, result

HOSTILE = [
    pytest.param("a | b || c |", id="pipes"),
    pytest.param("`code` ``` more ```", id="backticks"),
    pytest.param("</code></td></table><script>alert(1)</script><!--", id="html"),
    pytest.param("cc @org/team and @someone", id="mention"),
    pytest.param(
        "[text](https://evil.example.com) ![i](http://evil.example.com/x.png) www.evil.example.com", id="links"
    ),
    pytest.param("one\n\n# two\n| x | y |\r\n- three\n---", id="line-ends"),
    pytest.param("fixes #1, org/repo#2, \\| \\` &#124; &lt;b&gt; **bold** _it_ ~~no~~ $x$ :smile:", id="references"),
]


def tokens(text: str) -> list[Token]:
    flat: list[Token] = []
    for token in MarkdownIt("commonmark", {"html": True}).enable("table").parse(text):
        flat += [token, *(token.children or [])]
    return flat


def broken(words: str) -> Report:
    bad = result(Status.INVALID, subject=words, message=words, fix=words, file=words)
    return Report((Stage("schema", (bad,)),), 1, (words,))


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_words(words: str) -> None:
    seen = tokens(markdown.dump(broken(words)))
    kinds = [token.type for token in seen]
    assert kinds.count("table_open") == 1
    assert kinds.count("tr_open") == 2
    assert kinds.count("td_open") == 3
    assert kinds.count("heading_open") == 2
    assert not {"link_open", "image", "code_inline", "em_open", "strong_open", "hr", "html_block", "fence"} & set(kinds)
    assert {token.content for token in seen if token.type == "html_inline"} == {"<code>", "</code>", "<br>"}
    inside = "".join(token.content for token in seen if token.type in {"text", "text_special"})
    assert " ".join(words.split()) in inside


@pytest.mark.parametrize("words", HOSTILE)
def test_the_source_holds_no_mention_and_no_address(words: str) -> None:
    assert not re.search(r"@|://|www\.|#\d+(?!\d*;)|`", markdown.dump(broken(words)))


def test_every_word_that_is_not_ours_is_code() -> None:
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown.dump(broken("@someone")))
    assert "@someone" in rendered
    assert "@someone" not in re.sub(r"<code>.*?</code>", "", rendered)


def test_what_cannot_be_seen_is_shown() -> None:
    assert "\u202e" not in markdown.dump(broken("safe\u202egnirts"))
    markdown.dump(BROKEN).encode()


@pytest.mark.parametrize(
    ("report", "first"),
    [
        pytest.param(CLEAN, "## mlgate validate passed: 0 findings", id="clean"),
        pytest.param(BROKEN, "## mlgate validate failed: 3 findings", id="broken"),
        pytest.param(EMPTY, "## mlgate validate failed: 0 findings", id="nothing-checked"),
    ],
)
def test_the_verdict_is_the_first_line(report: Report, first: str) -> None:
    assert markdown.dump(report).splitlines()[0] == first


def test_findings_stand_under_their_stage_with_place_and_fix() -> None:
    shown = markdown.dump(BROKEN)
    assert shown.index("### <code>schema</code>: 4 findings") < shown.index("base/cicd/tasks/clone.yaml&#58;7")
    assert "fix: <code>run&#58; mlgate generate</code>" in shown
    assert "left out on request" in shown


@pytest.mark.parametrize("long", [10, 5_000, 200_000])
@pytest.mark.parametrize("count", [1, 40, 3_000])
def test_a_comment_is_never_too_long_and_counts_what_is_left_out(count: int, long: int) -> None:
    words = "|" * long if count < 3_000 else "|" * 10
    bad = result(Status.INVALID, subject=words, message=words, fix=words, file=words)
    report = Report((Stage("schema", (bad,) * count), Stage("names", (bad,))), 1, (words,) * 60)
    shown = markdown.dump(report)
    assert len(shown) <= markdown.LIMIT
    rows = sum(line.startswith("| <code>MG") for line in shown.splitlines())
    told = re.search(r"\*\*(\d+) more findings are left out", shown)
    assert rows >= 1
    assert rows + (int(told[1]) if told else 0) == count + 1


def test_it_is_a_format_of_validate() -> None:
    assert FORMATS["markdown"](CLEAN) == markdown.dump(CLEAN)
