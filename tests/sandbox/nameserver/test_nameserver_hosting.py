"""A provider that hosts every registered domain has its zone before anybody adds a record."""

import dns.name
import pytest
from dns.rdatatype import RdataType

from sandbox.nameserver.server import Nameserver
from sandbox.nameserver.zones import is_registrable


async def test_a_registered_domain_has_a_zone_as_soon_as_it_is_asked_about():
    async with Nameserver(hosts_everything=True) as nameserver:
        authority = nameserver.servers["ns1"].source

        zone = authority.zone_of(dns.name.from_text("bounce.mail.example.co.jp"))

        assert zone.origin == dns.name.from_text("example.co.jp")
        assert zone.get(zone.origin, RdataType.NS) is not None


@pytest.mark.parametrize("name", ["co.jp.", "com.", "."])
async def test_nobody_hosts_a_public_suffix(name):
    async with Nameserver(hosts_everything=True) as nameserver:
        assert nameserver.servers["ns1"].source.zone_of(dns.name.from_text(name)) is None


@pytest.mark.parametrize(
    ("name", "expected"), [("example.com.", True), ("mail.example.com.", False), ("com.", False), (".", False)]
)
def test_only_a_registered_domain_itself_is_registrable(name, expected):
    assert is_registrable(dns.name.from_text(name)) is expected
