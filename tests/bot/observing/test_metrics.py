"""What is counted, and what is never in a label."""

import re
from datetime import timedelta

from core.sending_domain import DomainStatus
from storage import domains, outbox
from tests.bot.observing.conftest import a_port
from tests.bot.services.house import START
from tests.storage.samples import NOW, TEAM, a_domain, card, message, reply


async def filled(database, clock):
    clock.now = NOW + timedelta(seconds=90)
    one, two = a_domain("one.example.com"), a_domain("two.example.com", status=DomainStatus.ACTIVE)
    async with database.transaction() as session:
        await domains.add(session, one)
        await domains.add(session, two)
        await outbox.append(session, TEAM, [card(one), reply(one), reply(two)], NOW)
        await outbox.append(session, TEAM, [message(one)], NOW + timedelta(seconds=60))
        rows = await outbox.claim(session, NOW + timedelta(seconds=60), timedelta(minutes=1), 10)
        by_lane = {row.lane: row for row in rows}
        await outbox.park(session, by_lane[f"{one.id}:it"].id, "not_in_channel", NOW)
        await outbox.mark_dead(session, by_lane[f"{two.id}:it"].id, "too_long")


async def test_the_outbox_is_counted_by_what_its_lanes_are_for(port, database):
    await filled(database, port.clock)

    found = await port.metrics()

    assert found['engage_domain_outbox_rows{lane="it"}'] == 2
    assert found['engage_domain_outbox_age_seconds{lane="it"}'] == 90
    assert found['engage_domain_outbox_dead_rows{lane="it"}'] == 1
    assert found['engage_domain_outbox_parked_lanes{lane="it"}'] == 1
    assert found['engage_domain_outbox_rows{lane="dm"}'] == 1
    assert found['engage_domain_outbox_age_seconds{lane="dm"}'] == 30
    assert found['engage_domain_outbox_rows{lane="support"}'] == 0
    assert found['engage_domain_outbox_age_seconds{lane="support"}'] == 0


async def test_domains_are_counted_by_how_they_stand_and_the_most_belated_one_is_told(port, database):
    await filled(database, port.clock)
    port.clock.now = a_domain().next_check_at + timedelta(seconds=7)

    found = await port.metrics()

    standing = {name: value for name, value in found.items() if name.startswith("engage_domain_domains{")}
    assert sum(standing.values()) == 2
    assert any('status="ACTIVE"' in name for name in standing)
    assert found["engage_domain_due_lag_seconds"] == 7


async def test_a_database_that_is_away_is_told_and_hides_nothing_else(port, monkeypatch):
    port.meter.request("answered", timedelta(seconds=1))
    monkeypatch.setattr("bot.observing.stock.figures", _away)

    found = await port.metrics()

    assert found["engage_domain_database_up"] == 0
    assert found['engage_domain_requests_total{outcome="answered"}'] == 1
    assert not any(name.startswith("engage_domain_outbox_rows") for name in found)


async def _away(*_):
    raise TimeoutError


async def test_the_database_is_not_asked_at_every_call(database):
    async with a_port(database, kept=timedelta(seconds=5)) as port:
        before = await port.metrics()
        await filled(database, port.clock)
        port.clock.now = START + timedelta(seconds=4)
        kept = await port.metrics()
        port.clock.now = START + timedelta(seconds=6)
        after = await port.metrics()

    rows = 'engage_domain_outbox_rows{lane="it"}'
    assert (before[rows], kept[rows], after[rows]) == (0, 0, 2)


async def test_no_label_names_a_domain_a_person_or_an_id(port, database):
    await filled(database, port.clock)
    port.meter.dispatched("it", "sent", timedelta(seconds=1))
    port.meter.slack_failed("chat.postMessage", "rate_limited")

    answer = await port.client.get("/metrics")

    assert not re.search(rf'example\.com|"U1"|"{TEAM}"', answer.text)
    labels = set(re.findall(r'[{,](\w+)="', answer.text)) - {"le"}
    assert labels == {"version", "python", "database", "lane", "outcome", "method", "kind", "status", "verification"}


async def test_a_clock_that_was_put_back_makes_nothing_negative(port):
    port.meter.claimed(timedelta(hours=-3))
    port.meter.dispatched("dm", "sent", timedelta(hours=-3))

    found = await port.metrics()

    assert found["engage_domain_check_lag_seconds_sum"] == 0
    assert found['engage_domain_dispatch_wait_seconds_sum{lane="dm"}'] == 0
