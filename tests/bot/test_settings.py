"""The settings: read once, all faults at once, no secret quoted."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from bot.__main__ import doctor, run
from bot.adapters.dns.zones import MOST_SERVERS
from bot.look_settings import PUBLIC_RESOLVERS, DatabaseSettings
from bot.lookout import observing
from bot.settings import Settings, load
from core.errors import ConfigurationError

KEY = Fernet.generate_key().decode()
GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-canary-1",
    "SLACK_APP_TOKEN": "xapp-canary-2",
    "IT_CHANNEL": "C0IT",
    "SUPPORT_CHANNEL": "C0SUPPORT",
    "ADMIN_USERS": "U1, U2",
    "SECRET_KEYS": KEY,
    "ENGAGE_API_KEY": "1/canary",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def faults() -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        load(Settings)
    return caught.value.faults


def test_good_settings_are_read():
    settings = load(Settings)

    assert settings.admin_users == ("U1", "U2")
    assert settings.durations.window == timedelta(hours=72)
    assert settings.resolvers == PUBLIC_RESOLVERS


@pytest.mark.parametrize(("given", "rate"), [(None, 200), ("0", 0), ("35", 35)])
def test_how_many_queries_a_second_one_server_gets_is_the_operators_to_say(environment, given, rate):
    if given is not None:
        environment.setenv("DNS_QUERIES_PER_SECOND", given)

    assert observing(load(Settings)).per_second == rate


def test_all_faults_are_listed_at_once_each_with_its_variable(environment):
    environment.delenv("SLACK_BOT_TOKEN")
    environment.delenv("ADMIN_USERS")
    environment.setenv("POLL_INTERVAL", "often")
    environment.setenv("IT_CHANNEL", "#it")
    environment.setenv("DNS_RESOLVERS", "127.0.0.1:notaport")

    listed = faults()

    assert [fault.split(":")[0] for fault in listed] == [
        "DNS_RESOLVERS",
        "SLACK_BOT_TOKEN",
        "IT_CHANNEL",
        "ADMIN_USERGROUP",
        "POLL_INTERVAL",
    ]
    assert "ADMIN_USERS or ADMIN_USERGROUP" in listed[3]


def test_what_only_an_adapter_would_refuse_is_listed_with_the_rest(environment):
    environment.setenv("DATABASE_URL", "mysql://host/name")
    environment.setenv("SLACK_API_URL", "http://slack.example/api/")
    environment.setenv("ENGAGE_API_URL", "engage.example")
    environment.setenv("POLL_INTERVAL", "often")

    listed = faults()

    assert [fault.split(":")[0] for fault in listed] == [
        "DATABASE_URL",
        "SLACK_API_URL",
        "ENGAGE_API_URL",
        "POLL_INTERVAL",
    ]
    assert "neither sqlite nor postgresql" in listed[0]
    assert "use https://" in listed[1]


def test_faults_never_quote_a_secret(environment):
    environment.setenv("SLACK_BOT_TOKEN", "canary-wrong-token")
    environment.setenv("SECRET_KEYS", "canary-wrong-key")
    environment.setenv("DATABASE_URL", "mysql://me:canary-password@host/name")
    environment.setenv("ENGAGE_API_URL", "https://me:canary-password@engage.example")

    text = "\n".join(faults())

    assert "SLACK_BOT_TOKEN" in text
    assert "SECRET_KEYS" in text
    assert "DATABASE_URL" in text
    assert "ENGAGE_API_URL" in text
    assert "canary" not in text


def test_settings_do_not_show_secrets_when_printed():
    text = repr(load(Settings))

    assert "canary" not in text
    assert KEY not in text


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("90", timedelta(seconds=90)),
        ("500ms", timedelta(milliseconds=500)),
        ("5m", timedelta(minutes=5)),
        ("72 h", timedelta(hours=72)),
        ("30d", timedelta(days=30)),
    ],
)
def test_durations_have_units(environment, text, meaning):
    environment.setenv("VERIFICATION_WINDOW", text)

    assert load(Settings).verification_window == meaning


@pytest.mark.parametrize("text", ["3651d", "9" * 30 + "d", "9" * 400])
def test_a_duration_beyond_ten_years_is_refused(environment, text):
    environment.setenv("VERIFICATION_WINDOW", text)

    assert [fault.split(":")[0] for fault in faults()] == ["VERIFICATION_WINDOW"]


@pytest.mark.parametrize("word", [":53", "[]:53", "ns.example:0", "ns.example:x"])
def test_an_address_without_host_or_port_is_refused(environment, word):
    environment.setenv("DNS_NAMESERVERS", word)

    assert [fault.split(":")[0] for fault in faults()] == ["DNS_NAMESERVERS"]


@pytest.mark.parametrize("text", ["0s", "-5m", "soon", "1w", ""])
def test_a_duration_of_nothing_is_refused_or_left_at_its_default(environment, text):
    environment.setenv("POLL_INTERVAL", text)

    if text:
        assert [fault.split(":")[0] for fault in faults()] == ["POLL_INTERVAL"]
    else:
        assert load(Settings).poll_interval == timedelta(minutes=5)


def test_listed_nameservers_switch_the_public_resolvers_off(environment):
    environment.setenv("DNS_NAMESERVERS", "127.0.0.1:5300,[::1]:5301,ns.example")

    settings = load(Settings)

    assert settings.dns_nameservers == (("127.0.0.1", 5300), ("::1", 5301), ("ns.example", 53))
    assert settings.resolvers == ()


def test_no_more_name_servers_are_listed_than_a_look_asks(environment):
    environment.setenv("DNS_NAMESERVERS", ",".join(f"192.0.2.{number}" for number in range(MOST_SERVERS)))
    most = load(Settings).dns_nameservers
    environment.setenv("DNS_NAMESERVERS", ",".join(f"192.0.2.{number}" for number in range(MOST_SERVERS + 1)))

    (fault,) = faults()

    assert len(most) == MOST_SERVERS
    assert fault.startswith("DNS_NAMESERVERS: ")
    assert "192.0.2" not in fault


def test_a_registry_is_listed_beside_name_servers_only(environment):
    environment.setenv("DNS_PARENT_NAMESERVERS", "10.0.0.1,10.0.0.2:5300")
    alone = faults()
    environment.setenv("DNS_NAMESERVERS", "10.0.0.3")

    settings = load(Settings)

    assert alone == (
        "DNS_PARENT_NAMESERVERS: only beside DNS_NAMESERVERS; without those the registries are found from the root",
    )
    assert settings.dns_parent_nameservers == (("10.0.0.1", 53), ("10.0.0.2", 5300))


def test_a_fault_of_the_listed_name_servers_is_not_told_as_one_of_the_registry(environment):
    environment.setenv("DNS_PARENT_NAMESERVERS", "10.0.0.1")
    environment.setenv("DNS_NAMESERVERS", ":53")

    assert [fault.split(":")[0] for fault in faults()] == ["DNS_NAMESERVERS"]


def test_an_environment_file_stands_behind_the_environment(environment, tmp_path):
    file = tmp_path / "env"
    file.write_text("LOG_LEVEL=DEBUG\nLOG_FORMAT=json\n")
    environment.setenv("LOG_FORMAT", "console")

    settings = load(DatabaseSettings, str(file))

    assert (settings.log_level, settings.log_format) == ("DEBUG", "console")


@pytest.mark.parametrize("command", [run, doctor], ids=["run", "doctor"])
def test_with_faulty_settings_nothing_starts_and_the_exit_code_is_two(environment, capsys, command):
    environment.setenv("ADMIN_USERS", "")
    environment.setenv("POLL_INTERVAL", "often")

    with pytest.raises(SystemExit) as ended:
        command()

    assert ended.value.code == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "The bot cannot start. To mend:"
    assert [line.split(":")[0].strip() for line in said[1:]] == ["ADMIN_USERGROUP", "POLL_INTERVAL"]


def test_resolvers_over_https_are_the_only_ones_that_are_asked(environment):
    environment.setenv("DNS_OVER_HTTPS", "https://dns.google/dns-query, http://127.0.0.1:8053/dns-query")

    settings = load(Settings)

    assert (settings.resolvers, settings.resolver_count, settings.vantage) == ((), 2, "resolvers")


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://dns.example/dns-query", "use https://"),
        ("https://me:canary@dns.example/", "only scheme, host, port and path"),
        ("nonsense", "not an https:// URL"),
    ],
)
def test_a_resolver_over_https_has_a_plain_url_with_tls(environment, url, fault):
    environment.setenv("DNS_OVER_HTTPS", url)

    (said,) = faults()

    assert said.startswith("DNS_OVER_HTTPS: ")
    assert fault in said
    assert "canary" not in said


def test_resolvers_over_https_are_not_listed_beside_others(environment):
    environment.setenv("DNS_OVER_HTTPS", "https://dns.google/dns-query")
    environment.setenv("DNS_RESOLVERS", "9.9.9.9")

    assert faults() == ("DNS_OVER_HTTPS: nobody is asked over port 53 then: unset DNS_NAMESERVERS and DNS_RESOLVERS",)


@pytest.mark.parametrize("word", ["..", "a b", "-x.example", "x" * 64 + ".example"])
def test_a_control_name_that_nobody_can_ask_for_is_refused(environment, word):
    environment.setenv("DNS_CONTROL_NAME", word)

    assert faults() == ("DNS_CONTROL_NAME: not a domain name; write one that always exists, such as example.com",)


def test_a_control_name_is_spelled_as_the_dns_does(environment):
    environment.setenv("DNS_CONTROL_NAME", "Example.NET.")

    assert load(Settings).dns_control_name == "example.net"
