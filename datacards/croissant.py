"""A card as MLCommons Croissant 1.1: https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html.

What the pipeline knows about collection, processing and limits is stated in the RAI vocabulary 1.0:
https://docs.mlcommons.org/croissant/docs/croissant-rai-spec.html.
"""

from datetime import date
from typing import Any

from datacards.card import Card, Column, Config, Split
from datacards.licences import licence

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_TYPES = {"string": "sc:Text", "int64": "sc:Integer", "float64": "sc:Float", "bool": "sc:Boolean"}


def render(card: Card, published: date) -> dict[str, Any]:
    """Describe the dataset of ``card`` as JSON-LD data.

    Every data file is a ``FileObject`` with its sha256; every split is a ``RecordSet`` over its
    files.
    """
    description: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": card.name,
        "alternateName": card.title,
        "description": card.description or card.title,
        "version": f"{card.version}.0.0" if card.version.isdigit() else card.version,
        "datePublished": published.isoformat(),
        "license": [licence(name).url for name in card.licences],
        "inLanguage": list(card.languages),
        "citeAs": f"{card.title}, version {card.version}",
        "distribution": [],
        "recordSet": [],
    }
    if card.creator:
        description["creator"] = {"@type": "sc:Organization", "name": card.creator}
    if card.url:
        description["url"] = card.url
    based_on = [source.url for source in card.sources if source.url]
    if based_on:
        description["isBasedOn"] = list(dict.fromkeys(based_on))
    description |= _responsible_use(card)
    for config in card.configs:
        for split in config.splits:
            description["distribution"].extend(_distribution(config, split))
            description["recordSet"].append(_record_set(config, split))
    return description


def _responsible_use(card: Card) -> dict[str, Any]:
    """State in RAI's fields what is known; who annotated what, and why, only people know."""
    stated: dict[str, Any] = {}
    if card.sources:
        named = "; ".join(
            f"{one.name} ({one.licence}{', ' + one.url if one.url else ''})" for one in card.sources
        )
        read = sum(one.read for one in card.sources)
        lost = sum(one.quarantined for one in card.sources)
        stated["rai:dataCollection"] = f"Rows were read from existing sources: {named}."
        stated["rai:dataCollectionMissingData"] = (
            f"{lost:,} of {read:,} rows read could not be used; they are kept with the reason."
        )
    done = [f"{step.name}: {step.summary}; dropped {step.dropped:,} rows" for step in card.steps]
    if done:
        stated["rai:dataPreprocessingProtocol"] = done
    personal = [step.summary for step in card.steps if step.name == "personal_data"]
    if card.sources:
        stated["rai:personalSensitiveInformation"] = personal or [
            "Personal data was not searched for; texts may hold names, numbers and addresses."
        ]
    if card.quirks:
        stated["rai:dataLimitations"] = list(card.quirks)
    return stated


def _distribution(config: Config, split: Split) -> list[dict[str, Any]]:
    files: list[dict[str, Any]] = [
        {
            "@type": "cr:FileObject",
            "@id": file.path,
            "name": file.path,
            "contentUrl": file.path,
            "contentSize": f"{file.bytes} B",
            "encodingFormat": "application/x-parquet",
            "sha256": file.sha256,
        }
        for file in split.files
    ]
    if len(files) > 1:
        # Not `containedIn` anything: the set lies in the folder of the description itself.
        files.append(
            {
                "@type": "cr:FileSet",
                "@id": _files_of(config, split),
                "name": _files_of(config, split),
                "encodingFormat": "application/x-parquet",
                "includes": f"data/{config.name}/{split.name}-*.parquet",
            }
        )
    return files


def _record_set(config: Config, split: Split) -> dict[str, Any]:
    name = f"{config.name}.{split.name}"
    if len(split.files) > 1:
        origin: dict[str, Any] = {"fileSet": {"@id": _files_of(config, split)}}
    else:
        origin = {"fileObject": {"@id": split.files[0].path}}
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"{split.rows} rows",
        "field": [_field(name, column, origin) for column in config.columns],
    }


def _field(record_set: str, column: Column, origin: dict[str, Any]) -> dict[str, Any]:
    name = f"{record_set}/{column.name}"
    source = {**origin, "extract": {"column": column.name}}
    described: dict[str, Any] = {"@type": "cr:Field", "@id": name, "name": name}
    if column.description:
        described["description"] = column.description
    if column.dtype == "messages":
        parts = [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{part}",
                "name": f"{name}/{part}",
                "dataType": "sc:Text",
                "source": {**origin, "extract": {"column": column.name}, "transform": {"jsonPath": part}},
            }
            for part in ("role", "content")
        ]
        return {**described, "repeated": True, "source": source, "subField": parts}
    described |= {"dataType": _TYPES[column.dtype], "source": source}
    if column.repeated:
        described["repeated"] = True
    return described


def _files_of(config: Config, split: Split) -> str:
    return f"files-{config.name}-{split.name}"
