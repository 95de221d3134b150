"""What is learnt of a domain's DNS before IT is asked to do anything: zone, provider, and what is in the way."""

from datetime import timedelta

import pytest

from bot.messages import Context, render_card, render_notice
from bot.ports import Places
from core.access import Role
from core.diagnosis.surroundings import Dnssec
from core.durations import Durations
from core.errors import InvalidDomainName
from core.findings import BlockedOn
from core.notices.answers import CheckAsked, CheckLimited
from core.phases import Phase, phase_of
from core.records import Purpose
from core.sending_domain import Actor, Language
from core.turns import turn_of
from tests.bot.services.house import ADMIN, START, TEAM

SAKURA = ("ns1.dns.ne.jp.", "ns2.dns.ne.jp.")
CLOUDFLARE = ("ada.ns.cloudflare.com.", "bob.ns.cloudflare.com.")
ROLES = frozenset({Role.ANYONE, Role.ADMIN})


class Killed(BaseException):
    """What ends a process is no `Exception`: nothing catches it."""


def hosted_at(house, *nameservers):
    house.nameserver.put("example.com", "NS", list(nameservers))


async def deploy(house, name="mail.example.com"):
    await house.onboarding.deploy(TEAM, ADMIN, name, house.click())
    await house.tick()
    return await house.domain(name)


def notices(house, kind):
    return [each.notice for each in house.messenger.deliveries if each.notice.kind == kind]


async def ask(house, name="mail.example.com", actor=ADMIN):
    answer = await house.queries.check(TEAM, actor, name, ROLES, house.click())
    await house.tick()
    return answer


async def test_a_new_domain_with_nothing_in_the_way_is_not_talked_about(house):
    await house.create()
    await house.tick()

    made = await house.domain()
    assert made.preflight_at is not None
    assert made.zone.apex == "example.com"
    assert house.said() == []


async def test_whoever_creates_a_domain_is_told_once_what_is_in_the_way(house, clock):
    house.nameserver.put("click.mail.example.com", "CNAME", ["shop.example.net."])
    house.nameserver.put("mail.example.com", "TXT", ['"v=spf1 include:_spf.example.net ~all"'])

    await house.create()
    for _ in range(3):
        await house.tick()
        clock.pass_by(timedelta(minutes=5))

    (told,) = notices(house, "create.preflight")
    assert told.to == ADMIN
    assert [(row.code, row.record.name) for row in told.checkup.in_the_way] == [
        ("existing-cname", "click.mail.example.com")
    ]
    assert [row.code for row in told.checkup.notes] == ["existing-spf"]


