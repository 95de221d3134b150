"""What the stand-in takes for published, by DNS packets from a server on loopback."""

import asyncio
from collections.abc import AsyncIterator

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from sandbox.engage.lookups import Nameserver, stands
from sandbox.engage.records import record_set

KEY = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A" * 12
RECORDS = record_set(
    "mail.example.com", region="us-east-1", policy="none", selector="td1", dkim_key=KEY, token="_0123456789abcdef"
)
BY_PURPOSE = {str(record["purpose"]): record for record in RECORDS}


class Provider(asyncio.DatagramProtocol):
    """A name server with a dictionary; silent on demand."""

    def __init__(self) -> None:
        self.rrsets: dict[tuple[str, str], list[str]] = {}
        self.silent = False
        self.recursion_desired = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.recursion_desired |= bool(query.flags & dns.flags.RD)
        response = dns.message.make_response(query)
        values = self.rrsets.get((name, kind), [])
        if values:
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *values))
        else:
            response.set_rcode(dns.rcode.NXDOMAIN)
        if not self.silent:
            self.transport.sendto(response.to_wire(), address)


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    loop = asyncio.get_running_loop()
    transport, provider = await loop.create_datagram_endpoint(Provider, local_addr=("127.0.0.1", 0))
    yield provider
    transport.close()


def nameserver(provider: Provider) -> Nameserver:
    return Nameserver(*provider.transport.get_extra_info("sockname"))


def publish(provider: Provider) -> None:
    """Publish all records as IT would."""
    for record in RECORDS:
        value = str(record["value"])
        if record["type"] == "TXT":
            value = " ".join(f'"{value[start : start + 255]}"' for start in range(0, len(value), 255))
        elif record["type"] in {"CNAME", "MX"}:
            value += "."
        provider.rrsets[str(record["name"]), str(record["type"])] = [value]


async def test_nothing_is_seen_where_nothing_is(provider: Provider) -> None:
    assert await nameserver(provider).seen(RECORDS) == frozenset()


async def test_all_records_are_seen_once_published(provider: Provider) -> None:
    publish(provider)

    assert await nameserver(provider).seen(RECORDS) == frozenset(BY_PURPOSE)
    assert not provider.recursion_desired


async def test_a_record_taken_away_is_seen_no_more(provider: Provider) -> None:
    publish(provider)
    del provider.rrsets["img.mail.example.com", "CNAME"]

    assert await nameserver(provider).seen(RECORDS) == frozenset(BY_PURPOSE) - {"IMAGE_HOSTING"}


async def test_a_silent_server_says_nothing_either_way(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.engage.lookups._TIMEOUT", 0.05)
    provider.silent = True

    assert await nameserver(provider).seen(RECORDS) is None


@pytest.mark.parametrize(
    ("purpose", "values", "stand"),
    [
        ("SPF", ["v=spf1 include:amazonses.com -all"], True),
        ("SPF", ["v=spf1 include:amazonses.com.evil ~all"], False),
        ("SPF", ["v=spf1 include:amazonses.com ~all", "v=spf1 -all"], False),
        ("SPF", ["v=spf1 include:amazonses.com ~all", "site-verification=1"], True),
        ("DKIM", [f"p={KEY}"], True),
        ("DKIM", [f"v=DKIM1; k=rsa; p={KEY[:200]} {KEY[200:]}"], True),
        ("DKIM", [f"v=DKIM1; k=rsa; p={KEY}"[:255]], False),
        ("DKIM", [f"p={KEY}", "p="], False),
        ("DMARC", ["v=DMARC1; p=reject"], True),
        ("DMARC", [], False),
        ("CLICK_TRACKING", ["C01234567.Click.Engage.Example"], True),
        ("CLICK_TRACKING", ["c01234567.click.engage.example.mail.example.com"], False),
        ("MX", ["10 feedback-smtp.us-east-1.amazonses.com"], True),
        ("MX", ["20 feedback-smtp.us-east-1.amazonses.com"], False),
        ("MX", ["10 feedback-smtp.us-east-1.amazonses.com", "20 mx.example.com"], False),
    ],
)
def test_records_are_judged_by_meaning(purpose: str, values: list[str], stand: bool) -> None:
    assert stands(BY_PURPOSE[purpose], values) is stand
