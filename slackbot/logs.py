"""Keeps message text out of the logs, at every level.

slack_sdk, slack_bolt and SQLAlchemy write whole requests and rows at DEBUG. Our own log lines
name ids, counts and reasons only.
"""

import logging

SDK = "malmoi.slack.sdk"
_AT_LEAST = {
    SDK: logging.INFO,
    "slack_sdk": logging.INFO,
    "slack_bolt": logging.INFO,
    "sqlalchemy": logging.WARNING,
    "sqlalchemy.engine": logging.WARNING,
    "sqlalchemy.pool": logging.WARNING,
    "aiohttp": logging.INFO,
    "asyncio": logging.INFO,
}


def keep_text_out() -> None:
    """Raise the level of loggers that would write text; call it before anything of theirs is made."""
    for name, least in _AT_LEAST.items():
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, least))
    sdk = logging.getLogger(SDK)
    if _token_notice not in sdk.filters:
        sdk.addFilter(_token_notice)


def _token_notice(record: logging.LogRecord) -> bool:
    """Drop bolt's warning that it ignores SLACK_BOT_TOKEN: the client it is given holds that token."""
    return "`token` will be unused" not in record.getMessage()
