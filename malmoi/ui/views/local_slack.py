"""Starts and stops the local Slack."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from curation.errors import UserError
from malmoi.ui.pages import desk_of


async def start(request: Request) -> Response:
    """Start it, with the bot where ``index`` names an index; answers when both are ready."""
    desk = desk_of(request)
    name = request.query_params.get("index", "")
    path = desk.indexes().get(name)
    if name and path is None:
        return JSONResponse({"what": "There is no such index in the workspace."}, 400)
    try:
        await run_in_threadpool(desk.slack.start, path, desk.workspace.home)
    except UserError as error:
        return JSONResponse({"what": error.what}, 500)
    return JSONResponse({"page": desk.slack.now().page})


async def stop(request: Request) -> Response:
    """Stop it."""
    await run_in_threadpool(desk_of(request).slack.stop)
    return JSONResponse({})
