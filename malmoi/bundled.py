"""Where the sample sources and recipes lie: beside the code in a clone, inside it in a wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def bundled(name: str) -> Path:
    """The folder ``samples`` or ``recipes`` that comes with malmoi."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
