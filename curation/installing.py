"""How a part of malmoi that is not installed is got: the commands differ in a clone and beside a wheel."""

from pathlib import Path

_ROOT = Path(__file__).parents[1]


def installing(extra: str = "", *, root: Path = _ROOT) -> str:
    """The command that installs malmoi, with an extra of pyproject.toml when one is named.

    Parameters
    ----------
    root
        The folder that holds malmoi's packages: of a clone, or the interpreter's site-packages.

    Examples
    --------
    >>> installing("train", root=Path("lib/python3.11/site-packages"))
    "pip install 'malmoi[train]'"
    """
    if all((root / name).is_file() for name in ("justfile", "pyproject.toml")):
        return f"just setup {extra}".rstrip()
    return f"pip install 'malmoi[{extra}]'" if extra else "pip install malmoi"
