"""What stands in deploy/: the unit is one for systemd and hardened, the image starts what exists."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import typer

from malmoi.main import app
from slackbot.config import Limits


@pytest.fixture(scope="module")
def unit(project: Path) -> dict[str, list[str]]:
    """The values of every key of the unit."""
    found: dict[str, list[str]] = {}
    for line in (project / "deploy/malmoi-slack.service").read_text("utf-8").splitlines():
        if line and line[0] not in "#[":
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


@pytest.fixture(scope="module")
def image(project: Path) -> str:
    return (project / "deploy/Containerfile").read_text("utf-8")


def options_of(command: str) -> set[str]:
    slack = typer.main.get_command(app).commands["slack"]  # type: ignore[attr-defined]
    return {option for parameter in slack.commands[command].params for option in parameter.opts}


def test_systemd_understands_the_unit(project: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    text = (project / "deploy/malmoi-slack.service").read_text("utf-8")
    changed = tmp_path / "malmoi-slack.service"
    changed.write_text(re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", text), encoding="utf-8")
    told = subprocess.run(
        ["systemd-analyze", "verify", changed], capture_output=True, text=True, timeout=60, check=False
    )
    assert (told.returncode, told.stdout + told.stderr) == (0, "")


def test_the_unit_is_hardened_and_knows_the_exit_codes(unit: dict[str, list[str]]) -> None:
    wanted = {
        "User": "malmoi",
        "StateDirectory": "malmoi",
        "StateDirectoryMode": "0700",
        "UMask": "0077",
        "NoNewPrivileges": "yes",
        "CapabilityBoundingSet": "",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "Restart": "on-failure",
        "RestartPreventExitStatus": "2",
        "StartLimitIntervalSec": "0",
        "WantedBy": "multi-user.target",
    }
    assert {key: unit[key] for key in wanted} == {key: [value] for key, value in wanted.items()}
    assert not any(secret in str(unit) for secret in ("xoxb", "xapp"))


def test_stopping_takes_no_longer_than_systemd_waits(unit: dict[str, list[str]]) -> None:
    # Answers, what people clicked, and the HTTP transport, one after the other.
    assert int(unit["TimeoutStopSec"][0]) > 2 * Limits().stop_grace + 5


def test_what_is_started_exists(unit: dict[str, list[str]], image: str) -> None:
    (started,) = (shlex.split(line) for line in unit["ExecStart"])
    (entry,) = re.findall(r"^ENTRYPOINT (\[.*\])$", image, re.MULTILINE)
    for command in (started, re.findall(r'"([^"]+)"', entry)):
        program, *arguments = command
        assert (Path(program).name, arguments[:2]) == ("malmoi", ["slack", "run"])
        assert {one for one in arguments if one.startswith("--")} <= options_of("run")


def test_the_image_runs_as_nobody_in_particular(image: str, project: Path) -> None:
    assert re.findall(r"^FROM (\S+)", image, re.MULTILINE) == ["python:3.11-slim"] * 2
    assert "--constraint constraints.txt" in image
    assert re.findall(r"^USER (\d+)$", image, re.MULTILINE) == ["10001"]
    assert re.findall(r"^VOLUME (\S+)$", image, re.MULTILINE) == ["/data"]
    port = re.search(r'"--metrics-port", "(\d+)"', image)
    assert port
    assert f"http://127.0.0.1:{port[1]}/metrics" in image
    assert set(re.findall(r"https?://([^/:\s]+)", image)) == {"127.0.0.1"}


def test_the_image_holds_every_package(image: str, project: Path) -> None:
    import tomllib

    build = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    wheel = build["targets"]["wheel"]
    copied = set(re.findall(r"^COPY (\w+) \1$", image, re.MULTILINE))
    assert copied == {*wheel["packages"], *wheel["force-include"]}
