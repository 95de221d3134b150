import pytest

from bot.listeners import actions
from bot.listeners.clicks import Origin
from bot.messages import PageRef
from core.access import Role
from core.errors import DomainNotFound, TransientError
from core.events import Via
from core.filters import Filter
from core.notices.answers import KeyNeeded
from core.sending_domain import Actor, Language
from tests.fakes.directory import ADMIN, IT, MEMBER, STRANGER, SUPPORT, TEAM

EVERYBODY = {ADMIN, IT, SUPPORT, MEMBER}
WHO = {
    "records_added": {ADMIN, IT},
    "check_now": {ADMIN, IT},
    "retry_verification": {ADMIN, IT},
    "start_deploy": {ADMIN},
    "stop_setup": {ADMIN},
    "adopt_domain": {ADMIN},
    "remove_domain": {ADMIN},
    "create_domain": {ADMIN},
    "show_records": EVERYBODY,
    "open_details": EVERYBODY,
    "page_newer": EVERYBODY,
    "page_older": EVERYBODY,
    "home_filter": EVERYBODY,
}
HOME = {"type": "home", "private_metadata": "pending|2"}


def test_every_button_is_listed_with_who_may_press_it():
    assert set(WHO) == set(actions.SERVE)


@pytest.mark.parametrize("user", [*sorted(EVERYBODY), STRANGER])
@pytest.mark.parametrize("action", WHO)
async def test_every_click_is_authorised_again(bot, action, user):
    response = await bot.click(action, user=user)

    denied = any("nothing was done" in text for text in bot.surface.texts)
    assert response.status == 200
    assert denied is (user not in WHO[action])
    if denied:
        assert (bot.onboarding.calls, bot.surface.opened, bot.surface.homes) == ([], [], [])


@pytest.mark.parametrize(
    ("action", "via"),
    [("records_added", Via.RECORDS_ADDED), ("check_now", Via.CHECK_NOW), ("retry_verification", Via.RETRY)],
)
async def test_verifying_tells_which_button_it_was(bot, action, via):
    await bot.click(action, user=IT)

    actor = Actor(IT, Language.EN, "C0IT")
    assert bot.onboarding.calls == [("verify", (TEAM, actor, "d0", via, f"{IT}:1.25"), {})]


async def test_support_retries_by_the_button_of_an_alert(bot):
    await bot.click("retry_verification", user=SUPPORT, channel={"id": "C0SUPPORT"})

    assert bot.onboarding.names == ["verify"]


async def test_support_retries_by_no_button_that_the_message_never_had(bot):
    alert = {"ts": "1.5", "blocks": [{"type": "actions", "elements": [{"action_id": "open_details", "value": "d0"}]}]}

    await bot.click("retry_verification", user=SUPPORT, channel={"id": "C0SUPPORT"}, message=alert)

    assert bot.onboarding.calls == []
    assert "nothing was done" in bot.surface.texts[0]


async def test_support_retries_no_other_domain_than_the_alerts(bot):
    other = {"action_id": "retry_verification", "value": "d1"}
    alert = {"ts": "1.5", "blocks": [{"type": "actions", "elements": [other]}]}

    await bot.click("retry_verification", "d0", user=SUPPORT, channel={"id": "C0SUPPORT"}, message=alert)

    assert bot.onboarding.calls == []


async def test_support_presses_nothing_else_of_an_alert(bot):
    await bot.click("check_now", user=SUPPORT, channel={"id": "C0SUPPORT"})

    assert bot.onboarding.calls == []


async def test_the_same_click_delivered_twice_has_the_same_id(bot):
    await bot.click("records_added")
    await bot.click("records_added")

    first, second = (given[-1] for _, given, _ in bot.onboarding.calls)
    assert first == second


async def test_a_click_in_a_thread_is_answered_there(bot):
    container = {"type": "message", "message_ts": "1.9", "thread_ts": "1.5"}

    await bot.click("show_records", container=container)

    assert bot.surface.answers[0][1]["thread_ts"] == "1.5"


async def test_a_click_on_the_card_is_answered_in_the_channel(bot):
    container = {"type": "message", "message_ts": "1.5", "thread_ts": "1.5"}

    await bot.click("show_records", container=container)

    assert bot.surface.answers[0][1]["thread_ts"] is None


@pytest.mark.parametrize(
    ("action", "command"), [("start_deploy", "deploy"), ("stop_setup", "cancel"), ("adopt_domain", "adopt")]
)
async def test_admins_buttons_are_handed_on(bot, action, command):
    await bot.click(action)

    assert bot.onboarding.calls == [(command, (TEAM, Actor(ADMIN, Language.EN, "C0IT"), "d0", f"{ADMIN}:1.25"), {})]


async def test_deploying_by_button_asks_for_the_key_that_was_erased(bot, domain):
    bot.onboarding.outcome = KeyNeeded(domain=domain)

    await bot.click("start_deploy")

    assert bot.surface.opened[0]["callback_id"] == "key"
    assert bot.surface.triggers == ["trigger-2"]


