"""duckdb's exact dedup in one thread: a Parquet file of texts in, the ids of the dropped rows out.

Usage: duckdb_exact.py TEXTS DROPPED QUERY; QUERY is ``text`` (groups by the text), ``hash`` (by its
128 bits of MD5), or ``window`` (numbers the rows of each text).
"""

import sys

import duckdb

FIRST = "SELECT {key} AS k, min(\"order\") AS \"order\" FROM '{texts}' GROUP BY k"
DROPPED = "SELECT id, \"order\" FROM '{texts}' ANTI JOIN (" + FIRST + ') AS first USING ("order")'
QUERIES = {
    "text": DROPPED.replace("{key}", "text"),
    "hash": DROPPED.replace("{key}", "md5_number(text)"),
    "window": (
        "SELECT id, \"order\" FROM '{texts}' "
        'QUALIFY row_number() OVER (PARTITION BY text ORDER BY "order") > 1'
    ),
}


def main() -> None:
    texts, dropped, query = sys.argv[1:]
    connection = duckdb.connect(config={"threads": 1})
    rows = connection.execute(f'SELECT id FROM ({QUERIES[query].format(texts=texts)}) ORDER BY "order"')
    with open(dropped, "w") as out:
        out.write("\n".join(row[0] for row in rows.fetchall()))


if __name__ == "__main__":
    main()
