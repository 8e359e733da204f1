"""A Pipeline's tasks and what they wait for, for people."""

from mlgate.pipeline import order
from mlgate.pipeline.objects import Pipeline


def text(pipeline: Pipeline) -> str:
    """One line per task in the order of execution."""
    lines = [f"Pipeline {pipeline.name}"]
    for use in order.ordered(pipeline):
        after = ", ".join(sorted(order.parents(use)))
        guard = "  when ..." if use.when else ""
        lines.append(f"  {use.name:<12}" + (f" after {after}" if after else "") + guard)
    lines += [f"  {use.name:<12} finally" for use in pipeline.last]
    return "\n".join(line.rstrip() for line in lines)


def mermaid(pipeline: Pipeline) -> str:
    """A Mermaid flow chart; dotted arrows lead to what runs ``finally``."""
    uses = order.ordered(pipeline)
    lines = ["flowchart LR", *(f"  {use.name}" for use in uses)]
    lines += [f"  {parent} --> {use.name}" for use in uses for parent in sorted(order.parents(use))]
    waited = {parent for use in uses for parent in order.parents(use)}
    ends = [use.name for use in uses if use.name not in waited]
    lines += [f"  {end} -.-> {use.name}" for use in pipeline.last for end in ends]
    return "\n".join(lines)
