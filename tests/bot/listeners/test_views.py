import json

import pytest

from bot.listeners.clicks import Origin
from bot.services.onboarding import CreateForm, EditForm
from core.errors import ConflictError, DatabaseBusy, DomainExists
from core.notices.answers import Created, RemoveStarted
from core.sending_domain import Actor, DmarcPolicy, DomainStatus, Language
from tests.fakes.directory import ADMIN, IT, STRANGER, TEAM
from tests.fakes.domains import a_domain
from tests.fakes.services import TURN

KEY = "1234/" + "0123456789abcdef0123456789abcdef01234567"


def radio(value):
    return {"type": "radio_buttons", "selected_option": {"value": value}}


def form(**fields):
    given = {"domain": "mail.example.org", "key": KEY, "dmarc": radio("quarantine"), "language": radio("ja")}
    return {name: value for name, value in (given | fields).items() if value is not None}


def answered(response):
    return json.loads(response.body) if response.body else {}


@pytest.fixture
def created(bot):
    bot.onboarding.outcome = Created(domain=a_domain(name="mail.example.org", key_id="01234567"), turn=TURN)


# Create


@pytest.mark.usefixtures("created")
async def test_a_complete_form_creates_the_domain(bot):
    response = await bot.submit("create", form(), Origin(channel="C0X").pack())

    ((name, given, _),) = bot.onboarding.calls
    assert (name, given) == (
        "create",
        (
            TEAM,
            Actor(ADMIN, Language.EN, "C0X"),
            CreateForm("mail.example.org", KEY, DmarcPolicy.QUARANTINE, Language.JA),
            "trigger-4",
        ),
    )
    assert (response.status, response.body) == (200, "")
    assert bot.surface.texts[0].startswith("mail.example.org has been created")


@pytest.mark.usefixtures("created")
async def test_spaces_around_the_entries_are_forgiven(bot):
    await bot.submit("create", form(domain=" MAIL.example.org. ", key=f" {KEY}\n"))

    entered = bot.onboarding.calls[0][1][2]
    assert (entered.name, entered.key) == ("mail.example.org", KEY)


@pytest.mark.parametrize(
    ("domain", "words"),
    [("exa_mple.com", "exa_mple"), ("co.jp", "shared by many owners"), ("a" * 60 + ".example.com", "allows 64")],
)
async def test_a_name_that_cannot_be_is_refused_under_the_field(bot, domain, words):
    response = answered(await bot.submit("create", form(domain=domain)))

    assert response["response_action"] == "errors"
    assert list(response["errors"]) == ["domain"]
    assert words in response["errors"]["domain"]
    assert bot.onboarding.calls == []


async def test_a_key_of_another_form_is_refused_and_not_repeated(bot, caplog):
    response = answered(await bot.submit("create", form(key="1234/secret-but-wrong")))

    assert "21 characters" in response["errors"]["key"]
    assert "secret-but-wrong" not in f"{response} {caplog.text} {bot.surface.answers}"


async def test_every_fault_is_named_at_once(bot):
    response = answered(await bot.submit("create", form(domain="co.jp", key="x")))

    assert set(response["errors"]) == {"domain", "key"}


async def test_a_name_that_is_here_is_told_with_its_status(bot):
    bot.onboarding.outcome = DomainExists("mail.example.com")

    response = answered(await bot.submit("create", form(domain="mail.example.com")))

    assert "already here" in response["errors"]["domain"]
    assert "DEPLOYING" in response["errors"]["domain"]


@pytest.mark.parametrize("error", [DatabaseBusy("locked"), ConflictError("lost")])
@pytest.mark.parametrize(("callback", "field"), [("create", "domain"), ("edit", "key"), ("key", "key")])
async def test_a_busy_database_keeps_the_form_with_what_was_entered(bot, error, callback, field):
    bot.onboarding.outcome = error

    response = answered(await bot.submit(callback, form(), Origin(about="d0").pack()))

    assert "nothing was accepted" in response["errors"][field]
    assert bot.surface.answers == []


@pytest.mark.usefixtures("created")
async def test_a_main_domain_gets_advice_and_wants_a_tick(bot):
    response = answered(await bot.submit("create", form(domain="example.org"), Origin(channel="C0X").pack()))

    view = response["view"]
    assert response["response_action"] == "update"
    assert "mail.example.org" in str(view["blocks"])
    assert "apex_ok" in [block.get("block_id") for block in view["blocks"]]
    assert KEY not in str(view)
    assert Origin.unpack(view["private_metadata"]) == Origin(channel="C0X", advised="example.org")
    assert bot.onboarding.calls == []


@pytest.mark.usefixtures("created")
async def test_advice_keeps_what_was_chosen(bot):
    response = answered(await bot.submit("create", form(domain="example.org")))

    elements = [block.get("element", {}) for block in response["view"]["blocks"]]
    chosen = [element["initial_option"]["value"] for element in elements if "initial_option" in element]
    assert chosen == ["quarantine", "ja"]


@pytest.mark.usefixtures("created")
async def test_a_main_domain_is_created_once_it_is_ticked(bot):
    ticked = {"type": "checkboxes", "selected_options": [{"value": "apex_ok"}]}
    advised = Origin(advised="example.org").pack()

    await bot.submit("create", form(domain="example.org", apex_ok=ticked), advised)

    assert bot.onboarding.calls[0][1][2].name == "example.org"


