"""What the browser shows when an installation does not come about, in Korean and English."""

import html
from enum import Enum
from typing import Final

from starlette.responses import HTMLResponse


class Outcome(Enum):
    """Why there is no installation: the status, and what to do, in Korean and English."""

    STALE = (
        400,
        "설치를 시작한 지 10분이 지났거나, 이미 쓴 링크이거나, 다른 브라우저에서 연 링크입니다. "
        "이 브라우저에서 처음부터 다시 시작해 주세요.",
        "This link is more than ten minutes old, was used already, or was opened in another browser. "
        "Please start again in this one.",
    )
    DENIED = (
        200,
        "설치를 취소하셨습니다. 워크스페이스에는 아무것도 바뀌지 않았습니다.",
        "You cancelled the installation. Nothing was changed in your workspace.",
    )
    REFUSED = (
        400,
        "Slack이 설치를 받아들이지 않았습니다. 다시 시도해도 안 되면 앱 관리자에게 알려 주세요.",
        "Slack did not accept the installation. If it fails again, please tell the owner of the app.",
    )
    UNREACHABLE = (
        502,
        "지금은 Slack에 연결할 수 없습니다. 잠시 뒤에 다시 시작해 주세요.",
        "Slack cannot be reached just now. Please start again in a moment.",
    )
    WHOLE_ORGANISATION = (
        400,
        "이 앱은 조직 전체가 아니라 워크스페이스마다 설치합니다. 워크스페이스를 골라 다시 설치해 주세요.",
        "This app is installed in single workspaces, not in a whole organisation. "
        "Please choose a workspace and start again.",
    )
    ROTATING = (
        400,
        "앱 설정에 토큰 교체(token rotation)가 켜져 있어 설치할 수 없습니다. 앱 관리자에게 알려 주세요.",
        "The app's settings ask for token rotation, which this bot does not do. "
        "Please tell the owner of the app.",
    )


_PAGE: Final = """<!doctype html>
<html lang="ko">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>말모이 설치 · Installation</title>
<style>body {{ font-family: sans-serif; max-width: 40rem; margin: 4rem auto; line-height: 1.6 }}</style>
</head>
<body>
<h1>설치하지 못했습니다</h1>
<p>{korean}</p>
<p lang="en">{english}</p>
<p><a href="install">다시 시작하기 · <span lang="en">Start again</span></a></p>
</body>
</html>
"""
# The address of this page held a code; it is told to nobody.
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


def page(outcome: Outcome) -> HTMLResponse:
    """The page for an installation that did not come about; it quotes nothing that was sent."""
    status, korean, english = outcome.value
    text = _PAGE.format(korean=html.escape(korean), english=html.escape(english))
    return HTMLResponse(text, status, headers=_HEADERS)
