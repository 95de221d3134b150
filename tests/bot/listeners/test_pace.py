from datetime import UTC, datetime, timedelta

import pytest

from bot.listeners import Pace
from core.sending_domain import Language
from tests.fakes.directory import ADMIN, IT

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def pace():
    return Pace(burst=3, interval=2 * SECOND)


def taken(pace, now, times=10, who="U1"):
    """How many of so many acts at one moment are within the limit."""
    return sum(pace.take(who, now) is None for _ in range(times))


def test_so_many_at_once_and_then_one_an_interval(pace):
    at_once = taken(pace, START)
    later = [taken(pace, START + seconds * SECOND) for seconds in (1, 2, 3, 4, 10)]

    assert (at_once, later) == (3, [0, 1, 0, 1, 3])


def test_the_wait_is_true(pace):
    taken(pace, START)

    wait = pace.take("U1", START)

    assert wait == 2 * SECOND
    assert pace.take("U1", START + wait - SECOND) == SECOND
    assert pace.take("U1", START + wait) is None


def test_nobody_waits_for_somebody_else(pace):
    taken(pace, START)

    assert pace.take("U2", START) is None


def test_a_clock_put_back_gives_nothing_and_locks_nobody_out(pace):
    taken(pace, START)
    before = START - timedelta(hours=3)

    assert pace.take("U1", before) is not None
    assert pace.take("U1", before + 2 * SECOND) is None


def test_many_people_take_little_memory(pace):
    for number in range(5000):
        pace.take(f"U{number}", START + number * SECOND)

    assert len(pace._buckets) <= 1001


def test_those_who_are_over_the_limit_are_not_forgotten(pace):
    taken(pace, START, who="U0BUSY")
    for number in range(2000):
        pace.take(f"U{number}", START)

    assert pace.take("U0BUSY", START) is not None


@pytest.fixture
def limited(bot):
    for _ in range(bot.parts.pace.burst):
        bot.parts.pace.take(f"T0TEAM:{ADMIN}", bot.parts.clock())
    return bot


async def test_a_command_beyond_the_limit_is_acknowledged_answered_and_not_carried_out(limited):
    response = await limited.command("deploy mail.example.com")

    assert response.status == 200
    assert "60 commands and clicks" in limited.surface.texts[0]
    assert "Try again in 1 s" in limited.surface.texts[0]
    assert "\nReference " in limited.surface.texts[0]
    assert limited.onboarding.calls == []


async def test_a_click_and_a_form_beyond_the_limit_are_not_carried_out_either(limited):
    clicked = await limited.click("stop_setup")
    submitted = await limited.submit("remove", {}, '{"about": "d0"}')

    assert (clicked.status, submitted.status) == (200, 200)
    assert [text for text in limited.surface.texts if "commands and clicks" in text] == limited.surface.texts
    assert len(limited.surface.texts) == 2
    assert limited.onboarding.calls == []


async def test_the_limit_is_told_in_the_askers_language(limited):
    limited.directory.languages[ADMIN] = Language.JA

    await limited.command("list")

    assert "1秒後に再試行してください" in limited.surface.texts[0]


async def test_the_limit_is_told_although_roles_cannot_be_read(limited):
    limited.directory.unreadable = True

    await limited.command("list")

    assert "commands and clicks" in limited.surface.texts[0]


async def test_others_go_on(limited):
    await limited.click("records_added", user=IT)

    assert limited.onboarding.names == ["verify"]


async def test_opening_the_home_is_not_counted(limited):
    await limited.open_home()

    assert len(limited.surface.homes) == 1
