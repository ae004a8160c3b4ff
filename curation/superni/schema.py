"""A task file of any year, read into one model and written in today's schema.

Today's schema has a list wherever there may be several of a thing. Files of 2021 have single strings
there, lack URL, Reasoning, Instruction_language, Domains, Instance License and the ids of instances,
and name languages by code or keys in another case. Faults are what no year's schema allows; what is
faulty is left out of the model, and everything else is read.
https://github.com/allenai/natural-instructions
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields

from curation.errors import UserError
from curation.readers import json_file
from curation.readers.base import SourceFile

# Codes of early files, under the names that later files use.
LANGUAGES = {
    **{"ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech", "da": "Danish"},
    **{"de": "German", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian"},
    **{"fi": "Finnish", "fr": "French", "gu": "Gujarati", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian"},
    **{"ht": "Haitian", "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese"},
    **{"kn": "Kannada", "ko": "Korean", "lo": "Lao", "ml": "Malayalam", "mr": "Marathi", "ms": "Malay"},
    **{"nl": "Dutch", "no": "Norwegian", "or": "Oriya", "pa": "Panjabi", "pl": "Polish", "pt": "Portuguese"},
    **{"qu": "Quechua", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil"},
    **{"te": "Telugu", "th": "Thai", "tl": "Tagalog", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu"},
    **{"vi": "Vietnamese", "zh": "Chinese"},
}
_NO_TASK_FIX = "A task is a JSON object with Definition and Instances; leave other files out of the recipe."


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a task file: where, and what to do about it."""

    file: str
    field: str
    fault: str
    fix: str


@dataclass(frozen=True, slots=True)
class Example:
    """A demonstration; ``explanation`` is None where the file has none, which encodings tell from ""."""

    input: str
    output: str
    explanation: str | None = None


@dataclass(slots=True)
class Instance:
    """An input and its accepted outputs; ``item`` is its place in the file's list, from 1.

    Not frozen, because one is made for every row; nobody changes it nevertheless.
    """

    input: str
    outputs: tuple[str, ...]
    item: int
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A task, as today's schema has it. ``name`` is the file's name, which the lists of splits use."""

    name: str
    contributors: tuple[str, ...]
    source: tuple[str, ...]
    url: tuple[str, ...]
    categories: tuple[str, ...]
    reasoning: tuple[str, ...]
    definition: tuple[str, ...]
    input_language: tuple[str, ...]
    output_language: tuple[str, ...]
    instruction_language: tuple[str, ...]
    domains: tuple[str, ...]
    positive: tuple[Example, ...]
    negative: tuple[Example, ...]
    instance_licence: tuple[str, ...]
    instruction_source: tuple[str, ...] = ()
    instances: tuple[Instance, ...] = ()


# Keys of a file in today's order, and the names they have in the model.
KEYS = {
    "Contributors": "contributors",
    "Source": "source",
    "URL": "url",
    "Categories": "categories",
    "Reasoning": "reasoning",
    "Definition": "definition",
    "Input_language": "input_language",
    "Output_language": "output_language",
    "Instruction_language": "instruction_language",
    "Domains": "domains",
    "Positive Examples": "positive",
    "Negative Examples": "negative",
    "Instances": "instances",
    "Instance License": "instance_licence",
    "Instruction Source": "instruction_source",
}
_EXAMPLES = ("Positive Examples", "Negative Examples")
_IN_EVERY_YEAR = ("Contributors", "Source", "Categories", *_EXAMPLES)


def task_content(file: SourceFile) -> dict[str, object]:
    """Load a task file; its keys come as today's schema spells them.

    Raises
    ------
    UserError
        When the file is no task: no JSON object, or one without a definition or instances.
    """
    loaded = json_file.load(file)
    if not isinstance(loaded, dict):
        raise _no_task(file, "it holds no JSON object")
    spelling = {_folded(key): key for key in KEYS}
    content: dict[str, object] = {}
    for key, value in loaded.items():
        known = spelling.get(_folded(key))
        content[key if known is None or known in loaded else known] = value
    if not any(text.strip() for text in _texts(content.get("Definition"))):
        raise _no_task(file, "it has no Definition")
    if not isinstance(content.get("Instances"), list):
        raise _no_task(file, "it has no list of Instances")
    return content


def heading(content: Mapping[str, object], file: SourceFile) -> tuple[Task, list[Fault]]:
    """Read what stands above the instances, and say what is wrong with it.

    ``content`` is what :func:`task_content` gave.
    """
    faults = [
        Fault(file.name, key, "it is missing", f'add "{key}": […]')
        for key in _IN_EVERY_YEAR
        if key not in content
    ]
    values: dict[str, tuple[object, ...]] = {name: () for key, name in KEYS.items() if key != "Instances"}
    for key, value in content.items():
        if key in _EXAMPLES:
            values[KEYS[key]] = tuple(_examples(value, key, file, faults))
        elif key in KEYS and key != "Instances":
            faults += _wrong_texts(value, key, file)
            values[KEYS[key]] = tuple(_texts(value))
    for name in ("input_language", "output_language", "instruction_language"):
        values[name] = tuple(LANGUAGES.get(str(one).lower(), one) for one in values[name])
    # The place of a definition does not matter: an empty one before it is passed over.
    values["definition"] = tuple(text for text in values["definition"] if str(text).strip())
    # Each value was checked above.
    return Task(name=file.path.name.removesuffix(".json"), **values), faults  # type: ignore[arg-type]


def instance(value: object, item: int) -> Instance:
    """Read one of the instances.

    Raises
    ------
    ValueError
        When it has no input or no output; the message is the reason for quarantine.
    """
    if not isinstance(value, dict):
        raise ValueError("the instance is no object")
    given = json_file.required_text(value, "input")
    if "output" not in value:
        raise ValueError("no 'output'")
    outputs = value["output"]
    if not isinstance(outputs, list):
        outputs = [outputs]
    if not outputs:
        raise ValueError("'output' is empty")
    for one in outputs:
        if not isinstance(one, str) or not one.strip():
            raise ValueError("an output is empty or no text")
    identifier = value.get("id")
    return Instance(given, tuple(outputs), item, identifier if isinstance(identifier, str) else None)


def task_bytes(task: Task) -> bytes:
    """Write a task as a file of today's schema: UTF-8, indented by four as the published ones are."""
    content: dict[str, object] = {}
    for key, name in KEYS.items():
        value = getattr(task, name)
        if key in _EXAMPLES:
            content[key] = [_example_json(example) for example in value]
        elif key == "Instances":
            content[key] = [
                {
                    **({} if one.id is None else {"id": one.id}),
                    "input": one.input,
                    "output": list(one.outputs),
                }
                for one in value
            ]
        elif value or key != "Instruction Source":
            content[key] = list(value)
    return json.dumps(content, ensure_ascii=False, indent=4).encode() + b"\n"


