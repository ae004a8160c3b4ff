"""Reads blocks as a person sees them, without any code of the renderer."""

from typing import Any

MARKS = {"bold": "*", "italic": "_", "strike": "~", "code": "`"}


def seen(blocks) -> str:
    """The text of rich text blocks with marks for styles, links, lists, quotes and code."""
    return "\n".join(
        _element(e) for block in blocks for e in block["elements"] if block["type"] == "rich_text"
    )


def letters(blocks) -> str:
    """The text alone, in order; of links the address; numbers of lists are left out."""
    return "".join(leaf.get("text", leaf.get("url", "")) for leaf in leaves(blocks))


def leaves(node) -> list[dict[str, Any]]:
    """Every element that holds text or an address; also the text objects of buttons."""
    if isinstance(node, dict):
        own = [node] if node.get("type") in ("text", "link") else []
        return own + [leaf for inner in node.get("elements", ()) for leaf in leaves(inner)]
    return [leaf for inner in node for leaf in leaves(inner)]


def codes(blocks) -> list[dict[str, Any]]:
    """Every code block."""
    return [e for b in blocks for e in b["elements"] if e["type"] == "rich_text_preformatted"]


def _element(element) -> str:
    match element["type"]:
        case "rich_text_list":
            first = element.get("offset", 0) + 1
            mark = (lambda n: f"{first + n}.") if element["style"] == "ordered" else (lambda n: "•")
            return "\n".join(
                "  " * element["indent"] + f"{mark(n)} {_runs(item['elements'])}"
                for n, item in enumerate(element["elements"])
            )
        case "rich_text_preformatted":
            return f"```{element.get('language', '')}\n{_runs(element['elements'])}\n```"
        case "rich_text_quote":
            return "\n".join(f"> {line}" for line in _runs(element["elements"]).split("\n"))
        case "rich_text_section":
            return _runs(element["elements"])
    raise AssertionError(element["type"])


def _runs(runs) -> str:
    return "".join(_run(run) for run in runs)


def _run(run) -> str:
    assert run["type"] in ("text", "link")
    if run["type"] == "link":
        assert "text" not in run
        return f"<{run['url']}>"
    assert run["text"]
    marks = "".join(MARKS[name] for name in run.get("style", {}))
    return f"{marks}{run['text']}{marks[::-1]}"
