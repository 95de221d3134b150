import asyncio
from datetime import timedelta

from core.sending_domain import Actor, Language
from storage import asked_checks
from tests.storage.samples import NOW, TEAM

ASKER = Actor("U0ASKER", Language.JA, "C0SOMEWHERE", "1.5")
LEASE = timedelta(minutes=5)


async def ask(database, name="a.example.com", at=NOW, actor=ASKER):
    async with database.transaction() as session:
        await asked_checks.ask(session, TEAM, actor, name, at, can_create=True, cause="request:1a2b3c4d")


async def claim(database, at=NOW, limit=10):
    async with database.transaction() as session:
        return await asked_checks.claim(session, at, LEASE, limit)


async def test_a_question_comes_back_as_it_was_asked(database):
    await ask(database)

    (asked,) = await claim(database)

    assert (asked.team_id, asked.name, asked.actor, asked.asked_at) == (TEAM, "a.example.com", ASKER, NOW)
    assert (asked.can_create, asked.cause) == (True, "request:1a2b3c4d")


async def test_those_who_asked_first_are_served_first(database):
    for name in ("a.example.com", "b.example.com", "c.example.com"):
        await ask(database, name)

    assert [asked.name for asked in await claim(database, limit=2)] == ["a.example.com", "b.example.com"]
    assert [asked.name for asked in await claim(database)] == ["c.example.com"]


async def test_a_question_is_handed_out_once_until_its_lease_ends(database):
    await ask(database)

    claims = await asyncio.gather(*(claim(database) for _ in range(4)))

    assert sum(map(len, claims)) == 1
    assert await claim(database, NOW + LEASE - timedelta(seconds=1)) == []
    assert len(await claim(database, NOW + LEASE)) == 1


async def test_a_question_is_answered_once(database):
    await ask(database)
    (asked,) = await claim(database)

    async with database.transaction() as session:
        first = await asked_checks.answered(session, asked.id, NOW)
        second = await asked_checks.answered(session, asked.id, NOW)
    async with database.reading() as session:
        left = await asked_checks.is_any(session, NOW + 2 * LEASE)

    assert (first, second, left) == (True, False, False)


async def test_what_one_has_asked_is_counted_answered_or_not(database):
    await ask(database, at=NOW - timedelta(minutes=2))
    await ask(database, at=NOW - timedelta(seconds=30))
    await ask(database, at=NOW)
    await ask(database, actor=Actor("U0OTHER"))

    async with database.reading() as session:
        asked = await asked_checks.asked_since(session, TEAM, ASKER.user_id, NOW - timedelta(minutes=1))

    assert asked == [NOW - timedelta(seconds=30), NOW]


async def test_only_what_was_answered_is_forgotten(database):
    await ask(database)
    await ask(database, "b.example.com")
    (first,) = await claim(database, limit=1)
    async with database.transaction() as session:
        await asked_checks.answered(session, first.id, NOW)
        await asked_checks.forget_before(session, NOW + timedelta(hours=1))

    async with database.reading() as session:
        asked = await asked_checks.asked_since(session, TEAM, ASKER.user_id, NOW - timedelta(minutes=1))

    assert len(asked) == 1
