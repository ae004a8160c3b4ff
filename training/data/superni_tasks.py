"""Tasks of Super-NaturalInstructions as conversations: the encoding of Tk-Instruct, and its answer."""

from collections.abc import Iterator
from pathlib import Path

from curation.checkpoints import key_of, sha256_of
from curation.progress import Quiet
from curation.records import InstructionRecord, Message, record_id
from curation.superni.counting import Words
from curation.superni.encoding import EVALUATION_ENCODING, TRAINING_ENCODINGS, encode
from curation.superni.files import read_tasks, task_files
from curation.superni.schema import Task
from curation.superni.selection import Selection
from curation.superni.splits import evaluation_instances
from training import config
from training.data.examples import Example, RowsRead


def read(rows: config.Rows, split: str) -> RowsRead:
    """Read task files: definition, two positive examples and the input, then the first output.

    Of the split ``test`` only the instances that an evaluation is over are taken. Instances with the
    same input are of one group; the tasks are, unlike in the paper, not.

    Raises
    ------
    ConfigurationError
        When there are no files.
    """
    files = task_files([Path(rows.path).expanduser()])
    selection = Selection(names=rows.tasks)
    examples: list[Example] = []
    bad: list[str] = []
    for task, faults in read_tasks(files, Quiet()):
        if task is None or selection.takes(task):
            # Other faults of a file, such as an unknown key, hinder nobody.
            bad += (
                f"{fault.file}, {fault.field}: {fault.fault}"
                for fault in faults
                if task is None or fault.field.startswith("Instances, item")
            )
        if task is not None and selection.takes(task):
            examples += _examples(task, rows, only_evaluated=split == "test")
    hashes = sorted([file.name, sha256_of(file.path)] for file in files)
    sha256 = hashes[0][1] if len(hashes) == 1 else key_of(hashes)
    return RowsRead(examples, sha256, bad, name=Path(rows.path).expanduser().stem)


def _examples(task: Task, rows: config.Rows, *, only_evaluated: bool) -> Iterator[Example]:
    counter, encoding = Words(), TRAINING_ENCODINGS[EVALUATION_ENCODING]
    licence = rows.licence or ", ".join(task.instance_licence)
    for one in evaluation_instances(task) if only_evaluated else task.instances:
        asked = encode(task, one.input, encoding, counter).source.strip()
        messages = (Message("user", asked), Message("assistant", one.outputs[0]))
        yield Example(
            id=one.id or record_id(task.name, InstructionRecord(messages, task.name)),
            messages=messages,
            references=one.outputs,
            task=task.name,
            definition=task.definition[0].strip(),
            input=one.input,
            source=task.name,
            licence=licence,
            split_group=f"{task.name}-{key_of(one.input)[:16]}",
        )
