"""data-juicer's MinHash operator, through dj-process. Usage: data_juicer_minhash.py DOCUMENTS KEPT."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> None:
    documents, kept = Path(sys.argv[1]), Path(sys.argv[2])
    with tempfile.TemporaryDirectory(dir=kept.parent) as name:
        folder = Path(name)
        recipe = {
            "project_name": "near-dedup",
            "dataset_path": str(documents),
            "export_path": str(folder / "kept.jsonl"),
            "np": 1,
            "process": [
                {
                    "document_minhash_deduplicator": {
                        "tokenization": "space",
                        "window_size": 5,
                        "num_permutations": 112,
                        "num_bands": 14,
                        "num_rows_per_band": 8,
                    }
                }
            ],
        }
        (folder / "recipe.yaml").write_text(json.dumps(recipe))  # JSON is YAML
        subprocess.run(
            [Path(sys.executable).with_name("dj-process"), "--config", folder / "recipe.yaml"],
            check=True,
            cwd=folder,
            # No data set is fetched, and its cache must not outlive the run.
            env={**os.environ, "HF_HOME": str(folder / "hf"), "HF_HUB_OFFLINE": "1"},
        )
        (folder / "kept.jsonl").replace(kept)


if __name__ == "__main__":
    main()
