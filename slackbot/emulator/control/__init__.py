"""``/_emulator/``: what people do in Slack, what goes wrong, and what can be looked at."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from slackbot.emulator.control.body import Body
from slackbot.emulator.control.interactive import Interactive
from slackbot.emulator.control.look import Look
from slackbot.emulator.control.people import People
from slackbot.emulator.control.trouble import Trouble
from slackbot.emulator.models import MethodError
from slackbot.emulator.service import Service
from slackbot.emulator.web_api import WebApi, json_reply

Verb = Callable[[Body], Awaitable[dict[str, Any]]]


def routes(service: Service, api: WebApi) -> list[web.RouteDef]:
    """Every endpoint: POST takes and gives JSON, GET reads."""
    people, interactive = People(service), Interactive(service)
    trouble, look = Trouble(service, api), Look(service, api)
    acts: tuple[Verb, ...] = (
        people.say,
        people.edit,
        people.delete,
        people.react,
        people.channel,
        people.member,
        people.home,
        people.assistant,
        interactive.click,
        interactive.submit,
        interactive.close,
        interactive.shortcut,
        interactive.command,
        trouble.redeliver,
        trouble.disconnect,
        trouble.fail,
        trouble.settings,
        trouble.close_streams,
        trouble.uninstall,
        trouble.burst,
    )
    looks: tuple[Verb, ...] = (look.state, look.thread, look.changes, look.load)
    return [
        *(web.post(f"/_emulator/{_name(verb)}", _posted(verb, service)) for verb in acts),
        *(web.get(f"/_emulator/{_name(verb)}", _queried(verb)) for verb in looks),
    ]


def _name(verb: Verb) -> str:
    return str(verb.__name__)


def _posted(verb: Verb, service: Service) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            return json_reply(await verb(await Body.read(request)))
        except (MethodError, ValueError) as error:
            return json_reply({"error": str(error)}, status=400)
        finally:
            service.revisions.bump()

    return handle


def _queried(verb: Verb) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            return json_reply(await verb(Body(request.query)))
        except (MethodError, ValueError) as error:
            return json_reply({"error": str(error)}, status=400)

    return handle
