"""What a JSON schema refuses, leaf by leaf: kubeconform sums alternatives up, and only its whole text has each."""

import re
from collections.abc import Iterator, Sequence

_LEAF = re.compile(r"- at '((?:[^'\\]|\\.)*)': (.*?)(?=\s+- at '|\s*$)")
_SUMS = ("validation failed", "'allOf' failed")
_CHOICE = re.compile(r"'(?:any|one)Of' failed(?:, none matched)?")

Said = tuple[str, str]
"""A JSON pointer and words about what stands there."""


def detailed(told: Sequence[Said], whole: str) -> list[Said]:
    """Path and words of every error; ``told`` are those at the top, ``whole`` is the text about all of them.

    Of a sum each leaf below is given, of alternatives of which none fits one error with the words of each.
    """
    leaves = [(found[1], found[2]) for found in _LEAF.finditer(whole)]
    return list(dict.fromkeys(one for each in told for one in _each(each, leaves)))


def _each(said: Said, leaves: Sequence[Said]) -> Iterator[Said]:
    path, words = said
    # The text has pointers with escapes, the list above it has none.
    here = next((leaf for leaf, told in leaves if _plain(leaf) == path and told == words), path)
    below = [(leaf, told) for leaf, told in leaves if _below(path, leaf) and not _summary(told)]
    if words in _SUMS and below:
        yield from below
    elif _CHOICE.fullmatch(words) and below:
        yield here, "no alternative fits: " + "; or ".join(_relative(path, *each) for each in dict.fromkeys(below))
    else:
        yield here, words


def _summary(words: str) -> bool:
    return words in _SUMS or bool(_CHOICE.fullmatch(words))


def _below(path: str, leaf: str) -> bool:
    plain = _plain(leaf)
    return plain == path or plain.startswith(f"{path}/")


def _relative(path: str, leaf: str, words: str) -> str:
    rest = _plain(leaf).removeprefix(path).removeprefix("/")
    return f"{rest}: {words}" if rest else words


def _plain(pointer: str) -> str:
    return pointer.replace("~1", "/").replace("~0", "~")
