"""What answers under a spec, told apart from what answered under it before."""

import hashlib
import json
from pathlib import Path


def model_identity(spec: str) -> str:
    """Name the model behind ``spec``, for files that keep what it said.

    A folder of this machine counts with the names, sizes and times of its files, so that a model that was
    trained anew in its place is another one. What a server has behind a name nobody can see from here.
    """
    folder = Path(spec.partition(":")[2]).expanduser()
    if not spec.startswith("transformers:") or not folder.is_dir():
        return spec
    files = [file for file in folder.rglob("*") if file.is_file()]
    told = sorted(
        (file.relative_to(folder).as_posix(), file.stat().st_size, file.stat().st_mtime_ns) for file in files
    )
    return f"{spec}@{hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]}"
