"""How often misplaced records are searched for while something is wrong: counted in what is asked of name servers."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from core.diagnosis import Case
from core.events import Via
from core.findings import Code
from core.observations import Question, Vantage
from core.records import Purpose
from core.sending_domain import VerificationStatus
from tests.bot.services.house import ADMIN, IT, TEAM

NAME = "mail.example.com"
MINUTE, POLL = timedelta(minutes=1), timedelta(minutes=5)
STANDING = {
    "forgotten": (Purpose.CLICK_TRACKING, Code.MISSING),
    "doubled-suffix": (Purpose.CLICK_TRACKING, Code.DOUBLED_SUFFIX),
    "wildcard": (Purpose.CLICK_TRACKING, Code.WILDCARD_SHADOW),
    "proxied": (Purpose.CLICK_TRACKING, Code.CNAME_PROXIED),
    "other-issuer": (Purpose.CERTIFICATE, Code.CAA_BLOCKS),
    "second-behind": (Purpose.DKIM, Code.NAMESERVERS_DISAGREE),
}


@dataclass
class Asked:
    """Notes what each look asks, and which of that goes beyond the expected records themselves."""

    looks: list[tuple[Case, set[Question]]] = field(default_factory=list)

    def probing(self):
        """Tell how many looks searched for misplaced records."""
        return sum(case.probe for case, _ in self.looks)

    def beyond_unless_probing(self):
        """Return what was asked beyond the records by looks that were not to search."""
        return {each for case, questions in self.looks if not case.probe for each in self._searched(case, questions)}

    def _searched(self, case, questions):
        expected = {(record.name, record.type) for record in case.records}
        return {
            (each.name, each.type)
            for each in questions
            if each.vantage is Vantage.AUTHORITATIVE and each.type != "CAA" and (each.name, each.type) not in expected
        }


@pytest.fixture
def asked(house, monkeypatch):
    noted = Asked()
    observer = house.checking.looking.observer
    observe = observer.observe

    async def noting(case):
        evidence = await observe(case)
        noted.looks.append((case, {answer.question for answer in evidence.answers}))
        return evidence

    monkeypatch.setattr(observer, "observe", noting)
    return noted


@pytest.fixture
async def begun(house):
    """The house, with records that nobody has published and the verification yet to be started."""
    await house.create(NAME)
    await house.tick()
    domain = await house.domain(NAME)
    await house.onboarding.deploy(TEAM, ADMIN, domain.id, house.click())
    await house.tick()
    return house


async def press(house):
    """Say that the records were added, and let a second pass."""
    await house.onboarding.verify(TEAM, IT, (await house.domain(NAME)).id, Via.COMMAND, house.click())
    house.clock.pass_by(timedelta(seconds=1))


async def pass_polls(house, clock, count, pace):
    for _ in range(count):
        clock.pass_by(pace)
        await house.tick()


def code_of(domain, purpose):
    return next(each.finding.code for each in domain.records if each.expected.purpose is purpose)


@pytest.fixture
async def standing(begun, request):
    """The house, with all records published but for one slip, and looked at for the first time since IT said so."""
    begun.apply_records(await begun.domain(NAME))
    begun.nameserver.slip(request.param, NAME)
    await press(begun)
    await begun.tick()
    return begun


@pytest.mark.parametrize(("standing", "slip"), [(slip, slip) for slip in STANDING], indirect=["standing"])
async def test_what_stands_wrong_is_searched_for_once_in_each_interval_and_its_mend_is_told_at_once(
    standing, slip, clock, asked
):
    purpose, code = STANDING[slip]

    await pass_polls(standing, clock, 6, MINUTE)
    in_burst = asked.probing()
    clock.pass_by(timedelta(minutes=10))
    await pass_polls(standing, clock, 5, POLL)
    after = asked.probing() - in_burst
    beyond = asked.beyond_unless_probing()
    found = code_of(await standing.domain(NAME), purpose)
    standing.nameserver.mend()
    await pass_polls(standing, clock, 1, POLL)

    assert in_burst == 1, "once in the five minutes of a poll"
    assert after == 0, "once in an hour"
    assert beyond == set()
    assert found is code
    assert (await standing.domain(NAME)).verification is VerificationStatus.VERIFIED
    assert asked.looks[-1][0].full


@pytest.mark.parametrize("standing", ["doubled-suffix"], indirect=True)
async def test_whoever_presses_the_button_has_a_search_made(standing, clock, asked):
    await pass_polls(standing, clock, 1, MINUTE)
    glance = asked.probing()

    clock.pass_by(MINUTE)
    await press(standing)
    await standing.tick()

    assert (glance, asked.probing()) == (0, 1)


@pytest.mark.parametrize("standing", ["cached-nothing"], indirect=True)
async def test_caches_are_asked_at_each_poll_while_what_a_search_has_explained_stays_so(standing, clock, asked):
    click = next(each for each in (await standing.domain(NAME)).record_set if each.purpose is Purpose.CLICK_TRACKING)
    standing.nameserver.delete(click.name, click.type)
    standing.nameserver.put(f"{click.name}.example.com", click.type, [f"{click.value}."])
    clock.pass_by(timedelta(minutes=20))
    await press(standing)
    await standing.tick()
    clock.pass_by(timedelta(minutes=15))
    await standing.tick()
    asked.looks.clear()

    await pass_polls(standing, clock, 3, POLL)
    waiting = await standing.domain(NAME)
    searched, looks = asked.probing(), [case.full for case, _ in asked.looks]
    standing.said()
    standing.nameserver.put(click.name, click.type, [f"{click.value}."])
    await pass_polls(standing, clock, 1, POLL)

    assert searched == 0
    assert looks.count(True) == 3
    assert code_of(waiting, Purpose.DKIM) is Code.CACHED_NEGATIVE
    regressed = next(each.finding for each in waiting.records if each.expected.purpose is Purpose.CLICK_TRACKING)
    assert (regressed.code, regressed.facts["underlying"]) == (Code.REGRESSED, Code.DOUBLED_SUFFIX)
    assert code_of(await standing.domain(NAME), Purpose.CLICK_TRACKING) is Code.OK
    assert "thread.records_update" in standing.said()


async def test_a_policy_that_nobody_publishes_is_not_searched_for_at_each_look_until_the_domain_is_active(
    begun, clock, asked
):
    begun.apply_records(await begun.domain(NAME), without=(Purpose.DMARC,))
    await press(begun)
    await begun.tick()
    verified = await begun.domain(NAME)
    asked.looks.clear()

    await pass_polls(begun, clock, 5, MINUTE)

    assert verified.verification is VerificationStatus.VERIFIED
    assert [case.full for case, _ in asked.looks] == [True] * 5
    assert asked.probing() == 0
    assert code_of(await begun.domain(NAME), Purpose.DMARC) is Code.MISSING