@pytest.mark.usefixtures("created")
async def test_a_tick_given_to_one_name_is_not_given_to_another(bot):
    ticked = {"type": "checkboxes", "selected_options": [{"value": "apex_ok"}]}
    advised = Origin(advised="example.com").pack()

    response = answered(await bot.submit("create", form(domain="example.org", apex_ok=ticked), advised))

    assert response["response_action"] == "update"
    assert bot.onboarding.calls == []


@pytest.mark.usefixtures("created")
async def test_a_name_beyond_ascii_is_shown_as_the_dns_writes_it_and_then_created(bot):
    first = answered(await bot.submit("create", form(domain="メール.example.org")))
    await bot.submit("create", form(domain="メール.example.org"), first["view"]["private_metadata"])

    assert "xn--" in str(first["view"]["blocks"])
    assert bot.onboarding.calls[0][1][2].name.startswith("xn--")


# Edit and the key again


async def test_an_empty_key_keeps_the_key(bot):
    await bot.submit("edit", form(domain=None, key=""), Origin(about="d0").pack())

    given = bot.onboarding.calls[0][1]
    assert given[2:4] == ("d0", EditForm(None, DmarcPolicy.QUARANTINE, Language.JA))


async def test_a_new_key_must_look_like_one(bot):
    response = answered(await bot.submit("edit", form(domain=None, key="x"), Origin(about="d0").pack()))

    assert list(response["errors"]) == ["key"]
    assert bot.onboarding.calls == []


async def test_the_key_entered_again_deploys(bot):
    await bot.submit("key", {"key": KEY}, Origin(channel="C0X", about="d0").pack())

    assert bot.onboarding.calls == [
        ("deploy", (TEAM, Actor(ADMIN, Language.EN, "C0X"), "d0", "trigger-4"), {"new_key": KEY})
    ]


# Remove


def make_active(bot):
    bot.queries.domains = [a_domain(status=DomainStatus.ACTIVE)]


@pytest.fixture(autouse=True)
def removal(bot, domain):
    bot.onboarding.outcome = RemoveStarted(domain=domain)


async def test_a_domain_that_is_not_active_is_removed_without_typing(bot):
    response = await bot.submit("remove", {}, Origin(about="d0").pack())

    assert response.body == ""
    assert bot.onboarding.calls[0][0] == "remove"
    assert "Removal of mail.example.com has started" in bot.surface.texts[0]


async def test_the_name_of_an_active_domain_is_typed_to_remove_it(bot):
    make_active(bot)

    wrong = answered(await bot.submit("remove", {"confirm_name": "mail.example.org"}, Origin(about="d0").pack()))
    await bot.submit("remove", {"confirm_name": " Mail.example.com "}, Origin(about="d0").pack())

    assert "mail.example.org" in wrong["errors"]["confirm_name"]
    assert bot.onboarding.names == ["remove"]


async def test_a_domain_that_became_active_meanwhile_asks_for_its_name(bot):
    make_active(bot)

    response = answered(await bot.submit("remove", {}, Origin(about="d0", channel="C0X").pack()))

    assert response["response_action"] == "update"
    assert "confirm_name" in str(response["view"]["blocks"])
    assert Origin.unpack(response["view"]["private_metadata"]) == Origin(about="d0", channel="C0X")
    assert bot.onboarding.calls == []


async def test_a_form_that_lies_over_another_closes_both(bot):
    response = answered(await bot.submit("remove", {}, Origin(about="d0", stacked=True).pack()))

    assert response == {"response_action": "clear"}


# Whose form, and from where


@pytest.mark.parametrize("user", [IT, STRANGER])
@pytest.mark.parametrize("callback", ["create", "edit", "key", "remove"])
async def test_every_submission_is_authorised_again(bot, callback, user):
    response = await bot.submit(callback, form(), Origin(about="d0").pack(), user=user)

    assert response.status == 200
    assert "nothing was done" in bot.surface.texts[0]
    assert bot.onboarding.calls == []


async def test_a_form_is_answered_by_the_response_url_of_the_command_that_opened_it(bot):
    await bot.command("remove mail.example.com")
    await bot.submit("remove", {}, bot.surface.opened[0]["private_metadata"])

    (_, where) = bot.surface.answers[0]
    assert (where["response_url"], where["channel"]) == ("https://hooks.example/1", "C0SOMEWHERE")


async def test_a_form_that_came_from_the_home_refreshes_it(bot):
    await bot.submit("remove", {}, Origin(about="d0", home="active|2").pack())

    assert bot.surface.answers[0][1]["channel"] is None
    assert bot.surface.homes[0][1]["private_metadata"] == "active|2"


@pytest.mark.parametrize("callback", ["edit", "key", "remove"])
@pytest.mark.parametrize("metadata", ["", "nonsense", "[]", '{"no_such": 1}', "d0"])
async def test_a_form_of_another_version_that_names_no_domain_is_answered(bot, callback, metadata):
    response = await bot.submit(callback, form(), metadata)

    assert response.status == 200
    assert "nothing was changed" in bot.surface.texts[0]
    assert bot.onboarding.calls == []


async def test_a_domain_that_went_away_while_its_form_stood_open_is_named(bot):
    bot.queries.domains = []

    await bot.submit("remove", {}, Origin(about="d0", named="mail.example.com").pack())

    assert bot.surface.texts[0].startswith("mail.example.com is not registered here")


def test_what_was_entered_is_not_part_of_any_repr():
    from bot.listeners.clicks import Click

    click = Click("T", "U", "1", Origin(), fields={"key": KEY})

    assert KEY not in repr(click)
