"""A provider that hosts every registered domain has its zone before anybody adds a record."""

import dns.message
import dns.name
import dns.rcode
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


@pytest.mark.parametrize("hosts_everything", [True, False])
async def test_the_resolver_knows_where_the_records_lead(hosts_everything):
    async with Nameserver(hosts_everything=hosts_everything) as nameserver:

        def told(name, rdtype):
            query = dns.message.make_query(name, rdtype)
            reply = nameserver.servers["resolver"].reply(query.to_wire(), ("127.0.0.1", 1), tcp=True)
            response = dns.message.from_wire(reply.wire)
            return dns.rcode.to_text(response.rcode()), [
                rdata.to_text() for rrset in response.answer for rdata in rrset
            ]

        assert told("click.engage.example", "A") == ("NOERROR", ["192.0.2.10"])
        assert told("click.engage.example", "AAAA") == ("NOERROR", [])
        assert told("c0123abcd.click.engage.example", "A") == ("NOERROR", ["192.0.2.10"])
        assert told("d111111abcdef8.cloudfront.net", "A") == ("NOERROR", ["192.0.2.20"])
        assert told("_x._y.acm-validations.aws", "TXT") == ("NOERROR", ['"validated"'])
        assert told("amazonses.com", "TXT")[1][0].startswith('"v=spf1 ')
        assert told("feedback-smtp.us-east-1.amazonses.com", "A")[1]
        assert told("nowhere.engage.example", "A")[0] == "NXDOMAIN"
        assert told("invalid", "A")[0] == "NXDOMAIN"


async def test_what_is_put_at_the_provider_comes_before_what_lies_beyond():
    async with Nameserver() as nameserver:
        nameserver.put("click.engage.example", "A", ["192.0.2.99"])
        query = dns.message.make_query("click.engage.example", "A")

        reply = nameserver.servers["resolver"].reply(query.to_wire(), ("127.0.0.1", 1), tcp=True)

        (rrset,) = dns.message.from_wire(reply.wire).answer
        assert rrset[0].address == "192.0.2.99"
