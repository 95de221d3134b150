"""A name server on loopback and a way to ask it, which is dnspython's own."""

from collections.abc import AsyncIterator, Awaitable, Callable

import dns.asyncquery
import dns.message
import pytest
from dns.message import Message

from sandbox.nameserver.server import Nameserver

Ask = Callable[..., Awaitable[Message]]

ZONE_FILE = """
; SPF
bounce.mail.example.com. 300 IN TXT "v=spf1 include:amazonses.com ~all"
; DKIM
s1._domainkey.mail.example.com. 300 IN TXT "{first}" "{second}"
_dmarc.mail.example.com. 300 IN TXT "v=DMARC1; p=none;"
click.mail.example.com. 300 IN CNAME click.engage.example.net.
bounce.mail.example.com. 300 IN MX 10 feedback-smtp.us-east-1.amazonses.com.
""".format(first="v=DKIM1; p=" + "A" * 244, second="B" * 150)


@pytest.fixture
def clock() -> list[float]:
    """Monotonic seconds of the resolver's cache, to be moved by hand."""
    return [1000.0]


@pytest.fixture
async def nameserver(clock) -> AsyncIterator[Nameserver]:
    async with Nameserver(clock=lambda: clock[0]) as nameserver:
        yield nameserver


@pytest.fixture
def ask(nameserver) -> Ask:
    async def ask(name, rdtype, server="ns1", *, tcp=False, patience=0.3, **options) -> Message:
        query = dns.message.make_query(name, rdtype, **{"use_edns": 0, "payload": 1232} | options)
        over = dns.asyncquery.tcp if tcp else dns.asyncquery.udp
        return await over(query, "127.0.0.1", port=nameserver.ports[server], timeout=patience)

    return ask


@pytest.fixture
def zone_file() -> str:
    return ZONE_FILE
