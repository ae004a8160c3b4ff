# malmoi: `just` lists these, `just demo` shows the whole path.

set shell := ["bash", "-euo", "pipefail", "-c"]

python := ".venv/bin/python"

[private]
default:
    @just --list

# create .venv and install malmoi (base: no torch, no server)
setup extras="":
    @bash .ci/setup "{{extras}}"

# the whole path: samples → release → index → cited answers → a reply in a Slack thread
demo *arguments: setup
    @.venv/bin/malmoi demo {{arguments}}

# every test, and which ten took longest (installs what they need)
test *arguments: (setup "dev")
    @bash .ci/system-packages
    @PYTHONDONTWRITEBYTECODE= {{python}} -m pytest -n auto --dist worksteal --durations=10 {{arguments}}

# what needs Node, emscripten and Chromium: the page's own tests, and bundles in a browser
test-browser *arguments: (setup "dev")
    @bash .ci/system-packages
    cd compile/web && npm ci --no-audit --no-fund --ignore-scripts && npm run check && npm test
    @PYTHONDONTWRITEBYTECODE= {{python}} -m pytest -n auto tests/compile tests/malmoi/test_compile.py {{arguments}}

# SmolLM2 in the page, timed beside wllama
browser-smollm2 *arguments: (setup "dev")
    @{{python}} benchmarks/browser/speed.py {{arguments}}

# lint, format, types, import floors
check: (setup "dev")
    .venv/bin/ruff check .
    .venv/bin/ruff format --check .
    .venv/bin/mypy
    .venv/bin/lint-imports
    {{python}} .ci/audit

# which lines and branches the tests reach (some forty minutes)
coverage *arguments: (setup "dev")
    @{{python}} -m pip install --quiet --disable-pip-version-check -c constraints.txt pytest-cov
    @bash .ci/system-packages
    @PYTHONDONTWRITEBYTECODE= {{python}} -m pytest -n auto --dist worksteal --cov --cov-report=term:skip-covered {{arguments}}

# would the tests of steps, masks, conventions and citations notice a fault? (some half an hour)
mutate *arguments: (setup "dev")
    @{{python}} -m pip install --quiet --disable-pip-version-check -c constraints.txt mutmut
    @{{python}} -m mutmut run {{arguments}}
    @{{python}} -m mutmut results

# every figure we claim, beside a peer in the same run: one page (--quick for a first look; goes on where it was)
bench *arguments: (setup "dev")
    @{{python}} benchmarks/all.py {{arguments}}

# the wheel in ./dist, installed in an empty environment and tried there (Node, a registry; some minutes)
wheel: (setup "dev")
    @bash .ci/wheel

# the documentation as a site in ./site; options, the drawing of the floors and the console's pictures are made anew
docs: (setup "dev") (setup "docs")
    @{{python}} docs/make_commands.py
    @{{python}} docs/make_architecture.py
    @if command -v chromium >/dev/null; then {{python}} docs/pictures/ui.py; else echo "No Chromium here: the pictures stay as they are." >&2; fi
    @.venv/bin/zensical build --strict --clean
