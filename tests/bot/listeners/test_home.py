from core.filters import Filter
from core.sending_domain import Language
from tests.fakes.directory import ADMIN, MEMBER, STRANGER


async def test_opening_the_home_publishes_it_in_the_viewers_language(bot):
    bot.directory.languages[MEMBER] = Language.JA

    response = await bot.open_home(MEMBER)

    ((user, view),) = bot.surface.homes
    assert response.status == 200
    assert user == MEMBER
    assert "送信ドメイン" in str(view["blocks"][0])


async def test_opening_the_home_again_keeps_filter_and_page(bot):
    await bot.open_home(metadata="active|2")

    (_, (_, chosen, page)) = bot.queries.calls[0]
    assert (chosen, page) == (Filter.ACTIVE, 2)


async def test_the_messages_tab_publishes_nothing(bot):
    await bot.open_home(tab="messages")

    assert bot.surface.homes == []


async def test_a_stranger_sees_nothing_of_the_domains(bot):
    await bot.open_home(STRANGER)

    assert (bot.surface.homes, bot.queries.calls) == ([], [])


async def test_a_home_that_fails_says_nothing_by_dm(bot):
    bot.directory.unreadable = True

    response = await bot.open_home(ADMIN)

    assert response.status == 200
    assert (bot.surface.homes, bot.surface.answers) == ([], [])
