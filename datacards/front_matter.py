"""Markdown with YAML front matter: taken apart, with what is wrong about it said."""

import re
from typing import Any

import yaml

_FENCE = re.compile(r"\A\ufeff?---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)(.*)\Z", re.DOTALL | re.MULTILINE)


def split(text: str) -> tuple[dict[str, Any], str]:
    """Give the front matter as data, and the Markdown below it.

    Raises
    ------
    ValueError
        When there is no front matter, it is not YAML, or it is not a mapping with each key once.
    """
    found = _FENCE.match(text.replace("\r\n", "\n"))
    if found is None:
        raise ValueError(
            "there is no front matter: the file must begin with a line '---' and end it with one"
        )
    try:
        data = yaml.load(found[1], _Loader)  # noqa: S506  a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = f" in line {mark.line + 2}" if mark else ""
        raise ValueError(f"the front matter is not YAML{at}: {getattr(error, 'problem', error)}") from error
    if not isinstance(data, dict):
        raise ValueError("the front matter must be a mapping of keys to values")
    return data, found[2].strip()


class _Loader(yaml.SafeLoader):
    """A safe loader that takes no key twice: the second would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        if len(mapping) < len(node.value):
            keys = [key.value for key, _ in node.value]
            twice = next((key for key in keys if keys.count(key) > 1), "<<")
            raise yaml.MarkedYAMLError(
                problem=f"the key '{twice}' stands twice", problem_mark=node.start_mark
            )
        return mapping
