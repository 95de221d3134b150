from dataclasses import replace
from datetime import timedelta

import pytest

from core.access import Role
from core.commands import Verb
from core.errors import ConflictError, DatabaseBusy
from core.events import Via
from core.notices.answers import CancelDone, DeployStarted, KeyNeeded, RemoveStarted
from core.sending_domain import Actor, DomainStatus, Language, Wanted
from tests.fakes.directory import ADMIN, IT, MEMBER, STRANGER, SUPPORT, TEAM
from tests.fakes.domains import a_domain
from tests.fakes.services import TURN

NAME = "mail.example.com"
SOMEWHERE = Actor(ADMIN, Language.EN, "C0SOMEWHERE")
USERS = {ADMIN: "admin", IT: "it", SUPPORT: "support", MEMBER: "member", STRANGER: "stranger"}
MAY = {
    Verb.CREATE: {ADMIN},
    Verb.DEPLOY: {ADMIN},
    Verb.VERIFY: {ADMIN, IT},
    Verb.CANCEL: {ADMIN},
    Verb.REMOVE: {ADMIN},
    Verb.EDIT: {ADMIN},
}


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("verb", [verb for verb in Verb if verb not in (Verb.LIST, Verb.HELP)])
async def test_each_verb_is_for_those_who_have_the_role(bot, verb, user):
    response = await bot.command(f"{verb} {NAME}", user)

    may = user in MAY.get(verb, set(USERS) - {STRANGER})
    denied = [text for text in bot.surface.texts if "nothing was done" in text]
    assert response.status == 200
    assert bool(denied) is not may
    if not may:
        assert (bot.onboarding.calls, bot.surface.opened) == ([], [])


async def test_a_denial_names_the_roles_what_is_allowed_and_whom_to_ask(bot):
    await bot.command(f"deploy {NAME}", IT)

    (text,) = bot.surface.texts
    assert "`deploy`" in text or "deploy" in text
    assert "verify" in text
    assert f"<@{ADMIN}>" in text


@pytest.mark.parametrize("text", ["", "help", "list", f"status {NAME}", "nonsense", "deploy"])
async def test_a_stranger_learns_nothing(bot, text):
    await bot.command(text, STRANGER)

    (answer,) = bot.surface.texts
    assert NAME not in answer
    assert f"<@{ADMIN}>" not in answer
    assert bot.queries.calls == []


async def test_another_team_is_refused(bot):
    await bot.command(f"deploy {NAME}", ADMIN, team_id="T0OTHER")

    assert "nothing was done" in bot.surface.texts[0]
    assert bot.onboarding.calls == []


async def test_a_workspace_that_is_not_ours_is_refused_even_if_the_directory_knows_the_user(bot):
    bot.directory.team_id = "T0OTHER"

    await bot.command(f"deploy {NAME}", ADMIN, team_id="T0OTHER")

    assert bot.onboarding.calls == []


async def test_roles_that_cannot_be_read_are_refused_saying_so(bot):
    bot.directory.unreadable = True

    response = await bot.command(f"deploy {NAME}")

    assert response.status == 200
    assert "can't read your roles" in bot.surface.texts[0]
    assert bot.surface.texts[0].endswith("\nReference ref-1.")
    assert bot.onboarding.calls == []


async def test_answers_are_whispered_by_the_response_url_where_the_command_was_typed(bot):
    await bot.command("help")

    ((_, where),) = bot.surface.answers
    assert where == {
        "user_id": ADMIN,
        "channel": "C0SOMEWHERE",
        "thread_ts": None,
        "response_url": "https://hooks.example/1",
        "replace": False,
    }


async def test_answers_are_in_the_askers_language(bot):
    bot.directory.languages[ADMIN] = Language.JA

    await bot.command("help")

    assert bot.surface.texts[0].startswith("Engageの送信ドメイン")


async def test_create_opens_the_form_prefilled(bot):
    await bot.command("create Mail.Example.Com.")

    (view,) = bot.surface.opened
    assert view["callback_id"] == "create"
    assert view["blocks"][0]["element"]["initial_value"] == NAME
    assert bot.surface.triggers == ["trigger-1"]
    assert bot.onboarding.calls == []


async def test_deploy_is_handed_on_with_the_trigger_as_click_id(bot):
    await bot.command(f"deploy {NAME}")

    assert bot.onboarding.calls == [("deploy", (TEAM, SOMEWHERE, NAME, "trigger-1"), {})]
    assert NAME in bot.surface.texts[0]


async def test_deploy_asks_for_the_key_that_was_erased(bot, domain):
    bot.onboarding.outcome = KeyNeeded(domain=domain)

    await bot.command(f"deploy {NAME}")

    (view,) = bot.surface.opened
    assert view["callback_id"] == "key"
    assert bot.surface.answers == []


async def test_verify_tells_how_it_was_asked_for(bot):
    await bot.command(f"verify {NAME}")

    assert bot.onboarding.calls == [("verify", (TEAM, SOMEWHERE, NAME, Via.COMMAND, "trigger-1"), {})]


async def test_support_does_not_verify_by_command_not_even_in_its_channel(bot):
    await bot.command(f"verify {NAME}", SUPPORT, channel_id="C0SUPPORT")

    assert bot.onboarding.calls == []


async def test_status_shows_the_domain_with_the_askers_roles(bot):
    await bot.command(f"status {NAME}", IT)

    assert bot.queries.calls == [("status", (NAME, frozenset({Role.ANYONE, Role.IT})))]
    assert NAME in bot.surface.texts[0]


async def test_records_are_asked_for_by_the_asker(bot):
    await bot.command(f"records {NAME}", MEMBER)

    assert bot.queries.calls == [("records", (Actor(MEMBER, Language.EN, "C0SOMEWHERE"), NAME))]


