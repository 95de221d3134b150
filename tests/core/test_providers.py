"""DNS providers are recognised by their name servers, and IT is told what their panels do."""

import pytest

from core.providers import PROVIDERS, Trait, advice, by_name, detect
from tests.fakes.record_sets import record_set

RECORDS = record_set("mail.example.com")


@pytest.mark.parametrize(
    ("nameservers", "name"),
    [
        (["ns-1.awsdns-01.com", "ns-2.awsdns-02.co.uk."], "Amazon Route 53"),
        (["ADA.NS.CLOUDFLARE.COM", "bob.ns.cloudflare.com"], "Cloudflare"),
        (["ns-cloud-a1.googledomains.com"], "Google Cloud DNS / Squarespace"),
        (["ns1-01.azure-dns.com", "ns2-01.azure-dns.net"], "Azure DNS"),
        (["ns01.domaincontrol.com"], "GoDaddy"),
        (["dns1.registrar-servers.com"], "Namecheap"),
        (["connect1.squarespacedns.com"], "Squarespace"),
        (["ns-12-a.gandi.net"], "Gandi"),
        (["ns1.dnsimple.com", "ns2.dnsimple-edge.net"], "DNSimple"),
        (["01.dnsv.jp", "02.dnsv.jp"], "お名前.com"),
        (["ns-rs1.gmoserver.jp"], "お名前.com レンタルサーバー"),
        (["dns01.muumuu-domain.com"], "ムームードメイン"),
        (["ns1.dns.ne.jp", "ns2.dns.ne.jp"], "さくらのドメイン"),
        (["ns1.gslb4.sakura.ne.jp"], "さくらのクラウド"),
        (["ns1.xserver.jp"], "Xserver"),
        (["ns11.value-domain.com"], "バリュードメイン"),
        (["ns-a1.conoha.io"], "ConoHa"),
        (["dns-b.iij.ad.jp"], "IIJ"),
        (["ns1.example.net"], None),
        (["ns1.dns.ne.jp.evil.example"], None),
        (["ada.ns.cloudflare.com", "ns1.example.net"], None),
        ([], None),
    ],
)
def test_a_provider_is_known_by_all_of_its_name_servers(nameservers, name):
    provider = detect(nameservers)

    assert (provider.name if provider else None) == name


def traits(provider, records=RECORDS, zone="example.com"):
    return [item.trait for item in advice(by_name(provider), records, zone)]


def test_warnings_come_first_and_four_sentences_are_enough():
    for provider in PROVIDERS:
        given = traits(provider.name)

        assert given == sorted(given, key=lambda trait: not trait.is_warning)
        assert len(given) <= 4


def test_a_panel_that_cannot_hold_the_key_says_so_with_numbers():
    (warning,) = advice(by_name("さくらのドメイン"), RECORDS, "example.com")

    assert warning.trait is Trait.TOO_SMALL
    assert warning.facts == {"provider": "さくらのドメイン", "limit": 255, "length": 410}


def test_a_panel_that_can_hold_the_key_does_not_warn():
    assert Trait.TOO_SMALL not in traits("さくらのクラウド")
    assert Trait.TOO_SMALL in traits("さくらのクラウド", record_set("mail.example.com", bits=4096))


def test_the_blank_apex_matters_only_where_something_stands_there():
    records = record_set("example.com")

    assert Trait.BLANK_APEX not in traits("お名前.com", records)
    assert Trait.BLANK_APEX in traits("お名前.com", records, zone="bounce.example.com")


@pytest.mark.parametrize(
    ("provider", "trait", "facts"),
    [
        ("GoDaddy", Trait.RELATIVE, {"zone": "example.com"}),
        ("ムームードメイン", Trait.SLOW, {"minutes": 60}),
        ("お名前.com レンタルサーバー", Trait.PANEL, {"panel": "お名前.com レンタルサーバー"}),
        ("Cloudflare", Trait.PROXY, {}),
        ("Azure DNS", Trait.IMPORT_CUT, {}),
        ("Xserver", Trait.WILDCARD, {}),
    ],
)
def test_each_trait_brings_its_facts(provider, trait, facts):
    given = {item.trait: item.facts for item in advice(by_name(provider), RECORDS, "example.com")}

    assert given[trait] == facts


def test_a_format_of_its_own_is_written_out():
    (item,) = advice(by_name("バリュードメイン"), RECORDS, "example.com")

    lines = item.facts["lines"]
    assert "txt bounce.mail v=spf1 include:amazonses.com ~all" in lines
    assert "cname click.mail click.engage.example.net." in lines
    assert "mx feedback-smtp.us-east-1.amazonses.com. 10 bounce.mail" in lines


def test_nothing_is_said_about_an_unknown_provider():
    assert advice(None, RECORDS, "example.com") == ()
    assert by_name("nobody") is None
