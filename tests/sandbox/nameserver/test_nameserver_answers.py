"""What the two authoritative servers and the resolver answer, over real packets."""

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import pytest
from dns.rdatatype import RdataType

from sandbox.nameserver.notation import Mistake


def texts(response):
    return [rdata.to_text() for rrset in response.answer for rdata in rrset]


async def test_an_applied_zone_file_is_served_by_both_servers_with_authority(nameserver, ask, zone_file):
    nameserver.apply(zone_file)

    answers = [await ask("bounce.mail.example.com", "MX", server) for server in ("ns1", "ns2")]

    assert [texts(answer) for answer in answers] == [["10 feedback-smtp.us-east-1.amazonses.com."]] * 2
    assert all(answer.flags & dns.flags.AA for answer in answers)


async def test_the_zone_of_the_registered_domain_is_made_with_soa_and_ns(nameserver, ask, zone_file):
    nameserver.apply(zone_file)

    soa, ns = await ask("example.com", "SOA"), await ask("example.com", "NS")

    assert soa.answer[0][0].minimum == 5
    assert sorted(texts(ns)) == ["ns1.example.com.", "ns2.example.com."]


async def test_a_zone_file_with_relative_names_takes_the_zone_as_origin(nameserver, ask):
    nameserver.apply("$TTL 60\nclick.mail IN CNAME target.example.net.", zone="example.co.jp")

    answer = await ask("click.mail.example.co.jp", "CNAME")

    assert texts(answer) == ["target.example.net."]
    assert answer.answer[0].ttl == 60


async def test_a_name_that_is_not_there_is_nxdomain_and_an_empty_one_nodata(nameserver, ask, zone_file):
    nameserver.apply(zone_file)

    missing = await ask("other.example.com", "TXT")
    between = await ask("_domainkey.mail.example.com", "TXT")
    other_type = await ask("click.mail.example.com", "CNAME")

    assert missing.rcode() == dns.rcode.NXDOMAIN
    assert missing.authority[0].rdtype == RdataType.SOA
    assert (between.rcode(), between.answer) == (dns.rcode.NOERROR, [])
    assert between.authority[0].rdtype == RdataType.SOA
    assert other_type.rcode() == dns.rcode.NOERROR


async def test_a_cname_answers_for_other_types(nameserver, ask, zone_file):
    nameserver.apply(zone_file)

    answer = await ask("click.mail.example.com", "TXT")

    assert answer.answer[0].rdtype == RdataType.CNAME


async def test_a_wildcard_answers_for_names_that_are_not_there_only(nameserver, ask):
    nameserver.put("*.example.com", "TXT", ['"star"'])
    nameserver.put("a.b.example.com", "A", ["192.0.2.1"])

    starred, shadowed = await ask("x.example.com", "TXT"), await ask("b.example.com", "TXT")
    below = await ask("x.b.example.com", "TXT")

    assert texts(starred) == ['"star"']
    assert starred.answer[0].name.to_text() == "x.example.com."
    assert shadowed.answer == []
    assert below.rcode() == dns.rcode.NXDOMAIN


async def test_a_delegation_is_a_referral_with_glue(nameserver, ask):
    nameserver.put("sub.example.com", "NS", ["ns.sub.example.com."])
    nameserver.put("ns.sub.example.com", "A", ["127.0.0.9"])

    answer = await ask("x.sub.example.com", "TXT")

    assert not answer.flags & dns.flags.AA
    assert (answer.answer, answer.authority[0].rdtype) == ([], RdataType.NS)
    assert answer.additional[0][0].address == "127.0.0.9"


async def test_a_name_in_no_zone_is_refused(ask):
    answer = await ask("example.org", "TXT")

    assert answer.rcode() == dns.rcode.REFUSED


async def test_an_answer_too_long_for_the_client_is_cut_and_whole_over_tcp(nameserver, ask):
    nameserver.put("big.example.com", "TXT", ['"' + "x" * 200 + f'{n:03}"' for n in range(10)])

    over_udp = await ask("big.example.com", "TXT")
    over_tcp = await ask("big.example.com", "TXT", tcp=True)

    assert over_udp.flags & dns.flags.TC
    assert len(over_tcp.answer[0]) == 10


