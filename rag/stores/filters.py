"""A filter in the languages of the stores; each means the same as `rag.types.Filter.admits`."""

from collections.abc import Sequence

from rag.types import Filter


def sql(among: Filter) -> str | None:
    """The filter for LanceDB (DataFusion's SQL); ``None`` when it admits everything."""
    parts = []
    if among.groups is not None:
        everyone = "cardinality(acl) = 0"
        member = f"array_has_any(acl, [{sql_literals(sorted(among.groups))}])"
        parts.append(f"{everyone} OR {member}" if among.groups else everyone)
    if among.sources:
        # Not LIKE: its wild cards are ordinary characters of file names.
        parts.append(
            " OR ".join(f"starts_with(source, {sql_literals([source])})" for source in among.sources)
        )
    if among.since or among.until:
        parts.append("date <> ''")
    if among.since:
        parts.append(f"date >= {sql_literals([among.since])}")
    if among.until:
        until = sql_literals([among.until])
        # The last day is included whole: a time of that day begins with it.
        parts.append(f"date <= {until} OR starts_with(date, {until})")
    if among.without:
        parts.append(f"doc_id NOT IN ({sql_literals(among.without)})")
    return " AND ".join(f"({part})" for part in parts) or None


def sql_literals(values: Sequence[str]) -> str:
    """The values as a list of SQL literals."""
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)


def expression(among: Filter) -> str:
    """The filter as a boolean expression of Milvus; empty when it admits everything.

    Milvus Lite takes neither templates nor ``\\%`` in LIKE, so values are escaped here and a
    beginning is a range of strings.
    """
    parts = []
    if among.groups is not None:
        everyone = "array_length(acl) == 0"
        member = f"array_contains_any(acl, [{', '.join(map(_quoted, sorted(among.groups)))}])"
        parts.append(f"{everyone} or {member}" if among.groups else everyone)
    if among.sources:
        parts.append(" or ".join(_begins("source", source) for source in among.sources))
    if among.since or among.until:
        parts.append('date != ""')
    if among.since:
        parts.append(f"date >= {_quoted(among.since)}")
    if among.until:
        parts.append(f"date <= {_quoted(among.until)} or ({_begins('date', among.until)})")
    if among.without:
        parts.append(f"doc_id not in [{', '.join(map(_quoted, among.without))}]")
    return " and ".join(f"({part})" for part in parts)


def _begins(field: str, prefix: str) -> str:
    after = _successor(prefix)
    upper = f" and {field} < {_quoted(after)}" if after else ""
    return f"({field} >= {_quoted(prefix)}{upper})"


def _successor(prefix: str) -> str:
    """The least string above every string that begins with ``prefix``; empty when there is none."""
    for at in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[at]) + 1
        if code == 0xD800:  # the first of the surrogates, which no text has
            code = 0xE000
        if code <= 0x10FFFF:
            return prefix[:at] + chr(code)
    return ""


_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


def _quoted(value: str) -> str:
    return f'"{value.translate(_ESCAPES)}"'
