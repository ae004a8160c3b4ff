import pytest

from curation.errors import ConfigurationError
from slackbot.config import SlackConfig

GOOD = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


@pytest.fixture
def configured(monkeypatch):
    def configure(**values):
        for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_API_URL", "HTTPS_PROXY", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.lower(), raising=False)
        for name, value in (GOOD | values).items():
            monkeypatch.setenv(name, value)
        return SlackConfig()

    return configure


@pytest.mark.parametrize(
    "values",
    [{}, {"SLACK_API_URL": "http://127.0.0.1:8065/api/"}, {"SLACK_API_URL": "https://slack-gov.com/api/"}],
)
def test_good_values_pass(configured, values):
    configured(**values).check()


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxp-1"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": " xoxb-1"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-1\n"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_APP_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN"),
        ({"SLACK_API_URL": "http://slack.test/api/"}, "SLACK_API_URL"),
        ({"SLACK_API_URL": "127.0.0.1:80"}, "SLACK_API_URL"),
    ],
)
def test_wrong_values_are_named_and_not_shown(configured, values, where):
    with pytest.raises(ConfigurationError) as caught:
        configured(**values).check()
    assert caught.value.where == where
    token = values.get(where, "")
    if where.endswith("TOKEN") and len(token) > len("xoxb-"):
        assert token not in str(caught.value)


def test_tokens_are_not_in_the_representation(configured):
    assert "xoxb-1" not in repr(configured())


@pytest.mark.parametrize(
    ("values", "proxy"),
    [
        ({"HTTPS_PROXY": "http://proxy.test:1"}, "http://proxy.test:1"),
        ({"HTTPS_PROXY": "http://proxy.test:1", "NO_PROXY": "slack.com"}, None),
        ({"HTTPS_PROXY": "http://proxy.test:1", "SLACK_API_URL": "http://localhost:1/api/"}, None),
        ({}, None),
    ],
)
def test_the_proxy_is_that_of_the_environment_but_never_for_loopback(configured, values, proxy):
    assert configured(**values).proxy == proxy
