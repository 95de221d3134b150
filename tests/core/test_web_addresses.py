"""Where a token may be sent."""

import pytest

from core.web_addresses import faults_of_api, leads_to_loopback


@pytest.mark.parametrize(
    "url",
    [
        "https://slack.com/api/",
        "https://engage.example:8443/x",
        "http://127.0.0.1:1/api/",
        "http://[::1]:1",
        "http://LOCALHOST/",
    ],
)
def test_tls_or_loopback_will_do(url):
    assert faults_of_api(url) == ()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://slack.com/api/", "http:// to slack.com"),
        ("http://127.0.0.1.example.com", "http:// to 127.0.0.1.example.com"),
        ("http://10.0.0.1:8080", "http:// to 10.0.0.1"),
        ("ftp://slack.com", "not an https:// URL"),
        ("slack.com", "not an https:// URL"),
        ("", "not an https:// URL"),
        ("https://", "not an https:// URL"),
        ("http://[::1", "not a URL"),
        ("https://slack.com:port/", "not a URL"),
        ("https://me:canary@slack.com/", "only scheme"),
        ("https://slack.com/?x=canary", "only scheme"),
        ("https://slack.com/#canary", "only scheme"),
    ],
)
def test_whatever_else_is_refused_and_not_quoted(url, says):
    (fault,) = faults_of_api(url)

    assert fault.startswith(says)
    assert "canary" not in fault


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://[::1]:9/x", True),
        ("http://localhost:9", True),
        ("http://a.localhost.example", False),
        ("nonsense", False),
    ],
)
def test_loopback_is_this_machine(url, here):
    assert leads_to_loopback(url) is here
