"""What a bundle says of the model that it was made from."""

from pathlib import Path

import orjson

from compile.publishing.plan import Origin

_PAGE = "page.json"


def origin_of(bundle: Path, name: str = "", licence: str = "") -> Origin:
    """Read name and licence of a bundle's model, the one that is named or the first.

    Parameters
    ----------
    licence
        Counts where the bundle does not know it: a model's folder alone, or a model without a card.
    """
    entry = _entry(bundle, name)
    told = entry.get("name")
    known = entry.get("licence")
    return Origin(
        name=told if isinstance(told, str) else name or bundle.resolve().name,
        licence=known if isinstance(known, str) and known else licence,
    )


def _entry(bundle: Path, name: str) -> dict[str, object]:
    try:
        models = orjson.loads((bundle / _PAGE).read_bytes())["models"]
        return next(one for one in models if name in ("", one["id"]))
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return {}  # faults of page.json are named by the check
