"""The registry knows the zones that are here, and nothing of the records in them."""

import dns.flags
import dns.name
import dns.rcode
import pytest

from sandbox.nameserver.server import Nameserver


async def delegated(ask, name, rdtype="NS"):
    """Return the rcode, the owner of the referral and the names in it; None and nothing where it is none."""
    response = await ask(name, rdtype, "registry", flags=0)
    rcode = dns.rcode.to_text(response.rcode())
    if response.flags & dns.flags.AA:
        return rcode, None, []
    (rrset,) = response.authority
    assert not response.answer
    return rcode, rrset.name.to_text(), sorted(rdata.to_text() for rdata in rrset)


async def test_a_zone_is_delegated_to_what_it_lists_itself_as_soon_as_it_is_there(nameserver, ask, zone_file):
    before = await delegated(ask, "example.com")
    nameserver.apply(zone_file)
    made = await delegated(ask, "example.com")
    nameserver.put("example.com", "NS", ["ada.ns.cloudflare.com.", "bob.ns.cloudflare.com."])
    moved = await delegated(ask, "bounce.mail.example.com", "TXT")

    assert before == ("NXDOMAIN", None, [])
    assert made == ("NOERROR", "example.com.", ["ns1.example.com.", "ns2.example.com."])
    assert moved == ("NOERROR", "example.com.", ["ada.ns.cloudflare.com.", "bob.ns.cloudflare.com."])


async def test_what_the_registry_says_is_not_to_be_kept(nameserver, ask):
    (soa,) = (await ask("example.com", "NS", "registry")).authority
    nameserver.create_zone("example.com")
    (delegation,) = (await ask("example.com", "NS", "registry")).authority

    assert (soa.name.to_text(), soa.ttl, soa[0].minimum) == ("com.", 0, 0)
    assert delegation.ttl == 0


@pytest.mark.parametrize(("name", "rdtype"), [("com", "NS"), (".", "NS"), ("example.com", "DS")])
async def test_what_is_the_registrys_own_is_answered_with_authority(nameserver, ask, name, rdtype):
    nameserver.create_zone("example.com")

    assert await delegated(ask, name, rdtype) == ("NOERROR", None, [])


async def test_a_domain_with_a_zone_further_down_is_registered(nameserver, ask):
    nameserver.create_zone("mail.example.com")

    assert (await delegated(ask, "example.com"))[:2] == ("NOERROR", "example.com.")


async def test_where_everything_is_hosted_every_domain_is_registered_before_it_is_asked_about():
    async with Nameserver(hosts_everything=True) as nameserver:
        assert nameserver.state()["zones"] == []
        registry = nameserver.servers["registry"].source

        domain, suffix = [registry.servers_of(dns.name.from_text(name)) for name in ("example.co.jp", "co.jp")]

    assert [name.to_text() for name in domain] == ["ns1.example.co.jp.", "ns2.example.co.jp."]
    assert suffix == ()


async def test_an_expired_domain_is_denied_until_it_is_mended_whatever_stands_in_its_zone(nameserver, ask, zone_file):
    nameserver.apply(zone_file)
    nameserver.slip("domain-expired", "mail.example.com")
    expired, listed = await delegated(ask, "example.com"), nameserver.state()["delegations"]
    answered = await ask("bounce.mail.example.com", "MX")

    nameserver.mend("mail.example.com")

    assert (expired, listed) == (("NXDOMAIN", None, []), {"example.com": []})
    assert answered.answer
    assert (await delegated(ask, "example.com"))[0] == "NOERROR"


async def test_another_name_server_stands_beside_the_zones_own(nameserver, ask, zone_file):
    nameserver.apply(zone_file)

    nameserver.slip("registry-differs", "mail.example.com")

    assert (await delegated(ask, "example.com"))[2] == ["ns1.example.com.", "ns2.old-provider.example."]
    (own,) = (await ask("example.com", "NS")).answer
    assert sorted(rdata.to_text() for rdata in own) == ["ns1.example.com.", "ns2.example.com."]


async def test_a_registry_can_be_silenced_alone(nameserver, ask):
    nameserver.create_zone("example.com")
    nameserver.fault("refused", "registry")

    assert (await ask("example.com", "NS", "registry")).rcode() == dns.rcode.REFUSED
    assert (await ask("example.com", "NS")).rcode() == dns.rcode.NOERROR
