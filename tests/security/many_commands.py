"""Run as a program: several `malmoi` commands in one process.

Each line of standard input is a JSON object: the command's ``arguments``, and an ``environment`` to put
over the process's own for as long as it runs.
"""

import json
import os
import sys

from malmoi import main

MARK = "### "


def run(arguments: list[str], environment: dict[str, str]) -> int:
    """Run one command as the `malmoi` program does."""
    before = dict(os.environ)
    sys.argv = ["malmoi", *arguments]
    os.environ.update(environment)
    try:
        main.main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    except Exception:  # noqa: BLE001 - a fault of ours: what a person would see of it
        sys.excepthook(*sys.exc_info())
        return 1
    finally:
        os.environ.clear()
        os.environ.update(before)
    return 0


if __name__ == "__main__":
    # All at once: a command that asks something finds nobody there.
    for line in sys.stdin.readlines():
        wanted = json.loads(line)
        code = run(wanted["arguments"], wanted["environment"])
        for stream in (sys.stdout, sys.stderr):
            stream.write(f"\n{MARK}{code}\n")
            stream.flush()
