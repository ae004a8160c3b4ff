"""The two baselines of the paper that need no model: a score below them says that nothing was learned."""

from typing import Literal

from curation.superni.schema import Instance, Task

Baseline = Literal["copy-input", "copy-demo"]


def baseline(name: Baseline, task: Task, instance: Instance) -> str:
    """Copy the input, or the output of the first positive example; nothing where there is none."""
    if name == "copy-input":
        return instance.input
    return task.positive[0].output if task.positive else ""
