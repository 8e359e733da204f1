"""``docs/tree.md``: Applications, waves and namespaces as a picture and tables, drawn from the tree itself."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlgate.render import kustomize
from mlgate.render.overlay import PARTS

_WAVE = "argocd.argoproj.io/sync-wave"
_PURPOSE = re.compile(r"^What for: (.+?)(?:\n[A-Z][\w ]*:|\n\n|\Z)", re.MULTILINE | re.DOTALL)
_HEAD = """\
# The tree, drawn from itself

Written by `mlgate generate`; `mlgate generate --check` says when the tree has moved on.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One Application or ApplicationSet: where it stands in the order, and what it syncs to where."""

    name: str
    kind: str
    wave: int
    project: str
    path: str
    namespace: str

    @property
    def key(self) -> str:
        """A name that Mermaid takes."""
        return re.sub(r"\W", "_", f"{self.kind}_{self.name}")


def document(root: Path) -> str:
    """The whole page, for the checkout ``root``."""
    tops = _nodes(kustomize.build(root / "apps"))
    children = _nodes(kustomize.build(root / "base" / "apps"))
    parts = [_HEAD, _mermaid(tops, children), _applications([*tops, *children]), _contents(root)]
    return "\n".join([*parts, _purposes(root, "operators"), _purposes(root, "components")])


def _nodes(objects: Sequence[dict[str, Any]]) -> list[Node]:
    found = [_node(obj) for obj in objects if obj["kind"] in ("Application", "ApplicationSet")]
    return sorted(found, key=lambda node: (node.wave, node.name))


def _node(obj: dict[str, Any]) -> Node:
    spec = obj["spec"]["template"]["spec"] if obj["kind"] == "ApplicationSet" else obj["spec"]
    return Node(
        name=obj["metadata"]["name"],
        kind=obj["kind"],
        wave=int(obj["metadata"].get("annotations", {}).get(_WAVE, 0)),
        project=spec["project"],
        path=spec["source"]["path"],
        namespace=spec["destination"]["namespace"],
    )


def _mermaid(tops: Sequence[Node], children: Sequence[Node]) -> str:
    root = next(node for node in tops if node.path == "apps")
    lines = ["```mermaid", "flowchart LR", f'  {root.key}(["{root.name}"])']
    others = [node for node in tops if node is not root]
    lines += [*_waves("cluster", others), *_waves("prefix", children)]
    lines += [*_chain(root.key, "cluster", others), *_chain("", "prefix", children)]
    prefixes = next(node for node in others if node.path.endswith("path }}"))
    lines.append(f"  {prefixes.key} -- each overlay --> prefix_{children[0].wave}")
    named = {node.namespace for node in [*others, *children]}
    lines += [f'  ns_{_word(name)}[("{name}")]' for name in sorted(named)]
    lines += [f"  {node.key} -.-> ns_{_word(node.namespace)}" for node in [*others, *children]]
    return "\n".join([*lines, "```", ""])


def _waves(title: str, nodes: Sequence[Node]) -> Iterator[str]:
    for wave in sorted({node.wave for node in nodes}):
        yield f'  subgraph {title}_{wave} ["{title}, wave {wave}"]'
        yield from (f'    {node.key}["{node.name}<br/>{node.path}"]' for node in nodes if node.wave == wave)
        yield "  end"


def _chain(first: str, title: str, nodes: Sequence[Node]) -> list[str]:
    """Arrows from wave to wave: what stands behind one waits until everything before it is healthy."""
    names = [first] * bool(first) + [f"{title}_{wave}" for wave in sorted({node.wave for node in nodes})]
    return [f"  {one} ==> {other}" for one, other in itertools.pairwise(names)]


def _word(text: str) -> str:
    return re.sub(r"\W", "_", text)


def _applications(nodes: Sequence[Node]) -> str:
    rows = [
        f"| {node.wave} | {node.kind} `{node.name}` | `{node.path}` | {node.namespace} | {node.project} |"
        for node in nodes
    ]
    head = "| wave | Application | syncs | namespace | AppProject |\n|---|---|---|---|---|"
    return f"## Applications\n\nPREFIX stands for the name of an overlay.\n\n{head}\n" + "\n".join(rows) + "\n"


def _contents(root: Path) -> str:
    lines = ["## What a prefix holds with every option off\n", "| part | objects |", "|---|---|"]
    for part in PARTS:
        kinds = Counter(str(obj["kind"]) for obj in kustomize.build(root / "base" / part))
        lines.append(f"| {part} | {', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))} |")
    return "\n".join(lines) + "\n"


def _purposes(root: Path, folder: str) -> str:
    lines = [f"## {folder.capitalize()}\n", "| name | what for | parts |", "|---|---|---|"]
    for readme in sorted((root / "base" / folder).glob("*/README.md")):
        found = _PURPOSE.search(readme.read_text())
        purpose = " ".join(found[1].split()) if found else ""
        parts = sorted(path.parent.name for path in readme.parent.glob("*/kustomization.yaml"))
        lines.append(f"| [{readme.parent.name}](../{readme.relative_to(root)}) | {purpose} | {', '.join(parts)} |")
    return "\n".join(lines) + "\n"
