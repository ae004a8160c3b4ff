"""Work spread over the machines of a Ray cluster that share a file system."""

import logging
import os
import socket
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from curation.checkpoints import Checkpoint, Task, key_of
from curation.errors import ConfigurationError, UserError
from curation.executors import TellOf
from curation.installing import installing
from curation.manifest import code_version

# A node may die and take its tasks along; Ray starts them again elsewhere.
_RETRIES = 8
# Tasks handed over at a time, as a multiple of the cores: enough to keep every node busy.
_AHEAD = 3


class RayCluster:
    """Carries tasks out on the cluster at ``address`` (``auto``: the one this machine belongs to).

    Every node needs the same version of malmoi and must see the release folder under the same
    path; both are checked before the first task. A task that holds a model with threads of its
    own (``whole_nodes``) gets a node to itself, so that there is one copy of the model a node.
    """

    def __init__(self, address: str, shared: Path, *, whole_nodes: bool = False) -> None:
        self.address = address
        self.shared = shared
        self.whole_nodes = whole_nodes
        self._ray: Any = None

    def run(self, tasks: Sequence[Task], _: TellOf) -> Iterator[tuple[int, Checkpoint]]:
        """Carry the tasks out; a node that dies costs only what it was doing.

        Raises
        ------
        UserError
            As a task raised it; or when the cluster is gone.
        ConfigurationError
            When a node cannot take part.
        """
        ray = self._connected()
        cores = [node["Resources"].get("CPU", 0) for node in ray.nodes() if node["Alive"]]
        wanted = min((one for one in cores if one), default=1) if self.whole_nodes else 1
        remote = ray.remote(num_cpus=wanted, max_retries=_RETRIES)(_carry_out)
        ahead = max(1, int(sum(cores) / wanted)) * _AHEAD
        waiting: dict[Any, int] = {}
        handed = 0
        while waiting or handed < len(tasks):
            while handed < len(tasks) and len(waiting) < ahead:
                waiting[remote.remote(tasks[handed])] = handed
                handed += 1
            ready, _ = ray.wait(list(waiting), num_returns=1)
            for one in ready:
                yield waiting.pop(one), _result(ray, one)

    def close(self) -> None:
        """Leave the cluster."""
        if self._ray is not None:
            self._ray.shutdown()
            self._ray = None

    def _connected(self) -> Any:
        if self._ray is not None:
            return self._ray
        try:
            import ray  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise ConfigurationError(
                "Ray is not installed", where="--engine ray", fix=installing("ray")
            ) from error
        try:
            _knock(self.address)
            ray.init(address=self.address, log_to_driver=False, logging_level=logging.ERROR)
        except (OSError, ValueError, RuntimeError) as error:
            raise ConfigurationError(
                f"no Ray cluster answers: {str(error).splitlines()[0]}",
                where=f"--address {self.address}",
                fix="start one (ray start --head), or give its address",
            ) from error
        self._ray = ray
        self._check_nodes(ray)
        return ray

    def _check_nodes(self, ray: Any) -> None:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy  # noqa: PLC0415

        token = uuid.uuid4().hex
        self.shared.mkdir(parents=True, exist_ok=True)
        mark = self.shared / ".cluster"
        mark.write_text(token)
        look = ray.remote(num_cpus=0)(_look)
        nodes = [node for node in ray.nodes() if node["Alive"]]
        asked = [
            look.options(
                scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
            ).remote(mark)
            for node in nodes
        ]
        answers = ray.get(asked)
        mark.unlink()
        for answer in answers:
            if answer["token"] != token:
                raise ConfigurationError(
                    f"the node {answer['host']} does not see the release folder",
                    where=str(self.shared),
                    fix="give an --out on a file system that all nodes share",
                )
            if answer["code"] != key_of(code_version()):
                raise ConfigurationError(
                    f"the node {answer['host']} has another version of malmoi or of its libraries",
                    where=f"--address {self.address}",
                    fix="install the same version on every node",
                )


def _knock(address: str) -> None:
    """Raise at once where nobody listens; Ray would try for half a minute, and then end the process."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), timeout=5).close()


def _carry_out(task: Task) -> Checkpoint:
    return task()


def _look(mark: Path) -> dict[str, str]:
    token = mark.read_text() if mark.exists() else ""
    return {"host": f"{socket.gethostname()} ({os.getpid()})", "token": token, "code": key_of(code_version())}


def _result(ray: Any, reference: Any) -> Checkpoint:
    try:
        result: Checkpoint = ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        cause = error.cause
        if isinstance(cause, BaseException):
            raise cause from None
        raise
    except ray.exceptions.RayError as error:
        raise UserError(
            f"the cluster lost a piece of work: {str(error).splitlines()[0]}",
            fix="look at the cluster (ray status) and run again; what is finished is kept",
        ) from error
    return result
