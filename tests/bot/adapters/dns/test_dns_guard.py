"""Only globally routable unicast may be asked, however an address is dressed."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.dns.guard import forbidden


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "240.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "192.0.0.9",
        "192.88.99.1",
        "224.0.0.1",
        "239.255.255.250",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "::ffff:8.8.8.8%eth0",
        "2606:4700::1111%1",
        "fc00::1",
        "fd12:3456::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "2001:db8::1",
        "3fff::1",
        "5f00::1",
        "2001::1",
        "100::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::1",
        "2002:a00:1::1",
        "2002:e000:1::1",
        "64:ff9b::224.0.0.1",
        "",
        "localhost",
        "ns1.example.com",
        "127.1",
        "1.1.1.1:53",
    ],
)
def test_what_is_not_global_unicast_is_forbidden(address):
    assert forbidden(address)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "8.8.8.8",
        "205.251.192.1",
        "2606:4700:4700::1111",
        "2001:4860:4860::8888",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::1",
    ],
)
def test_global_unicast_may_be_asked(address):
    assert not forbidden(address)


@given(st.ip_addresses(v=4, network="127.0.0.0/8") | st.ip_addresses(v=4, network="10.0.0.0/8"))
def test_no_wrapping_makes_an_inner_address_askable(inner):
    number = int(inner)
    wrapped = [
        ipaddress.IPv6Address((0xFFFF << 32) | number),
        ipaddress.IPv6Address((0x64FF9B << 96) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80) | 1),
        ipaddress.IPv6Address(number),
    ]

    assert all(forbidden(str(address)) for address in wrapped)


@given(st.text())
def test_any_text_is_judged_without_raising(text):
    assert forbidden(text) in {True, False}