async def test_a_pre_flight_is_made_again_if_the_process_died_before_it_was_saved(house, monkeypatch):
    house.nameserver.put("img.mail.example.com", "A", ["192.0.2.1"])
    await house.create()
    looking = type(house.checking.looking)

    async def die(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(looking, "check_up", die)
        with pytest.raises(Killed):
            await house.checking.check_due()
    house.clock.pass_by(timedelta(minutes=6))  # the lease of the dead process has ended
    await house.tick()

    assert len(notices(house, "create.preflight")) == 1
    assert [call[0] for call in house.provisioner.calls].count("create") == 1


async def test_a_pre_flight_that_fails_on_our_side_is_not_repeated_for_ever(house):
    house.nameserver.fault("silent", "resolver")

    await house.create()
    await house.tick()

    made = await house.domain()
    assert made.preflight_at is not None
    assert house.said() == []
    assert await house.tick() == 0


@pytest.mark.parametrize(
    ("nameservers", "provider"),
    [(SAKURA, "さくらのドメイン"), (CLOUDFLARE, "Cloudflare"), (("ns1.example.com.",), None)],
)
async def test_zone_and_provider_are_known_when_the_records_are_announced(house, nameservers, provider):
    hosted_at(house, *nameservers)
    await house.create()
    await house.tick()
    house.said()

    await deploy(house)

    about = [notices(house, kind)[0] for kind in ("thread.records_ready", "zone.table", "zone.file")]
    assert [(each.subject.zone.apex, each.subject.zone.provider) for each in about] == [("example.com", provider)] * 3
    assert notices(house, "deploy.records")[0].provider == provider


async def test_the_zone_is_looked_for_afresh_when_the_records_come(house):
    await house.create()
    await house.tick()
    hosted_at(house, *CLOUDFLARE)
    house.clock.pass_by(timedelta(hours=1))

    domain = await deploy(house)

    assert domain.zone.provider == "Cloudflare"


async def test_a_delegated_subdomain_is_its_own_zone(house):
    house.nameserver.create_zone("mail.example.com")
    await house.create()
    await house.tick()

    domain = await deploy(house)

    assert domain.zone.apex == "mail.example.com"


async def test_name_servers_that_say_nothing_do_not_keep_the_records_back(house):
    house.nameserver.fault("silent")
    await house.create()
    await house.tick()

    domain = await deploy(house)

    assert len(domain.records) == 7
    assert domain.zone is None
    assert "thread.records_ready" in house.said()


async def test_a_look_at_the_zone_that_breaks_does_not_keep_the_records_back(house, monkeypatch):
    await house.create()
    await house.tick()

    async def breaks(*_):
        raise RuntimeError("boom")

    monkeypatch.setattr(type(house.checking.looking.observer), "observe", breaks)
    domain = await deploy(house)

    assert domain.records_ready_at is not None


async def test_anybody_may_have_any_name_looked_at(house):
    asker = Actor("U0SALES", Language.JA, "C0SALES")
    hosted_at(house, *SAKURA)

    answer = await ask(house, "NEW.example.com", asker)

    assert answer == CheckAsked(name="new.example.com")
    (told,) = notices(house, "check.result")
    assert (told.to, told.subject.language, told.registered) == (asker, Language.JA, False)
    assert [row.code for row in told.checkup.in_the_way] == ["too-small"]
    assert told.checkup.dnssec is Dnssec.UNSIGNED
    assert told.checkup.zone.provider == "さくらのドメイン"


async def test_records_of_a_registered_domain_are_not_in_their_own_way(house):
    await house.create()
    await house.tick()
    domain = await deploy(house)
    house.apply_records(domain)
    house.said()

    await ask(house)

    (told,) = notices(house, "check.result")
    assert told.registered
    assert told.checkup.in_the_way == ()


async def test_a_wrong_record_of_a_registered_domain_is_in_the_way(house):
    await house.create()
    await house.tick()
    domain = await deploy(house)
    house.apply_records(domain, without=(Purpose.SPF,))
    house.nameserver.slip("wrong-mx", "mail.example.com")

    await ask(house)

    (told,) = notices(house, "check.result")
    assert [row.code for row in told.checkup.in_the_way] == ["mx-mailbox-in-use"]


async def test_more_looks_than_six_a_minute_are_refused(house, clock):
    answers = [
        await house.queries.check(TEAM, ADMIN, f"n{number}.example.com", ROLES, house.click()) for number in range(7)
    ]
    clock.pass_by(timedelta(minutes=1))
    later = await house.queries.check(TEAM, ADMIN, "mail.example.com", ROLES, house.click())
    await house.tick()

    assert answers[5] == CheckAsked(name="n5.example.com")
    assert answers[6] == CheckLimited(name="n6.example.com", most=6, wait=timedelta(minutes=1))
    assert later == CheckAsked(name="mail.example.com")
    assert len(notices(house, "check.result")) == 7


async def test_others_may_go_on_asking_when_one_has_asked_too_often(house):
    for number in range(7):
        await house.queries.check(TEAM, ADMIN, f"n{number}.example.com", ROLES, house.click())

    other = await house.queries.check(TEAM, Actor("U0OTHER"), "mail.example.com", ROLES, house.click())

    assert isinstance(other, CheckAsked)


async def test_a_question_that_slack_delivers_twice_is_answered_once(house):
    click = house.click()
    for _ in range(2):
        await house.queries.check(TEAM, ADMIN, "mail.example.com", ROLES, click)
    await house.tick()

    assert len(notices(house, "check.result")) == 1


async def test_a_question_outlives_the_process_that_took_it(house, monkeypatch):
    looking = type(house.answering.looking)

    async def die(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(looking, "check_up", die)
        with pytest.raises(Killed):
            await ask(house)
    await house.tick()
    early = notices(house, "check.result")
    house.clock.pass_by(timedelta(minutes=6))
    await house.tick()

    assert early == []
    assert len(notices(house, "check.result")) == 1


async def test_what_is_no_domain_name_is_refused_and_not_looked_at(house):
    with pytest.raises(InvalidDomainName):
        await ask(house, "foo_bar")
    await house.tick()

    assert house.said() == []


async def test_a_check_while_the_dns_is_out_of_reach_blames_nobody(house):
    house.nameserver.fault("silent", "resolver")

    await ask(house)

    (told,) = notices(house, "check.result")
    assert not told.checkup.judged


CTX = Context(places=Places(TEAM, "C0IT", "C0SUPPORT"), durations=Durations(), now=START)
TOO_SMALL = {
    Language.EN: "さくらのドメイン allows 255 characters per TXT; DKIM has 410.",
    Language.JA: "さくらのドメインのTXTは255文字までで、DKIM（410文字）を登録できません。",
}
PROXY = {
    Language.EN: 'On import untick "Proxy imported DNS records"',
    Language.JA: "インポート時は「Proxy imported DNS records」を外し",
}


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize(("nameservers", "warning"), [(SAKURA, TOO_SMALL), (CLOUDFLARE, PROXY)])
async def test_it_reads_the_warning_on_the_first_card_and_beside_the_table(house, nameservers, warning, language):
    hosted_at(house, *nameservers)
    await house.create(language=language)
    await house.tick()

    domain = await deploy(house)

    card = render_card(domain, turn_of(domain, house.durations, house.clock()), CTX)
    table = render_notice(notices(house, "zone.table")[0], CTX)
    file = render_notice(notices(house, "zone.file")[0], CTX)
    assert phase_of(domain) is Phase.D1
    assert warning[language] in card.text
    assert warning[language] in table.text
    assert "example.com" in file.content.splitlines()[1]
    assert "bounce.mail\n" in file.content


async def test_signed_zones_are_told_from_those_that_are_not(house):
    house.nameserver.put("example.com", "DNSKEY", ["257 3 13 AAAA"])
    await ask(house, "a.example.com")
    house.nameserver.put("example.com", "DS", [f"1 13 2 {'00' * 32}"])
    house.nameserver.flush()
    await ask(house, "b.example.com")

    assert [each.checkup.dnssec for each in notices(house, "check.result")] == [Dnssec.UNSIGNED, Dnssec.SIGNED]


async def test_a_zone_that_validating_resolvers_refuse_is_in_the_way_with_their_reason(house):
    house.nameserver.fault("bogus", "resolver", "example.com", "SOA")

    await ask(house)

    (told,) = notices(house, "check.result")
    assert [(row.code, row.facts["ede"]) for row in told.checkup.in_the_way] == [
        ("dnssec-bogus", "6 signature expired")
    ]
    assert told.checkup.dnssec is Dnssec.BOGUS


async def test_a_wildcard_in_the_zone_is_a_note(house):
    house.nameserver.put("*.mail.example.com", "A", ["192.0.2.9"])

    await ask(house)

    (told,) = notices(house, "check.result")
    assert told.checkup.in_the_way == ()
    assert {remark.code.value for row in told.checkup.notes for remark in row.remarks} == {"wildcard-shadow"}


async def test_a_name_below_the_domain_that_is_delegated_is_a_note_unless_nothing_can_stand_there(house):
    house.nameserver.create_zone("_domainkey.mail.example.com")
    house.nameserver.create_zone("click.mail.example.com")

    await ask(house)

    (told,) = notices(house, "check.result")
    assert [row.code for row in told.checkup.in_the_way] == ["cname-at-apex"]
    assert {remark.code.value for row in told.checkup.notes for remark in row.remarks} == {"subzone-delegated"}


@pytest.mark.parametrize("fault", ["silent", "servfail", "refused", "garbage"])
async def test_name_servers_that_give_no_usable_answer_are_one_finding(house, fault):
    for server in ("ns1", "ns2"):
        house.nameserver.fault(fault, server, "mail.example.com")

    await ask(house)

    (told,) = notices(house, "check.result")
    assert len(told.checkup.in_the_way) == 1
    assert told.checkup.blocked_on is BlockedOn.DNS_PROVIDER
