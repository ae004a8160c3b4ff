import pytest

from chat.server_address import ServerAddress
from curation.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "model", "url"),
    [
        ("my-model@http://localhost:8000/v1/", "my-model", "http://localhost:8000/v1"),
        ("team/model:7b@https://models.example/v1", "team/model:7b", "https://models.example/v1"),
        ("@cf/some@http://[::1]:1234", "@cf/some", "http://[::1]:1234"),
    ],
)
def test_model_and_url_are_taken_apart(text, model, url):
    assert ServerAddress.parse(text) == ServerAddress(model, url)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "my-model",
        "@http://localhost:8000",
        "my-model@localhost:8000",
        "my-model@httpx://localhost",
        "my-model@http://",
        "my-model@http://host:99999",
        "my-model@http://host:port",
        "my-model@http://user:secret@host/v1",
        "my-model@http://host/v1?api_key=secret",
        "my-model@http://host/v 1",
        "my-model@http://★.test/v1",
        "my-model@http://xn--/v1",
    ],
)
def test_anything_else_is_refused_without_repeating_a_secret(text):
    with pytest.raises(ConfigurationError) as caught:
        ServerAddress.parse(text)
    assert "@http://localhost:8000/v1" in caught.value.fix
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("localhost", True),
        ("LOCALHOST", True),
        ("gpu.localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("[::1]", True),
        ("10.1.2.3", True),
        ("172.31.0.1", True),
        ("192.168.0.9", True),
        ("[fd00::1]", True),
        ("[::ffff:10.0.0.1]", True),
        ("172.32.0.1", False),
        ("8.8.8.8", False),
        ("[2001:4860:4860::8888]", False),
        ("[::ffff:8.8.8.8]", False),
        ("api.example.com", False),
        ("localhost.example.com", False),
        ("127.0.0.1.example.com", False),
        ("gpu-server", False),
        ("2130706433", False),
    ],
)
def test_only_addresses_that_are_surely_private_are_so(host, private):
    assert ServerAddress.parse(f"m@http://{host}:8000/v1").is_private is private
