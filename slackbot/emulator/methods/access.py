"""auth.* and oauth.*: who the app is, how it comes into a workspace and how it goes."""

from slackbot.emulator.arguments import Arguments, text_of
from slackbot.emulator.methods.chat import Reply
from slackbot.emulator.models import MethodError
from slackbot.emulator.oauth import Codes
from slackbot.emulator.service import Service, Slack


def auth_test(slack: Slack, _: Arguments) -> Reply:
    """auth.test."""
    bot = slack.workspace.bot
    return {
        "url": f"https://{slack.workspace.domain}.slack.com/",
        "team": slack.workspace.name,
        "user": bot.name,
        "team_id": slack.workspace.team_id,
        "user_id": bot.id,
        "bot_id": bot.bot_id,
        "is_enterprise_install": False,
    }


def revoke(slack: Slack, arguments: Arguments) -> Reply:
    """auth.revoke: the token is of no use any more, and the app is told so."""
    if text_of(arguments, "test").lower() in ("true", "1"):
        return {"revoked": False}
    slack.announce_removal()
    slack.service.remove(slack.workspace, "token_revoked")
    return {"revoked": True}


def exchange(service: Service, codes: Codes, arguments: Arguments) -> Reply:
    """oauth.v2.access: a code from the authorize page for the token of the workspace."""
    settings = service.settings
    if text_of(arguments, "client_id") != settings.client_id:
        raise MethodError("invalid_client_id")
    if text_of(arguments, "client_secret") != settings.client_secret:
        raise MethodError("bad_client_secret")
    grant = codes.redeem(text_of(arguments, "code"), text_of(arguments, "redirect_uri"))
    workspace = service.workspaces[grant.team]
    token = next(iter(service.tokens_of(workspace)), "") or service.install(workspace)
    return {
        "access_token": token,
        "token_type": "bot",
        "scope": ",".join(settings.scopes),
        "bot_user_id": workspace.bot.id,
        "app_id": workspace.app_id,
        "team": {"id": workspace.team_id, "name": workspace.name},
        "enterprise": None,
        "authed_user": {"id": workspace.people[0].id},
        "is_enterprise_install": False,
    }
