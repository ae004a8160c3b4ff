"""YAML files that are a list of items below one key, each item checked and with an id of its own."""

from pathlib import Path
from types import GenericAlias
from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError, create_model

from curation.yaml_lines import YamlFile, invalid, read_yaml

Item = TypeVar("Item", bound=BaseModel)


def read_list(path: Path, key: str, item: type[Item], *, example: Path) -> list[Item]:
    """Read the items; one kind of items may have no ``id``.

    Parameters
    ----------
    example
        A file of this kind, to name where there is no list.

    Raises
    ------
    ConfigurationError
        For the first fault: what, the file and line, and the nearest allowed key.
    """
    file = read_yaml(path)
    if not isinstance(file.data, dict):
        raise file.fault((), f"{key} are a list below the key '{key}'", f"see {example.name}")
    fields: dict[str, Any] = {key: (GenericAlias(list, item), Field(min_length=1))}
    whole = create_model("_Items", __config__=item.model_config, **fields)
    try:
        found: list[Item] = getattr(whole.model_validate(file.data), key)
    except ValidationError as error:
        raise invalid(file, error, item.model_fields if _is_in_item(error) else [key]) from error
    if "id" in item.model_fields:
        _check_ids(file, key, found)
    return found


def _is_in_item(error: ValidationError) -> bool:
    return any(one["type"] == "extra_forbidden" and len(one["loc"]) > 1 for one in error.errors())


def _check_ids(file: YamlFile, key: str, items: list[Any]) -> None:
    seen: set[str] = set()
    for place, one in enumerate(items):
        if one.id in seen:
            raise file.fault(
                (key, place, "id"),
                f"the id '{one.id}' stands twice",
                "give each an id of its own: results before and after are joined by it",
            )
        seen.add(one.id)
