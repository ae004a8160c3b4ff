import pytest

from curation.errors import ConfigurationError
from slackbot.config import SlackConfig, Transport

GOOD = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
NAMES = (
    "SLACK_API_URL",
    "SLACK_SIGNING_SECRET",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
    "HTTPS_PROXY",
    "NO_PROXY",
)
HTTP = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": "s3cret"}
MANY = HTTP | {"SLACK_BOT_TOKEN": "", "SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s3cret"}


@pytest.fixture
def configured(monkeypatch):
    def configure(**values):
        for name in (*GOOD, *NAMES):
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
        ({"SLACK_BOT_TOKEN": "xoxb-1 "}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_APP_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN"),
        ({"SLACK_API_URL": "http://slack.test/api/"}, "SLACK_API_URL"),
        ({"SLACK_API_URL": "127.0.0.1:80"}, "SLACK_API_URL"),
        ({"SLACK_API_URL": "https:///api/"}, "SLACK_API_URL"),
        ({"SLACK_API_URL": "https://[::1/api/"}, "SLACK_API_URL"),
        ({"SLACK_API_URL": "https://slack.test:99999/api/"}, "SLACK_API_URL"),
    ],
)
def test_wrong_values_are_named_and_not_shown(configured, values, where):
    with pytest.raises(ConfigurationError) as caught:
        configured(**values).check()
    assert caught.value.where == where
    token = values.get(where, "")
    if where.endswith("TOKEN") and len(token) > len("xoxb-"):
        assert token not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "installs"),
    [
        (HTTP, False),
        (MANY, True),
        (HTTP | {"SLACK_APP_TOKEN": "of no use here"}, False),
    ],
)
def test_http_needs_a_secret_and_one_of_two_ways_to_a_token(configured, values, installs):
    config = configured(**values)
    config.check(Transport.HTTP)
    assert config.installs(Transport.HTTP) is installs


@pytest.mark.parametrize(
    ("values", "where", "said"),
    [
        (HTTP | {"SLACK_SIGNING_SECRET": ""}, "SLACK_SIGNING_SECRET", "is not set"),
        (HTTP | {"SLACK_SIGNING_SECRET": " s3cret"}, "SLACK_SIGNING_SECRET", "cannot be part"),
        (HTTP | {"SLACK_SIGNING_SECRET": "s3cret\n"}, "SLACK_SIGNING_SECRET", "cannot be part"),
        (HTTP | {"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN", "is not set"),
        (MANY | {"SLACK_CLIENT_ID": ""}, "SLACK_CLIENT_ID", "is not set"),
        (MANY | {"SLACK_CLIENT_SECRET": ""}, "SLACK_CLIENT_SECRET", "is not set"),
        (MANY | {"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_BOT_TOKEN", "both set"),
        (HTTP | {"SLACK_API_URL": "http://slack.test/api/"}, "SLACK_API_URL", "not the address"),
    ],
)
def test_what_http_lacks_is_named_and_not_shown(configured, values, where, said):
    with pytest.raises(ConfigurationError, match=said) as caught:
        configured(**values).check(Transport.HTTP)
    assert caught.value.where == where
    assert "s3cret" not in str(caught.value)


def test_over_sockets_what_http_needs_is_not_looked_at(configured):
    config = configured(SLACK_CLIENT_ID="1.2", SLACK_SIGNING_SECRET=" ")
    config.check(Transport.SOCKET)
    assert not config.installs(Transport.SOCKET)


@pytest.mark.parametrize(
    ("api_url", "page"),
    [
        ("https://slack.com/api/", "https://slack.com/oauth/v2/authorize?a=b"),
        ("https://slack-gov.com/api/", "https://slack-gov.com/oauth/v2/authorize?a=b"),
        ("http://127.0.0.1:8065/api/", "http://127.0.0.1:8065/oauth/v2/authorize?a=b"),
    ],
)
def test_slacks_pages_are_where_its_api_is(configured, api_url, page):
    assert configured(SLACK_API_URL=api_url).page("/oauth/v2/authorize?a=b") == page


def test_secrets_are_not_in_the_representation(configured):
    shown = repr(configured(**MANY, SLACK_ENCRYPTION_KEY="s3cret"))
    assert "s3cret" not in shown
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
