from pathlib import Path

import pytest

from tests.malmoi.command import malmoi_here as malmoi
from tests.malmoi.small import RECIPE, prepared, write_recipe


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two releases that no test changes."""
    folder = prepared(tmp_path_factory.mktemp("home"))
    steps = [*RECIPE["steps"][:2], {"step": "hangul_ratio", "min": 0.01}, RECIPE["steps"][3]]
    write_recipe(folder, RECIPE | {"steps": steps, "name": "lax"}, "lax.yaml")
    for name in ("lax", "small"):
        recipe = "recipe.yaml" if name == "small" else "lax.yaml"
        done = malmoi("curate", recipe, "--data", "data", "--out", f"releases/{name}", home=folder)
        assert done.code == 0, done.err
    return folder