def _example_json(example: Example) -> dict[str, str]:
    given = {field.name: getattr(example, field.name) for field in fields(example)}
    return {name: value for name, value in given.items() if value is not None}


def _examples(value: object, key: str, file: SourceFile, faults: list[Fault]) -> list[Example]:
    if not isinstance(value, list):
        faults.append(Fault(file.name, key, "it is no list", f'write "{key}": [{{"input": …}}, …]'))
        return []
    found = []
    for number, given in enumerate(value, 1):
        try:
            found.append(_example(given))
        except ValueError as error:
            fix = "give it an input, an output and an explanation, all of them text"
            faults.append(Fault(file.name, f"{key}, item {number}", str(error), fix))
    return found


def _example(given: object) -> Example:
    if not isinstance(given, dict):
        raise ValueError("the example is no object")
    explanation = json_file.required_text(given, "explanation") if "explanation" in given else None
    outputs = _texts(given.get("output")) or [json_file.required_text(given, "output")]
    return Example(json_file.required_text(given, "input"), outputs[0], explanation)


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _wrong_texts(value: object, key: str, file: SourceFile) -> list[Fault]:
    if isinstance(value, str):
        return []
    fix = "write it as text, or leave the list empty"
    if not isinstance(value, list):
        return [Fault(file.name, key, "it is neither a list nor text", fix)]
    wrong = [number for number, one in enumerate(value, 1) if not isinstance(one, str)]
    return [Fault(file.name, f"{key}, item {number}", "it is no text", fix) for number in wrong]


def _folded(key: str) -> str:
    return key.strip().lower().replace("_", " ")


def _no_task(file: SourceFile, reason: str) -> UserError:
    return UserError(
        f"This file is no Super-NaturalInstructions task: {reason}.", where=file.name, fix=_NO_TASK_FIX
    )
