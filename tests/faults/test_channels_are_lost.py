"""The bot is put out of a channel, or it is archived: that lane waits, and whoever can mend it is told once."""

from datetime import timedelta

import pytest

from bot.doctor import examine_outbox
from bot.messages import Context, render_answer
from core.errors import TransientError
from core.sending_domain import Language
from tests.bot.services.house import TEAM
from tests.fakes.workspace import words
from tests.faults.conftest import PLACES

INVITE = "I can't post in <#C00ITDNS>. Type /invite @engage-domain there"
RETRY = timedelta(minutes=1)


async def shut(street, channel="#it-dns", **how):
    await street.workspace.post("channel", channel=channel, **(how or {"bot_is_member": False}))


async def mend(street, channel="#it-dns", **how):
    await street.workspace.post("channel", channel=channel, **(how or {"bot_is_member": True}))


async def some_minutes(street, count=3):
    """Housekeeping opens what is parked, dispatching tries it again."""
    for _ in range(count):
        street.clock.pass_by(RETRY)
        await street.house.housekeeping.tidy()
        await street.dispatch()


async def told_support(street):
    return [each["text"] for each in await street.support() if "can't post in" in each["text"]]


async def test_support_is_told_once_of_its_channel_and_everything_follows_when_it_is_mended(street):
    await shut(street)
    await street.deploy("one.example.com")
    await street.deploy("two.example.com")
    await street.dispatch()
    await some_minutes(street)
    waiting, told = await street.depth(), await told_support(street)

    await mend(street)
    await some_minutes(street, 1)

    assert waiting["parked"] == 2
    assert [text.startswith(INVITE) for text in told] == [True]
    cards = [each for each in await street.it() if not each["thread_ts"]]
    assert sorted(each["text"].split(":")[0] for each in cards) == ["one.example.com", "two.example.com"]
    assert await street.depth() == {"queued": 0, "sending": 0, "dead": 0, "parked": 0}
    assert await told_support(street) == told


async def test_the_next_time_support_is_told_again(street):
    await shut(street)
    await street.deploy("one.example.com")
    await street.dispatch()
    await mend(street)
    await some_minutes(street, 2)

    await shut(street)
    await street.deploy("two.example.com")
    await street.dispatch()

    assert len(await told_support(street)) == 2


async def test_what_one_person_is_told_does_not_wait_for_the_channel(street):
    await shut(street)
    await street.deploy()

    await street.dispatch()

    assert any("mail.example.com" in text for text in await street.direct("alex"))


async def test_of_an_archived_channel_it_is_said_that_it_is_archived(street):
    await shut(street, archived=True)
    await street.deploy()

    await street.dispatch()

    (told,) = await told_support(street)
    assert "it is archived" in told
    assert "/invite" not in told


async def test_the_admins_are_told_of_supports_channel_by_dm_each_in_their_language(street):
    await street.deploy()
    await street.dispatch()
    await shut(street, "#support")

    await street.fail()
    await some_minutes(street)

    english = [text for text in await street.direct("alex") if "<#C00SUPPORT>" in text]
    japanese = [text for text in await street.direct("aiko") if "<#C00SUPPORT>" in text]
    assert len(english) == len(japanese) == 1
    assert "I can't post in" in english[0]
    assert "投稿できません" in japanese[0]
    assert (await street.depth())["parked"] == 1


async def test_the_alert_follows_into_supports_channel(street):
    await street.deploy()
    await shut(street, "#support")
    await street.fail()

    await mend(street, "#support")
    await some_minutes(street)

    assert [each["text"].split("\n")[0] for each in await street.support() if not each["thread_ts"]] == [
        "Verification failed: mail.example.com"
    ]


async def test_with_both_channels_gone_the_admins_hear_of_supports_and_support_then_of_its(street):
    await shut(street)
    await shut(street, "#support")
    await street.deploy()
    await street.dispatch()
    by_dm = [text for text in await street.direct("alex") if "can't post in" in text]

    await mend(street, "#support")
    await some_minutes(street)

    assert ["<#C00SUPPORT>" in text for text in by_dm] == [True]
    assert [text.startswith(INVITE) for text in await told_support(street)] == [True]


async def test_admins_whom_slack_does_not_name_are_told_as_soon_as_it_does(street):
    named, failing = street.house.dispatching.admins, [TransientError("users.info: ratelimited")]

    async def at_first_unnamed():
        if failing:
            raise failing.pop()
        return await named()

    await shut(street, "#support")
    await street.deploy()
    object.__setattr__(street.house.dispatching, "admins", at_first_unnamed)
    await street.fail()
    at_first = [text for text in await street.direct("alex") if "can't post in" in text]

    await some_minutes(street)

    assert at_first == []
    assert len([text for text in await street.direct("alex") if "can't post in" in text]) == 1


@pytest.mark.parametrize(("how", "remedy"), [({"bot_is_member": False}, "/invite"), ({"archived": True}, "Unarchive")])
async def test_doctor_and_status_show_it_until_it_is_mended(street, how, remedy):
    await shut(street, **how)
    domain = await street.deploy()
    await street.dispatch()

    wrong = [check for check in await examine_outbox(street.house.database) if not check.ok]
    shown = await street.house.queries.status(TEAM, domain.id, frozenset())
    ctx = Context(places=PLACES, durations=street.house.durations, now=street.clock.now)
    status = words(render_answer(shown, Language.EN, ctx).blocks)
    await mend(street, **{name: not value for name, value in how.items()})
    await some_minutes(street, 2)

    assert [check.name for check in wrong] == ["posts to IT_CHANNEL", "outbox"]
    assert remedy in wrong[0].remedy
    assert "I can't post in <#C00ITDNS>" in status
    assert [check.ok for check in await examine_outbox(street.house.database)] == [True]
    assert (await street.house.queries.status(TEAM, domain.id, frozenset())).lost == ()
