"""The peer of `filters.py`: the loop that a person would write, with orjson.

It reads jsonl files, applies the three filters with regular expressions, writes the rows that stay
and the rejects with their reasons as jsonl, and counts them. It has no quarantine, no content ids, no
hashes, no resume, and gives up at a malformed line. Usage: plain_filters.py FOLDER OUT
"""

import re
import sys
from collections import Counter
from pathlib import Path

import orjson

SHORTEST, LONGEST = 10, 5000
MOST_SYMBOLS, LEAST_HANGUL = 0.3, 0.3
# Runs where they are long: fewer strings, and the same sums.
LETTERS = re.compile(r"[^\W\d_]+")
HANGUL = re.compile("[가-힣ㄱ-ㆎᄀ-ᇿ]+")
SYMBOLS = re.compile(r"[^\w\s]|_")


def judge(text: str) -> tuple[str, float] | None:
    if len(text) < SHORTEST:
        return "too_short", len(text)
    if len(text) > LONGEST:
        return "too_long", len(text)
    symbols = len(SYMBOLS.findall(text)) / max(1, len("".join(text.split())))
    if symbols > MOST_SYMBOLS:
        return "many_symbols", symbols
    letters = sum(map(len, LETTERS.findall(text)))
    if not letters:
        return "no_letters", 0.0
    hangul = sum(map(len, HANGUL.findall(text))) / letters
    if hangul < LEAST_HANGUL:
        return "little_hangul", hangul
    return None


def main() -> None:
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True)
    dropped: Counter[str] = Counter()
    read = kept = 0
    with (out / "kept.jsonl").open("wb") as data, (out / "rejects.jsonl").open("wb") as rejects:
        for path in sorted(folder.glob("*.jsonl")):
            with path.open("rb") as stream:
                for line in stream:
                    row = orjson.loads(line)
                    read += 1
                    verdict = judge(row["text"])
                    if verdict is None:
                        kept += 1
                        data.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
                    else:
                        reason, score = verdict
                        dropped[reason] += 1
                        entry = {**row, "reason": reason, "score": score}
                        rejects.write(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE))
    ledger = {"read": read, "kept": kept, "dropped": dropped}
    sys.stdout.buffer.write(orjson.dumps(ledger))


if __name__ == "__main__":
    main()
