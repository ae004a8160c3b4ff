"""`app-config.json`: the records by which web-llm finds the model, its library and their hashes."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from compile.check.chat_config import CHAT_CONFIG
from compile.check.fault import Fault
from compile.check.reading import (
    Object,
    Rules,
    check_fields,
    find_file,
    find_folder,
    is_text,
    is_texts,
    object_of,
    objects_of,
    read_object,
    shown,
)

APP_CONFIG: Final = "app-config.json"
_OLDER: Final = {"local_id": "model_id", "model_url": "model", "model_lib_url": "model_lib"}
_BACKENDS: Final = ("cache", "indexeddb", "cross-origin")
_SRI: Final = re.compile(r"(sha256|sha384|sha512)-([A-Za-z0-9+/]+={0,2})")


@dataclass(frozen=True, slots=True)
class Record:
    """A record: where it stands, what it says, its library's file in the bundle (or nothing).

    ``home`` is the model's folder, as in ``models/ID/resolve/main/``; it is empty where the model's files
    lie beside the record.
    """

    field: str
    value: Object
    library: str
    home: str = ""


def check_records(folder: Path, faults: list[Fault]) -> list[Record]:
    """Check the records by themselves, and the hashes that they state; give them."""
    app = read_object(
        folder, APP_CONFIG, faults, fix='write {"model_list": [{"model", "model_id", "model_lib"}]}'
    )
    if app is None:
        return []
    faults += _app(app)
    records = []
    for place, value in enumerate(objects_of(app.get("model_list"))):
        field = f"model_list.{place}"
        model = value.get("model", value.get("model_url"))
        home = _home_of(folder, model) if is_text(model) else ""
        library = value.get("model_lib", value.get("model_lib_url"))
        named = _file_of(folder, library, whole=home != "") if is_text(library) else ""
        records.append(Record(field, value, named, home))
        faults += _fields(value, field)
        faults += _integrity(folder, records[-1])
    names = [record.value.get("model_id") for record in records]
    for record in records:
        if is_text(record.value.get("model_id")) and names.count(record.value["model_id"]) > 1:
            fault = f"malformed: two records are named {record.value['model_id']}"
            faults.append(Fault(APP_CONFIG, f"{record.field}.model_id", fault, "give each a name of its own"))
    return records


def _app(app: Object) -> Iterator[Fault]:
    listed = app.get("model_list")
    if not isinstance(listed, list) or not listed or len(objects_of(listed)) != len(listed):
        fault = "malformed: a list of records is expected" if "model_list" in app else "missing"
        yield Fault(APP_CONFIG, "model_list", fault, "list a record with model, model_id and model_lib")
    if "model_lib_map" in app:
        fix = "write each library as model_lib of its record"
        yield Fault(APP_CONFIG, "model_lib_map", "malformed: only older versions of web-llm read it", fix)
    if "useIndexedDBCache" in app:
        fix = 'write "cacheBackend": "indexeddb" or "cache"'
        yield Fault(APP_CONFIG, "useIndexedDBCache", "malformed: only older versions of web-llm read it", fix)
    if app.get("cacheBackend", _BACKENDS[0]) not in _BACKENDS:
        fault = f"malformed: {shown(app['cacheBackend'])} is no place to keep a model"
        yield Fault(APP_CONFIG, "cacheBackend", fault, f"write one of {', '.join(_BACKENDS)}")


def _fields(record: Object, field: str) -> Iterator[Fault]:
    for older, name in _OLDER.items():
        if older in record:
            fault = f"malformed: web-llm now calls this {name}"
            yield Fault(APP_CONFIG, f"{field}.{older}", fault, f"rename it to {name}")
    needed: Rules = {
        name: (is_text, "a string") for older, name in _OLDER.items() if name in record or older not in record
    }
    optional: Rules = {
        "required_features": (is_texts, "a list of features"),
        "overrides": (_is_object, "an object"),
    }
    rules = {**needed, **{name: rule for name, rule in optional.items() if name in record}}
    yield from check_fields(
        record, rules, APP_CONFIG, "write it as web-llm's ModelRecord has it", f"{field}."
    )


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _home_of(folder: Path, address: str) -> str:
    """Give the folder of the bundle that web-llm makes of a model's address; nothing when it is not there."""
    parts = _parts(address)
    # What web-llm appends to an address that names no revision.
    whole = parts if "resolve" in parts[:-1] else [*parts, "resolve", "main"]
    return next((f"{tail}/" for tail in _tails(whole) if find_folder(folder, tail)), "")


def _file_of(folder: Path, address: str, *, whole: bool) -> str:
    """Give the file of the bundle that an address ends with.

    When there is none, give the address' own name; in a whole bundle with the folders before it.
    """
    tails = _tails(_parts(address))
    missing = (tails[0] if whole else tails[-1]) if tails else address
    return next((tail for tail in tails if find_file(folder, tail)), missing)


def _parts(address: str) -> list[str]:
    try:
        path = urlsplit(address).path
    except ValueError:
        path = address
    return [part for part in path.split("/") if part not in ("", ".", "..")]


def _tails(parts: list[str]) -> list[str]:
    return ["/".join(parts[start:]) for start in range(len(parts))]


def _integrity(folder: Path, record: Record) -> Iterator[Fault]:
    """Check each hash of subresource integrity, and whether it is that of the file in the bundle."""
    stated = object_of(record.value.get("integrity"))
    field = f"{record.field}.integrity"
    if stated.get("onFailure", "error") not in ("error", "warn"):
        yield Fault(APP_CONFIG, f"{field}.onFailure", "malformed: error or warn is expected", "write error")
    hashes = {
        "config": (record.home + CHAT_CONFIG, stated.get("config")),
        "model_lib": (record.library, stated.get("model_lib")),
    }
    for name, sri in object_of(stated.get("tokenizer")).items():
        hashes[f"tokenizer.{name}"] = (record.home + name, sri)
    for part, (name, sri) in hashes.items():
        if sri is not None:
            yield from _sri(find_file(folder, name), sri, f"{field}.{part}")


def _sri(path: Path | None, sri: Any, field: str) -> Iterator[Fault]:
    matched = _SRI.fullmatch(sri) if isinstance(sri, str) else None
    try:
        expected = base64.b64decode(matched[2], validate=True) if matched else b""
    except binascii.Error:
        expected = b""
    if matched is None or len(expected) != hashlib.new(matched[1]).digest_size:
        fault = "malformed: sha256-, sha384- or sha512- and the whole hash in base64 are expected"
        yield Fault(APP_CONFIG, field, fault, "write the hash of the file again")
        return
    if path is None:
        yield Fault(
            APP_CONFIG, field, "missing: the file that is hashed is not in the bundle", "leave the hash out"
        )
        return
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, matched[1]).digest()
    except OSError as error:
        yield Fault(path.name, "", f"malformed: it cannot be read: {error.strerror}", "copy the file again")
        return
    if digest != expected:
        right = f"{matched[1]}-{base64.b64encode(digest).decode()}"
        yield Fault(APP_CONFIG, field, f"contradiction: {path.name} has another hash", f"write {right}")
