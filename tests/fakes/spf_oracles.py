"""checkdmarc and pyspf, asking a DNS in memory: what others make of an SPF record and of all it refers to."""

import importlib
import ipaddress
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.resolver
from checkdmarc import spf as checkdmarc_spf
from checkdmarc import utils as checkdmarc_utils

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pyspf's source has escapes that Python frowns on
    pyspf = importlib.import_module("spf")

Names = Mapping[tuple[str, str], Sequence[str]]
"""Values by name and type: text for TXT, ``"10 host"`` for MX, an address for A and AAAA."""


@dataclass
class Zone(dns.resolver.Resolver):
    """A resolver, as checkdmarc takes one, that knows only `names`."""

    names: Names = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(configure=False)
        checkdmarc_utils.DNS_CACHE.clear()

    def resolve(self, qname, rdtype=dns.rdatatype.A, *_args, **_kwargs):
        """Return the values of `qname`, or raise as dnspython does."""
        name = str(qname).lower().removesuffix(".")
        if not any(known == name or known.endswith(f".{name}") for known, _ in self.names):
            raise dns.resolver.NXDOMAIN
        kind = dns.rdatatype.to_text(dns.rdatatype.RdataType.make(rdtype))
        values = self.names.get((name, kind))
        if not values:
            raise dns.resolver.NoAnswer(response=_NoResponse())
        return [_rdata(kind, value) for value in values]


class _NoResponse:
    question = ()


def _rdata(kind, value):
    text = f'"{value}"' if kind == "TXT" else f"{value}." if kind == "MX" else value
    return dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(kind), text)


def checkdmarc_objects(text: str, name: str, names: Names) -> str:
    """Return what checkdmarc finds wrong with `text` at `name`, as the name of its error; nothing if nothing."""
    try:
        checkdmarc_spf.parse_spf_record(text, name, resolver=Zone(names={**names, (name, "TXT"): [text]}), retries=0)
    except checkdmarc_spf.SPFError as error:
        return type(error).__name__
    return ""


def pyspf_says(text: str, name: str, names: Names, address: str) -> str:
    """Return what pyspf makes of mail from `address` with a return path at `name`."""

    def look_up(asked, kind, _tcp=True, _timeout=0):
        values = {**names, (name, "TXT"): [text]}.get((asked.lower(), kind), ())
        return [((asked, kind), _value(kind, value)) for value in values]

    real, pyspf.DNSLookup = pyspf.DNSLookup, look_up
    try:
        query = pyspf.query(address, f"news@{name}", "host.example.org", strict=1)
        return query.check(text)[0]
    finally:
        pyspf.DNSLookup = real


def _value(kind, value):
    match kind:
        case "TXT":
            return [value.encode()]
        case "MX":
            preference, _, exchange = value.partition(" ")
            return int(preference), exchange
    return str(ipaddress.ip_address(value))