async def test_the_servers_can_disagree(nameserver, ask, zone_file):
    nameserver.apply(zone_file)

    nameserver.delete("click.mail.example.com", server="ns2")

    assert texts(await ask("click.mail.example.com", "CNAME", "ns1"))
    assert not texts(await ask("click.mail.example.com", "CNAME", "ns2"))


async def test_applying_again_replaces_instead_of_doubling(nameserver, ask, zone_file):
    nameserver.apply(zone_file)
    nameserver.apply(zone_file)

    answer = await ask("_dmarc.mail.example.com", "TXT")

    assert texts(answer) == ['"v=DMARC1; p=none;"']


async def test_the_resolver_keeps_a_negative_answer_for_the_soa_minimum(nameserver, ask, clock):
    nameserver.create_zone("example.com")
    before = await ask("new.example.com", "TXT", "resolver")
    nameserver.put("new.example.com", "TXT", ['"here"'])

    cached = await ask("new.example.com", "TXT", "resolver")
    clock[0] += 5
    later = await ask("new.example.com", "TXT", "resolver")

    assert before.rcode() == cached.rcode() == dns.rcode.NXDOMAIN
    assert texts(later) == ['"here"']


async def test_the_resolver_shows_what_is_left_of_a_stale_value(nameserver, ask, clock):
    nameserver.put("old.example.com", "TXT", ['"old"'], ttl=60)
    await ask("old.example.com", "TXT", "resolver")
    nameserver.put("old.example.com", "TXT", ['"new"'], ttl=60)

    clock[0] += 20
    stale = await ask("old.example.com", "TXT", "resolver")
    nameserver.flush()
    fresh = await ask("old.example.com", "TXT", "resolver")

    assert (texts(stale), stale.answer[0].ttl) == (['"old"'], 40)
    assert texts(fresh) == ['"new"']
    assert stale.flags & dns.flags.RA
    assert not stale.flags & dns.flags.AA


async def test_the_resolver_follows_cnames_and_survives_a_loop(nameserver, ask):
    nameserver.put("a.example.com", "CNAME", ["b.example.com."])
    nameserver.put("b.example.com", "A", ["192.0.2.1"])
    nameserver.put("loop.example.com", "CNAME", ["loop.example.com."])

    followed = await ask("a.example.com", "A", "resolver")
    looping = await ask("loop.example.com", "A", "resolver")

    assert texts(followed) == ["b.example.com.", "192.0.2.1"]
    assert looping.rcode() == dns.rcode.SERVFAIL


async def test_the_resolver_denies_what_nobody_has_registered(ask):
    answer = await ask("nowhere.example.org", "A", "resolver")

    assert answer.rcode() == dns.rcode.NXDOMAIN


@pytest.mark.parametrize(
    ("fault", "rcode"),
    [("servfail", dns.rcode.SERVFAIL), ("refused", dns.rcode.REFUSED), ("bogus", dns.rcode.SERVFAIL)],
)
async def test_faults_with_an_rcode(nameserver, ask, fault, rcode):
    nameserver.put("example.com", "A", ["192.0.2.1"])

    nameserver.fault(fault)

    assert (await ask("example.com", "A")).rcode() == rcode


async def test_a_bogus_zone_answers_when_checking_is_disabled(nameserver, ask):
    nameserver.put("example.com", "A", ["192.0.2.1"])
    nameserver.fault("bogus")
    query = dns.message.make_query("example.com", "A", flags=dns.flags.CD)

    answer = await dns.asyncquery.udp(query, "127.0.0.1", port=nameserver.ports["ns1"], timeout=1)
    explained = await ask("example.com", "A")

    assert texts(answer) == ["192.0.2.1"]
    assert explained.extended_errors()[0].code == 6


async def test_a_lame_server_answers_without_authority(nameserver, ask):
    nameserver.put("example.com", "A", ["192.0.2.1"])

    nameserver.fault("lame", server="ns2")

    assert not (await ask("example.com", "A", "ns2")).flags & dns.flags.AA
    assert (await ask("example.com", "A", "ns1")).flags & dns.flags.AA


async def test_a_silent_server_is_silent_over_udp_and_tcp_until_it_is_healed(nameserver, ask):
    nameserver.put("example.com", "A", ["192.0.2.1"])
    nameserver.fault("silent")

    with pytest.raises(dns.exception.Timeout):
        await ask("example.com", "A")
    with pytest.raises((dns.exception.Timeout, EOFError)):
        await ask("example.com", "A", tcp=True)
    nameserver.heal()

    assert texts(await ask("example.com", "A")) == ["192.0.2.1"]


