"""Domain names are read as people type them and judged as the DNS, the registry and the certificate judge them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import InvalidDomainName
from core.names import (
    DomainName,
    forgive,
    is_under,
    parents,
    registered_domain,
    relative_host,
    suggest_subdomain,
    to_unicode,
)


@pytest.mark.parametrize(
    "typed",
    [
        "mail.example.com",
        "MAIL.Example.COM",
        "mail.example.com.",
        "  mail.example.com  ",
        "　mail.example.com　",
        "ｍａｉｌ．ｅｘａｍｐｌｅ．ｃｏｍ",
        "mail。example。com",
        "mail｡example｡com",
        "<http://mail.example.com|mail.example.com>",
        "<https://mail.example.com/path?x=1|mail.example.com>",
        "<mailto:news@mail.example.com|news@mail.example.com>",
        "news@mail.example.com",
        "`mail.example.com`",
        "`<http://mail.example.com|mail.example.com>`",
        "「mail.example.com」",
        "“mail.example.com”",
        "https://mail.example.com/a/b",
        "https://user@mail.example.com:8443/",
        "mail.example.com,",
        "mail.\u200bexample.com",
    ],
)
def test_what_people_and_slack_put_around_a_name_is_forgiven(typed):
    name = DomainName.parse(typed)

    assert name == DomainName("mail.example.com", "mail.example.com", "example.com")


@pytest.mark.parametrize("typed", ["日本語.jp", "xn--wgv71a119e.jp", "日本語。ＪＰ", "XN--WGV71A119E.jp"])
def test_an_internationalised_name_has_two_spellings(typed):
    name = DomainName.parse(typed)

    assert name.ascii == "xn--wgv71a119e.jp"
    assert name.unicode == "日本語.jp"
    assert name.is_idn
    assert name.is_registered_domain


def test_eszett_is_kept_as_idna_2008_demands():
    assert DomainName.parse("straße.de").ascii == "xn--strae-oqa.de"


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("", ""),
        ("mail..example.com", ""),
        ("ma il.example.com", "ma il"),
        ("under_score.example.com", "under_score"),
        ("-mail.example.com", "-mail"),
        ("mail-.example.com", "mail-"),
        ("*.example.com", "*"),
        ("a" * 64 + ".example.com", "a" * 64),
        ("xn--zzzzzzzzz.example.com", "xn--zzzzzzzzz"),
        ("192.0.2.1", "192.0.2.1"),
        ("mail.exa;mple.com", "exa;mple"),
        ("mail.exam😀ple.com", "exam😀ple"),
    ],
)
def test_the_label_that_is_at_fault_is_named(typed, label):
    with pytest.raises(InvalidDomainName) as caught:
        DomainName.parse(typed)

    assert caught.value.reason == "syntax"
    assert caught.value.facts == {"label": label}


@pytest.mark.parametrize("suffix", ["com", "co.jp", "tokyo.jp", "github.io", "localhost", "co.uk"])
def test_what_many_owners_share_is_no_sending_domain(suffix):
    with pytest.raises(InvalidDomainName) as caught:
        DomainName.parse(suffix)

    assert caught.value.reason == "public_suffix"
    assert caught.value.facts == {"domain": suffix}


def test_the_image_host_must_fit_into_a_certificate():
    fits = "a" * 48 + ".example.com"

    with pytest.raises(InvalidDomainName) as caught:
        DomainName.parse("a" + fits)

    assert len("img." + DomainName.parse(fits).ascii) == 64
    assert caught.value.reason == "too_long"
    assert caught.value.facts == {"name": f"img.a{fits}", "length": "65", "limit": "64"}


@pytest.mark.parametrize(
    ("name", "registered"),
    [
        ("mail.example.co.jp", "example.co.jp"),
        ("a.b.example.com", "example.com"),
        ("mail.xn--wgv71a119e.jp", "xn--wgv71a119e.jp"),
        ("_dmarc.mail.example.com", "example.com"),
        ("shop.someone.github.io", "someone.github.io"),
        ("com", "com"),
    ],
)
def test_the_registered_domain_follows_the_public_suffix_list(name, registered):
    assert registered_domain(name) == registered


def test_a_subdomain_is_told_from_the_registered_domain():
    assert not DomainName.parse("mail.example.com").is_registered_domain
    assert DomainName.parse("example.com").is_registered_domain
    assert suggest_subdomain("example.com") == "mail.example.com"


def test_the_host_to_enter_leaves_the_zone_out():
    assert relative_host("bounce.mail.example.com", "example.com") == "bounce.mail"
    assert relative_host("example.com", "example.com") == "@"
    assert relative_host("mail.notexample.com", "example.com") == "mail.notexample.com"


def test_parents_climb_to_the_zone_and_no_higher():
    assert parents("a.b.example.com", "example.com") == ("b.example.com", "example.com")
    assert parents("example.com", "example.com") == ()
    assert parents("example.org", "example.com") == ()
    assert parents("a.b", "") == ("b", "")


def test_a_similar_ending_is_not_the_same_zone():
    assert is_under("mail.example.com", "example.com")
    assert not is_under("notexample.com", "example.com")


def test_a_label_that_cannot_be_decoded_stays_as_it_is():
    assert to_unicode("xn--zzzzzzzzz.example.com") == "xn--zzzzzzzzz.example.com"


@given(st.text(max_size=300))
@example("xn--")
@example("\u3002")
@example("<<a|b>")
@example("\ud800")
@example("İ.com")
@example("xn--a-ecp.ru.")
def test_any_text_is_either_a_name_or_refused(text):
    try:
        name = DomainName.parse(text)
    except InvalidDomainName:
        return

    assert DomainName.parse(name.ascii) == name
    assert DomainName.parse(name.unicode) == name
    assert is_under(name.ascii, name.registered)


@given(st.text(max_size=100))
def test_forgiving_leaves_no_white_space_around(text):
    forgiven = forgive(text)

    assert forgiven == forgiven.strip()