async def test_list_takes_a_status(bot):
    await bot.command("list status=failing")

    assert bot.queries.calls[0][1][:2] == ("failing", 1)


async def test_check_hands_on_any_name_and_answers_at_once(bot):
    await bot.command("check Other.Example.NET.", MEMBER)

    ((_, (actor, typed, roles, click_id)),) = bot.queries.calls
    (text,) = bot.surface.texts
    assert (actor.user_id, actor.channel, typed, roles) == (MEMBER, "C0SOMEWHERE", "other.example.net", {Role.ANYONE})
    assert click_id == "trigger-1"
    assert "Checking the DNS of other.example.net." in text


async def test_check_needs_a_name(bot):
    await bot.command("check", MEMBER)

    (text,) = bot.surface.texts
    assert "Usage: check &lt;name&gt;" in text
    assert [call for call, _ in bot.queries.calls] == ["recent"]


async def test_history_shows_the_first_page(bot):
    await bot.command(f"history {NAME}")

    assert bot.queries.calls == [("history", (NAME, 1))]


async def test_cancel_asks_before_it_stops_what_runs(bot):
    await bot.command(f"cancel {NAME}")

    (message, _) = bot.surface.answers[0]
    (button,) = next(block for block in message.blocks if block["type"] == "actions")["elements"]
    assert bot.onboarding.calls == []
    assert (button["action_id"], button["value"]) == ("stop_setup", "d0")
    assert "confirm" in button


async def test_a_cancel_that_gives_up_no_window_says_nothing_of_one(bot, domain):
    bot.queries.domains = [replace(domain, window=None, verification=a_domain().verification)]

    await bot.command(f"cancel {NAME}")

    assert "given up" not in str(bot.surface.answers[0][0].blocks)


async def test_cancel_where_nothing_runs_is_judged_by_the_lifecycle(bot):
    bot.queries.domains = [a_domain()]
    bot.onboarding.outcome = CancelDone(domain=a_domain(), turn=TURN)

    await bot.command(f"cancel {NAME}")

    assert bot.onboarding.names == ["cancel"]


async def test_edit_opens_the_form_for_the_domain(bot):
    await bot.command(f"edit {NAME}")

    (view,) = bot.surface.opened
    assert view["callback_id"] == "edit"
    assert '"about": "d0"' in view["private_metadata"]


async def test_remove_asks_first(bot):
    await bot.command(f"remove {NAME}")

    assert bot.surface.opened[0]["callback_id"] == "remove"
    assert bot.onboarding.calls == []


async def test_remove_while_removal_runs_asks_nothing(bot, domain):
    bot.queries.domains = [replace(domain, wanted=Wanted.REMOVED)]
    bot.onboarding.outcome = RemoveStarted(domain=domain)

    await bot.command(f"remove {NAME}")

    assert bot.surface.opened == []
    assert bot.onboarding.names == ["remove"]


async def test_help_for_one_verb(bot):
    await bot.command("help verify")

    assert "verify" in bot.surface.texts[0]
    assert "72 h" in bot.surface.texts[0]


# What cannot be done


async def test_a_wrong_verb_is_answered_with_the_nearest(bot):
    await bot.command("verfy mail.example.com")

    assert "verfy" in bot.surface.texts[0]
    assert "verify" in bot.surface.texts[0]


async def test_a_missing_domain_is_asked_for_with_the_last_five(bot):
    await bot.command("deploy")

    (message, _) = bot.surface.answers[0]
    assert bot.queries.calls == [("recent", (ADMIN,))]
    assert f"deploy {NAME}" in str(message.blocks)


async def test_a_key_in_the_command_is_never_repeated(bot):
    key = "1/" + "a1" * 20

    await bot.command(f"create {NAME} {key}")

    assert "Nothing was saved" in bot.surface.texts[0]
    assert "a1a1" not in str(bot.surface.answers)


async def test_an_unknown_domain_is_answered_with_those_that_look_like_it(bot):
    await bot.command("status mial.example.com")

    (message, _) = bot.surface.answers[0]
    assert "mial.example.com" in message.text
    assert f"status {NAME}" in str(message.blocks)


async def test_what_can_be_no_domain_is_answered_with_the_reason(bot):
    await bot.command("status exa_mple.com")

    assert "exa_mple" in bot.surface.texts[0]
    assert "cannot be part of a domain name" in bot.surface.texts[0]


async def test_what_was_forgiven_is_told_on_top_of_the_answer(bot):
    await bot.command("status https://mail.example.com/")

    (message, _) = bot.surface.answers[0]
    assert message.blocks[0]["type"] == "context"
    assert "https://mail.example.com/" in str(message.blocks[0])


@pytest.mark.parametrize("error", [DatabaseBusy("locked"), ConflictError("lost")])
async def test_a_busy_database_is_admitted(bot, error):
    bot.onboarding.outcome = error

    await bot.command(f"deploy {NAME}")

    assert "nothing was accepted" in bot.surface.texts[0]
    assert bot.surface.texts[0].endswith("\nReference ref-1.")


async def test_an_active_domain_is_cancelled_by_nobody_but_the_lifecycle_says_so(bot, domain):
    bot.queries.domains = [replace(domain, status=DomainStatus.ACTIVE)]
    bot.onboarding.outcome = DeployStarted(domain=domain)

    await bot.command(f"cancel {NAME}")

    assert bot.onboarding.names == ["cancel"]


async def test_a_window_past_its_end_has_nothing_left(bot, domain):
    window = domain.window
    bot.queries.domains = [replace(domain, window=replace(window, deadline=window.opened_at + timedelta(hours=1)))]

    await bot.command(f"cancel {NAME}")

    assert "The 0 s left of 1 h are given up." in str(bot.surface.answers[0][0].blocks)