async def test_details_open_over_a_message_and_lie_over_a_modal(bot):
    await bot.click("open_details")
    await bot.click_in_view("remove_domain", {"type": "modal", "callback_id": "details", "private_metadata": "{}"})

    assert [view["callback_id"] for view in bot.surface.opened] == ["details"]
    assert [view["callback_id"] for view in bot.surface.pushed] == ["remove"]
    assert '"stacked": true' in bot.surface.pushed[0]["private_metadata"]


async def test_a_button_of_a_domain_that_is_gone_says_so_by_name(bot):
    bot.queries.domains = []
    blocks = [
        {
            "type": "actions",
            "elements": [
                {"action_id": "show_records", "value": "d9", "accessibility_label": "Show records: a.example.com"}
            ],
        }
    ]

    await bot.click("show_records", "d9", message={"ts": "1.5", "blocks": blocks})

    assert "a.example.com" in bot.surface.texts[0]
    assert "is not registered here" in bot.surface.texts[0]


async def test_a_stale_button_of_a_command_says_so(bot):
    bot.onboarding.outcome = DomainNotFound("d9")

    response = await bot.click("records_added", "d9")

    assert response.status == 200
    assert "is not registered here" in bot.surface.texts[0]


async def test_a_name_to_choose_from_runs_the_verb(bot):
    await bot.click("run_verb_3", "deploy mail.example.com")

    name, given, _ = bot.onboarding.calls[0]
    assert (name, given[2]) == ("deploy", "mail.example.com")


async def test_a_verb_behind_a_button_is_authorised_like_a_typed_one(bot):
    await bot.click("run_verb_0", "remove mail.example.com", user=IT)

    assert "nothing was done" in bot.surface.texts[0]
    assert bot.surface.opened == []


async def test_a_list_is_turned_in_place(bot):
    await bot.click("page_older", str(PageRef("list", "active", 2)))

    assert bot.queries.calls == [("list", (Filter.ACTIVE, 2, frozenset({Role.ANYONE, Role.ADMIN})))]
    assert bot.surface.answers[0][1]["replace"] is True


async def test_a_history_is_turned_in_place(bot):
    await bot.click("page_older", str(PageRef("history", "d0", 2)))

    assert bot.queries.calls == [("history", ("d0", 2))]
    assert bot.surface.answers[0][1]["replace"] is True


@pytest.mark.parametrize("value", ["", "nonsense", "a|b|c", "list|no-such-filter|1"])
async def test_a_page_that_makes_no_sense_is_the_first(bot, value):
    await bot.click("page_older", value)

    assert bot.queries.calls[0][1][:2] == (Filter.ALL, 1)


async def test_the_home_is_turned_and_filtered(bot):
    await bot.click_in_view("page_older", HOME, str(PageRef("home", "pending", 3)))
    await bot.click_in_view("home_filter", HOME, "", type="static_select", selected_option={"value": "failing"})

    assert [given[1:] for name, given in bot.queries.calls if name == "home"] == [
        (Filter.PENDING, 3),
        (Filter.FAILING, 1),
    ]
    assert [view["private_metadata"] for _, view in bot.surface.homes] == ["pending|3", "failing|1"]
    assert bot.surface.answers == []


async def test_a_click_in_the_home_is_answered_by_dm_and_refreshes_the_page_that_was_shown(bot):
    await bot.click_in_view("start_deploy", HOME)

    assert bot.surface.answers[0][1]["channel"] is None
    assert [(user, view["private_metadata"]) for user, view in bot.surface.homes] == [(ADMIN, "pending|2")]


async def test_a_click_elsewhere_leaves_the_home_alone(bot):
    await bot.click("start_deploy")

    assert bot.surface.homes == []


async def test_a_modal_opened_from_the_home_remembers_it(bot):
    await bot.click_in_view("create_domain", HOME, "new")

    assert '"home": "pending|2"' in bot.surface.opened[0]["private_metadata"]


DETAILS = {
    "id": "V1",
    "type": "modal",
    "callback_id": "details",
    "private_metadata": '{"about": "d0", "channel": "C0X"}',
}


@pytest.mark.parametrize("action", ["records_added", "stop_setup", "start_deploy", "show_records"])
async def test_details_are_shown_anew_when_a_button_inside_was_pressed(bot, action):
    await bot.click_in_view(action, DETAILS)

    ((view_id, view),) = bot.surface.updated
    assert (view_id, view["callback_id"], view["type"]) == ("V1", "details", "modal")
    assert Origin.unpack(view["private_metadata"]) == Origin(channel="C0X", about="d0")
    assert len(bot.surface.answers) == 1


async def test_details_that_cannot_be_shown_anew_do_not_make_a_failure_of_what_was_done(bot):
    async def refuse(*_):
        raise TransientError("Slack cannot be reached")

    bot.surface.update_view = refuse
    await bot.click_in_view("records_added", DETAILS)

    assert len(bot.surface.answers) == 1
    assert "reference" not in bot.surface.texts[0]


async def test_details_stay_where_a_form_was_laid_over_them(bot, domain):
    bot.onboarding.outcome = KeyNeeded(domain=domain)

    await bot.click_in_view("start_deploy", DETAILS)

    assert bot.surface.updated == []


async def test_the_link_to_a_thread_needs_nothing_but_acknowledgement(bot):
    response = await bot.click("open_thread")

    assert response.status == 200
    assert bot.surface.answers == []
