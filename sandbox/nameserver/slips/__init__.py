"""The usual mistakes at a DNS provider, made on purpose: of people who enter records, of panels, of servers.

`SLIPS` holds them all, by name. Each says what it changes (`sandbox.nameserver.slips.effects`); the
name server carries it out and remembers how to undo it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sandbox.nameserver.faults import FaultKind
from sandbox.nameserver.slips import cname, dkim, dmarc, mx, places, servers, spf
from sandbox.nameserver.slips.effects import CUT, Effects, Records, moved, rewritten

__all__ = ["SLIPS", "Group", "Slip"]


class Group(StrEnum):
    """What a slip is about, as people see it."""

    SERVERS = "Name servers"
    CACHES = "Resolver's cache"
    PLACE = "Host and type"
    TXT = "Any TXT"
    SPF = "SPF"
    DKIM = "DKIM"
    DMARC = "DMARC"
    CNAME = "CNAME"
    MX = "MX"


@dataclass(frozen=True, slots=True)
class Slip:
    """One mistake. `label` says it to people."""

    name: str
    group: Group
    label: str
    effects: Effects


def _servers() -> Iterable[Slip]:
    group, make = Group.SERVERS, servers.misbehaving
    yield Slip("domain-expired", group, "The registry does not know the domain (it expired)", servers.expired)
    yield Slip("servers-silent", group, "No name server answers", make(FaultKind.SILENT))
    yield Slip("tcp-closed", group, "TCP is closed, and the key needs it", make(FaultKind.TCP_REFUSED, keys_only=True))
    yield Slip("zone-not-served", group, "The zone is not served", make(FaultKind.REFUSED))
    yield Slip("one-not-serving", group, "The second server does not serve it", make(FaultKind.REFUSED, "ns2"))
    yield Slip("servers-failing", group, "They fail at the DKIM key", make(FaultKind.SERVFAIL, keys_only=True))
    yield Slip("registry-differs", group, "The registry lists another name server", servers.registry_differs)
    yield Slip("second-behind", group, "The second server has an old copy", servers.old_copy)
    yield Slip("signatures-expired", group, "DNSSEC signatures have expired", make(FaultKind.BOGUS, servers.RESOLVER))
    yield Slip("resolver-filters", group, "The resolver filters the name", make(FaultKind.FILTERED, servers.RESOLVER))
    yield Slip("resolver-silent", group, "The resolver is out of reach", servers.resolver_silent)


def _caches() -> Iterable[Slip]:
    group = Group.CACHES
    yield Slip("cached-nothing", group, "It remembers that there is no key", servers.asked_too_early)
    yield Slip("cached-old", group, "It remembers an older key", servers.asked_before_the_change)
    yield Slip("denied", group, "It denies the key, for no given time", servers.denied_for_no_given_time)


def _places() -> Iterable[Slip]:
    group = Group.PLACE
    yield Slip("forgotten", group, "Forget a CNAME", places.forgotten)
    yield Slip("doubled-suffix", group, "Double a CNAME's suffix", moved(Records.links, places.with_zone_again))
    yield Slip("host-left-empty", group, "Leave the key's host empty", moved(Records.dkim, places.at_the_zone))
    yield Slip("underscore-lost", group, "Lose the key's underscore", moved(Records.dkim, places.without_underscores))
    yield Slip("cname-as-txt", group, "Enter a CNAME as TXT", places.as_text)
    yield Slip("wildcard", group, "Let a wildcard answer for a CNAME", places.wildcard)
    yield Slip("cname-in-the-way", group, "Put a CNAME in the way of SPF and MX", places.alias_in_the_way)
    yield Slip("text-beside-cname", group, "Leave a TXT beside a CNAME", places.text_beside)
    yield Slip("zone-at-cname", group, "Make a CNAME's name a zone", places.zone_of_its_own)
    yield Slip("keys-delegated", group, "Delegate the keys to another zone", places.keys_in_another_zone)


def _txt() -> Iterable[Slip]:
    group, key = Group.TXT, Records.dkim
    yield Slip("truncate-dkim", group, "Cut the DKIM key at 255", rewritten(key, lambda text, _: [text[:CUT]]))
    yield Slip("extra-quotes", group, "Keep the quotation marks", rewritten(key, lambda text, _: [f'"{text}"']))
    yield Slip("escaped", group, "Escape the semicolons", rewritten(key, lambda text, _: [text.replace(";", "\\;")]))
    yield Slip("cut-at-semicolon", group, "Cut at the first semicolon", rewritten(key, lambda t, _: [t.split(";")[0]]))
    yield Slip("spaces-lost", group, "Lose the spaces", rewritten(Records.spf, lambda t, _: [t.replace(" ", "")]))
    yield Slip("split-records", group, "Split it into two records", rewritten(key, lambda t, _: [t[:CUT], t[CUT:]]))
    yield Slip("invisible-character", group, "Paste an invisible character", rewritten(key, dkim.invisible))


def _spf() -> Iterable[Slip]:
    group, line = Group.SPF, spf.line
    yield Slip("second-spf", group, "Add a second SPF", rewritten(Records.spf, spf.beside_another))
    yield Slip("spf-misspelled", group, "Misspell a term", line(lambda ours, _: f"v=spf1 {ours} inclued:x ~all"))
    yield Slip("spf-negated", group, "Put a minus before the include", line(lambda ours, _: f"v=spf1 -{ours} ~all"))
    yield Slip("spf-after-all", group, "Put the include after all", line(lambda ours, _: f"v=spf1 ~all {ours}"))
    yield Slip("spf-other-include", group, "Include somebody else", line(lambda *_: "v=spf1 mx ~all"))
    yield Slip("spf-loop", group, "Include itself", spf.includes_itself)
    yield Slip("spf-dead-include", group, "Include a name without SPF", line(spf.dead_include))
    yield Slip("spf-too-much", group, "Need more than ten lookups", spf.too_much)
    yield Slip("spf-dead-names", group, "Name three dead hosts", line(spf.dead_names))
    yield Slip("spf-plus-all", group, "Let everybody pass (+all)", line(lambda ours, _: f"v=spf1 {ours} +all"))
    yield Slip("spf-ptr", group, "Use ptr", line(lambda ours, _: f"v=spf1 {ours} ptr ~all"))


def _dkim() -> Iterable[Slip]:
    group = Group.DKIM

    def slip(name: str, label: str, value: str) -> Slip:
        """Write another record, in which ``{p}`` is our key."""
        return Slip(
            name, group, label, rewritten(Records.dkim, lambda text, _: [value.replace("{p}", dkim.part(text))])
        )

    yield Slip("dkim-duplicate", group, "Leave an older key beside it", rewritten(Records.dkim, dkim.duplicate))
    yield slip("dkim-revoked", "Leave the key empty", "v=DKIM1; p=")
    yield slip("dkim-other-version", "Write v=DKIM2", "v=DKIM2; k=rsa; p={p}")
    yield Slip("dkim-cut", group, "Cut the key alone", rewritten(Records.dkim, dkim.cut))
    yield slip("dkim-damaged", "Damage the key", "v=DKIM1; k=rsa; p=X{p}XXX")
    yield slip("dkim-other-type", "Call it an Ed25519 key", "v=DKIM1; k=ed25519; p={p}")
    yield slip("dkim-sha1-only", "Allow SHA-1 only", "v=DKIM1; h=sha1; k=rsa; p={p}")
    yield slip("dkim-weak", "Use a key of 768 bits", f"v=DKIM1; k=rsa; p={dkim.WEAK}")
    yield Slip("dkim-other-key", group, "Use another key", rewritten(Records.dkim, dkim.other_key))
    yield slip("dkim-testing", "Mark it as a test", "v=DKIM1; t=y; k=rsa; p={p}")


def _dmarc() -> Iterable[Slip]:
    group = Group.DMARC

    def more(name: str, label: str, tags: str) -> Slip:
        """Add tags to the policy."""
        return Slip(name, group, label, rewritten(Records.dmarc, lambda text, _: [f"{text.rstrip('; ')}; {tags}"]))

    def other(name: str, label: str, *values: str) -> Slip:
        return Slip(name, group, label, rewritten(Records.dmarc, lambda *_: values))

    yield other("dmarc-duplicate", "Publish two policies", "v=DMARC1; p=none;", "v=DMARC1; p=reject;")
    yield other("dmarc-misspelled", "Misspell the policy", "v=DMARC1; p=nonne;")
    yield other("dmarc-no-p", "Leave p out", "v=DMARC1; sp=none")
    yield more("dmarc-strict", "Demand identical domains (aspf=s)", "aspf=s")
    yield more("dmarc-foreign-reports", "Send reports to a stranger", "rua=mailto:dmarc@reports.example.net")
    yield more("dmarc-old-tags", "Use a tag of old (pct)", "pct=50")
    yield more("dmarc-test-mode", "Use the test mode", "t=y")
    yield Slip("dmarc-milder", group, "Publish a milder policy than chosen", rewritten(Records.dmarc, dmarc.milder))
    yield Slip("dmarc-from-above", group, "Have only the company's policy", dmarc.from_above)
    yield Slip("dmarc-enforced", group, "… which refuses mail, and no key yet", dmarc.enforced_from_above)


def _cname() -> Iterable[Slip]:
    group, pointing = Group.CNAME, cname.pointing
    doubled = pointing(lambda target, records: f"{target}{records.zone.origin}")
    yield Slip("target-doubled", group, "Append the zone to the target", doubled)
    yield Slip("wrong-target", group, "Point it elsewhere", pointing(lambda *_: "www.example.net."))
    yield Slip("proxied", group, "Hide it behind Cloudflare's proxy", cname.proxied)
    yield Slip("flattened", group, "Use ALIAS in its place", cname.flattened)
    yield Slip("address-instead", group, "Use an address in its place", cname.address)
    yield Slip("by-way-of", group, "Go by way of another name", cname.by_way_of)
    yield Slip("target-dead", group, "Have the target itself be gone", cname.dead_target)
    yield Slip("other-issuer", group, "Allow another certificate authority only", cname.other_issuer)


def _mx() -> Iterable[Slip]:
    group, make = Group.MX, mx.exchanges
    yield Slip("wrong-mx", group, "Point the MX elsewhere", make(lambda *_: ["10 mx.example.net."]))
    yield Slip("null-mx", group, "Refuse all mail", make(lambda *_: ["0 ."]))
    yield Slip("second-mx", group, "Add a second MX", make(lambda ours, _: [f"10 {ours}", "20 mx.example.net."]))
    yield Slip("mx-doubled", group, "Append the zone to the target", make(lambda ours, zone: [f"10 {ours}{zone}"]))
    yield Slip("mx-both-in-one", group, "Enter priority and target in one", make(lambda ours, _: [f"10 10\\032{ours}"]))
    yield Slip("mx-other-region", group, "Use another region", make(mx.other_region))
    yield Slip("mx-priority", group, "Use priority 20", make(lambda ours, _: [f"20 {ours}"]))


_ALL = (_servers, _caches, _places, _txt, _spf, _dkim, _dmarc, _cname, _mx)
SLIPS = {slip.name: slip for group in _ALL for slip in group()}
"""Every slip, by name, in the order in which people see them."""