async def test_truncation_with_tcp_shut(nameserver, ask):
    nameserver.put("example.com", "A", ["192.0.2.1"])
    nameserver.fault("tcp-refused")

    cut = await ask("example.com", "A")

    assert cut.flags & dns.flags.TC
    with pytest.raises((EOFError, ConnectionError)):
        await ask("example.com", "A", tcp=True)


@pytest.mark.parametrize("fault", ["garbage", "wrong-id"])
async def test_what_does_not_answer_the_question_is_no_answer(nameserver, ask, fault):
    nameserver.put("example.com", "A", ["192.0.2.1"])

    nameserver.fault(fault)

    with pytest.raises((dns.exception.DNSException, dns.asyncquery.BadResponse)):
        await ask("example.com", "A")


async def test_a_fault_may_concern_some_questions_only(nameserver, ask):
    nameserver.put("example.com", "A", ["192.0.2.1"])
    nameserver.put("mail.example.com", "TXT", ['"x"'])

    nameserver.fault("servfail", name="mail.example.com", rdtype="TXT")

    assert (await ask("mail.example.com", "TXT")).rcode() == dns.rcode.SERVFAIL
    assert (await ask("mail.example.com", "A")).rcode() == dns.rcode.NOERROR
    assert (await ask("example.com", "A")).rcode() == dns.rcode.NOERROR


async def test_a_delayed_answer_comes_late(nameserver, ask):
    nameserver.put("example.com", "A", ["192.0.2.1"])
    nameserver.fault("delay", seconds=0.1)

    with pytest.raises(dns.exception.Timeout):
        await ask("example.com", "A", patience=0.05)

    assert texts(await ask("example.com", "A", patience=1)) == ["192.0.2.1"]


def spoken(response):
    return b"".join(response.answer[0][0].strings) if response.answer else b""


async def test_each_slip_spoils_its_record_and_mending_restores_it(nameserver, ask, zone_file):
    nameserver.apply(zone_file)
    good = nameserver.state()["zones"]

    for slip in ("truncate-dkim", "doubled-suffix", "second-spf", "wrong-mx"):
        nameserver.slip(slip, "mail.example.com")

    assert len(spoken(await ask("s1._domainkey.mail.example.com", "TXT"))) == 255
    assert texts(await ask("click.mail.example.com.example.com", "CNAME")) == ["click.engage.example.net."]
    assert (await ask("click.mail.example.com", "CNAME")).rcode() == dns.rcode.NXDOMAIN
    assert len(texts(await ask("bounce.mail.example.com", "TXT"))) == 2
    assert texts(await ask("bounce.mail.example.com", "MX")) == ["10 mx.example.net."]
    nameserver.mend("mail.example.com")
    assert nameserver.state()["zones"] == good


@pytest.mark.parametrize(
    "mistake",
    [
        lambda nameserver: nameserver.slip("wrong-mx", "mail.example.com"),
        lambda nameserver: nameserver.slip("no-such-slip", "mail.example.com"),
        lambda nameserver: nameserver.fault("no-such-fault"),
        lambda nameserver: nameserver.fault("silent", server="ns3"),
        lambda nameserver: nameserver.apply("x.example.com. 300 IN MX"),
        lambda nameserver: nameserver.apply("x.example.org. 300 IN A 192.0.2.1", zone="example.com"),
        lambda nameserver: nameserver.put("example.com", "NOTYPE", ["x"]),
        lambda nameserver: nameserver.put("example.com", "MX", ["x"]),
        lambda nameserver: nameserver.put("example.com", "MX", []),
        lambda nameserver: nameserver.put("a..b", "MX", ["10 x."]),
    ],
)
async def test_mistakes_are_told(nameserver, mistake):
    with pytest.raises(Mistake):
        mistake(nameserver)


async def test_reset_forgets_everything(nameserver, ask, zone_file):
    nameserver.apply(zone_file)
    nameserver.slip("wrong-mx", "mail.example.com")
    nameserver.fault("silent")
    await ask("click.mail.example.com", "CNAME", "resolver")

    nameserver.reset()

    state = nameserver.state()
    assert (state["zones"], state["slips"], state["faults"]) == ([], [], [])
    assert (await ask("click.mail.example.com", "CNAME")).rcode() == dns.rcode.REFUSED
