"""The model card of a quantised model: what it was made from, and how web-llm loads it."""

import json
from typing import Any, Final

import yaml

from compile.publishing.plan import Origin
from training.publishing.licence import ModelLicence, front_matter

README: Final = "README.md"
_VERSION: Final = "0.2.86"
_BODY: Final = """# {title}

{origin} as [web-llm](https://github.com/mlc-ai/web-llm) loads it: weights in {quantisation}, and the library
`{library}`, which computes in WebGPU. Made with malmoi; nothing was trained.

| | |
|---|---|
| Made from | {origin} |
| Licence | {licence} |
| Quantisation | {quantisation} |
| Context | {context:,} tokens |
| Download | {megabytes:,.0f} MB |
| Adapter | {adapter} |

## How to load it

With `@mlc-ai/web-llm` {version} or one that loads the same libraries:

```js
import {{ CreateMLCEngine }} from "@mlc-ai/web-llm";

const appConfig = {{
  model_list: [
{record}
  ],
}};
const engine = await CreateMLCEngine("{name}", {{ appConfig }});
const reply = await engine.chat.completions.create({{
  messages: [{{ role: "user", content: "안녕하세요?" }}],
}});
```

A private repository is not open to a page: copy its files to a host of your own, below `resolve/main/`, and
name that folder as `model`.

## Limits

Quantising changes answers; compare the model with the original on your own questions before you rely on it.
What the original is not meant for, this is not meant for either.
"""


def write_card(
    repo: str,
    endpoint: str,
    *,
    name: str,
    origin: Origin,
    given: ModelLicence,
    config: dict[str, Any],
    record: dict[str, Any],
    size: int,
) -> str:
    """Write the card of a model.

    Parameters
    ----------
    repo, endpoint
        Where it will lie.
    name
        The model's id in web-llm.
    origin, given
        What it was made from, and the licence that follows.
    config, record
        Content of mlc-chat-config.json, and web-llm's record of the model.
    size
        Bytes of all files.
    """
    address = f"{endpoint}/{repo}"
    library = str(record["model_lib"]).rsplit("/", 1)[-1]
    told = {
        key: value
        for key, value in record.items()
        if key not in ("model", "model_id", "model_lib", "integrity")
    }
    placed = {
        "model": address,
        "model_id": name,
        "model_lib": f"{address}/resolve/main/{library}",
        **told,
    }
    features = record.get("required_features") or []
    matter: dict[str, Any] = {"language": list(origin.languages)} if origin.languages else {}
    matter |= front_matter(given.name)
    if origin.hub:
        matter |= {"base_model": origin.hub, "base_model_relation": "quantized"}
    matter |= {
        "library_name": "mlc-llm",
        "pipeline_tag": "text-generation",
        "tags": ["malmoi", "web-llm", "mlc-llm", "webgpu", "conversational"],
    }
    front = yaml.safe_dump(matter, allow_unicode=True, sort_keys=False, width=1000)
    body = _BODY.format(
        title=repo.rsplit("/", 1)[-1],
        origin=origin.hub or origin.name,
        licence=given.name or "unknown",
        library=library,
        quantisation=config["quantization"],
        context=max(config["context_window_size"], config["sliding_window_size"]),
        megabytes=size / 1e6,
        adapter=f"WebGPU with {', '.join(features)}" if features else "any with WebGPU",
        version=_VERSION,
        record="\n".join(f"    {line}" for line in json.dumps(placed, indent=2).splitlines()),
        name=name,
    )
    return f"---\n{front}---\n\n{body}"
