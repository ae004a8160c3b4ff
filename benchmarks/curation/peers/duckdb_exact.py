"""duckdb's exact dedup in one thread: a Parquet file of texts in, the ids of the dropped rows out.

Usage: duckdb_exact.py TEXTS DROPPED KEY; KEY is ``text``, or ``hash`` for 128 bits of it (MD5).
"""

import sys
from pathlib import Path

import duckdb

KEYS = {"text": "text", "hash": "md5_number(text)"}
QUERY = """
WITH first AS (SELECT {key} AS key, min("order") AS "order" FROM '{texts}' GROUP BY key)
SELECT id FROM '{texts}' ANTI JOIN first USING ("order") ORDER BY "order"
"""


def main() -> None:
    texts, dropped, key = sys.argv[1:]
    connection = duckdb.connect(config={"threads": 1})
    rows = connection.execute(QUERY.format(texts=texts, key=KEYS[key])).fetchall()
    Path(dropped).write_text("\n".join(row[0] for row in rows))


if __name__ == "__main__":
    main()
