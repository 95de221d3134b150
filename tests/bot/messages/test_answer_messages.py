"""Answers, forms, details and the App Home."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.messages import (
    NameAdvice,
    PageRef,
    create_modal,
    details_modal,
    edit_modal,
    existing_name,
    home_view,
    invalid_name,
    key_modal,
    remove_modal,
    render_answer,
    render_invite,
    wrong_key,
    wrong_name,
)
from bot.messages.answers import _RENDERERS
from core.access import Role
from core.commands import Verb
from core.errors import InvalidDomainName
from core.filters import Filter
from core.findings import Code
from core.notices import answers
from core.notices import shown as showing
from core.notices.answers import Answer
from core.notices.shown import DetailsShown, HistoryShown, RecordsShown
from core.sending_domain import DmarcPolicy, Language, VerificationStatus
from tests.bot.messages.checks import elements, strings, wording
from tests.bot.messages.samples import (
    CTX,
    HOUR,
    NAME,
    NOW,
    all_answers,
    at_every_layout,
    domain,
    history,
    home,
    listing,
    status,
    turn,
)

LAYOUTS = at_every_layout()
EN, JA = Language


def said(answer, language=EN, **more):
    return render_answer(answer, language, CTX, **more)


def buttons(content):
    return [button["action_id"] for button in elements(content, "button")]


def test_every_answer_is_sampled_and_rendered():
    known = [*vars(answers).values(), *vars(showing).values()]
    classes = {each for each in known if isinstance(each, type) and issubclass(each, Answer)} - {Answer}

    assert set(_RENDERERS) == classes
    assert {type(answer) for answer in all_answers()} == set(_RENDERERS)


def test_help_lists_every_verb_under_the_role_that_may_use_it():
    text = said(answers.HelpRoot(admin=False, window=72 * HOUR)).text

    assert "Admins: create &lt;domain&gt;, deploy &lt;domain&gt;, cancel" in text
    assert "Admins and IT: verify &lt;domain&gt;\n" in text
    assert all(verb.value in text for verb in Verb)


def test_only_admins_are_offered_to_create():
    assert buttons(said(answers.HelpRoot(admin=True, window=HOUR)).blocks) == ["create_domain"]
    assert buttons(said(answers.HelpRoot(admin=False, window=HOUR)).blocks) == []


def test_help_on_a_verb_leads_to_the_next_one():
    text = said(answers.HelpVerb(verb=Verb.VERIFY, window=72 * HOUR)).text

    assert text == (
        "verify &lt;domain&gt;\nStart the 72 h verification; while it runs, check at once.\n"
        "Example: /engage-domain verify mail.example.com\nWho may run it: admins, IT\n"
        "Next step: /engage-domain status mail.example.com"
    )


def test_a_wrong_verb_is_answered_with_the_nearest_one_or_with_help():
    near = said(answers.UsageProblem(key="usage.verb", facts={"verb": "stats", "nearest": "status"})).text
    far = said(answers.UsageProblem(key="usage.verb", facts={"verb": "xyzzy"})).text

    assert near.startswith("There is no command stats. Did you mean status?\nUsage: status &lt;domain&gt;\nExample: ")
    assert far.startswith("There is no command xyzzy. /engage-domain help lists them all.\nUsage: help [verb]\n")


def test_a_missing_domain_offers_the_last_five():
    names = tuple(f"n{number}.example.com" for number in range(7))

    message = said(
        answers.UsageProblem(key="usage.no_domain", facts={"verb": "deploy"}, verb=Verb.DEPLOY, choices=names)
    )

    assert buttons(message.blocks) == [f"run_verb_{number}" for number in range(1, 6)]
    assert next(elements(message.blocks, "button"))["value"] == "deploy n0.example.com"


@pytest.mark.parametrize(
    ("language", "said_so"),
    [
        (Language.EN, "status can be all, waiting_it, waiting_admin, pending, failing, active, suspended."),
        (
            Language.JA,
            "statusに指定できる値：all、waiting_it、waiting_admin、pending、failing、active、suspended。",
        ),
    ],
)
def test_a_status_that_no_list_has_is_refused_naming_those_it_has(language, said_so):
    facts = {"verb": "list", "extra": "status=foo"}
    problem = answers.UsageProblem(key="usage.extra", facts=facts, verb=Verb.LIST)
    other = answers.UsageProblem(key="usage.extra", facts={"verb": "list", "extra": "foo"}, verb=Verb.LIST)

    assert said_so in render_answer(problem, language, CTX).text
    assert said_so not in render_answer(other, language, CTX).text


def test_without_earlier_domains_none_are_offered():
    problem = answers.UsageProblem(key="usage.no_domain", facts={"verb": "deploy"}, verb=Verb.DEPLOY)
    unknown = said(answers.UnknownDomain(name="x.example", verb=Verb.STATUS)).text

    assert "last five" not in said(problem).text
    assert "One of these" not in unknown
    assert "/engage-domain create x.example" in unknown


def test_a_denied_asker_hears_who_may_and_whom_to_ask():
    answer = answers.Denied(
        verb=Verb.DEPLOY, roles=(Role.ADMIN,), allowed=(Verb.STATUS, Verb.LIST), contacts=("U0ADMIN", "S0ADMINS")
    )

    assert said(answer).text == (
        "deploy is for admins; nothing was done. You can use status, list. "
        "To get it done, ask <@U0ADMIN>, <!subteam^S0ADMINS>."
    )


def test_somebody_who_may_nothing_is_offered_nothing():
    everyone = (Role.ADMIN, Role.IT, Role.SUPPORT, Role.ANYONE)

    text = said(answers.Denied(verb=Verb.HELP, roles=everyone, allowed=())).text

    assert text == "help is not for guests or people from outside; nothing was done. To get it done, ask an admin."


def test_a_cancel_that_erased_the_key_does_not_say_that_nothing_was_done():
    answer = answers.StateRefused(verb=Verb.CANCEL, domain=domain(), next_verb=Verb.DEPLOY, key_erased=True)

    text = said(answer).text

    assert "Nothing was done" not in text
    assert "key was erased" in text
    assert text.endswith("Next step: /engage-domain deploy mail.example.com")


def test_a_refused_verb_names_the_next_step():
    refused = {"verb": Verb.VERIFY, "domain": domain()}

    deploy = said(answers.StateRefused(**refused, next_verb=Verb.DEPLOY)).text
    nothing = said(answers.StateRefused(**refused, next_verb=None)).text

    assert deploy.endswith("Next step: /engage-domain deploy mail.example.com")
    assert nothing.endswith("Next step: nothing to do")


def test_what_was_forgiven_stands_above_the_answer():
    message = said(answers.Busy(), forgiven=("<!here> MAIL．example.com", NAME))

    assert message.blocks[0]["elements"][0]["text"].startswith("I read &lt;!here&gt; MAIL．example.com as `mail")
    assert message.text.startswith("The bot is busy")


def test_creating_tells_the_key_only_by_its_id():
    message = said(answers.Created(domain=domain(), turn=turn(domain())))

    assert "Key a1b2c3d4, DMARC p=none, channels in English." in message.text
    assert buttons(message.blocks) == ["start_deploy", "open_details"]


def test_an_edit_tells_what_changed():
    pending = LAYOUTS["pending"]
    about = {"domain": pending, "turn": turn(pending)}

    both = said(answers.Edited(**about, key_id="a1b2c3d4", language=JA)).text
    none = said(answers.Edited(**about), JA).text

    assert both.startswith("mail.example.com saved: key a1b2c3d4, channels in 日本語.")
    assert none.startswith("mail.example.comを保存しました：変更なし")


def test_stopping_asks_first_and_tells_what_is_given_up():
    running = said(answers.CancelAsked(domain=LAYOUTS["pending"], left=31 * HOUR, window=72 * HOUR))
    before = said(answers.CancelAsked(domain=LAYOUTS["ready"], left=None, window=72 * HOUR))

    confirm = next(elements(running.blocks, "button"))["confirm"]
    assert confirm["title"]["text"] == "Stop setup of mail.example.com?"
    assert "The 31 h left of 72 h are given up." in confirm["text"]["text"]
    assert "given up" not in wording(before)


def test_too_soon_names_the_next_check_if_there_is_one():
    idle = replace(LAYOUTS["active"], next_check_at=None)

    known = said(answers.TooSoon(domain=LAYOUTS["pending"], ago=timedelta(seconds=12))).text
    unknown = said(answers.TooSoon(domain=idle, ago=timedelta(seconds=12))).text

    assert known == "mail.example.com was checked 12 s ago. Next check 2026-11-23 14:08 UTC."
    assert unknown == "mail.example.com was checked 12 s ago."


def test_status_tells_what_the_card_leaves_out():
    message = said(status(LAYOUTS["pending"]))

    assert "41 h of 72 h used, 31 h left." in message.text
    assert "Last check 2026-11-23 14:03 UTC, next 2026-11-23 14:08 UTC." in message.text
    assert "Certificate issued (UPDATE_TO_CERTIFICATE_COMPLETED): to come" in "".join(
        element.get("text", "") for element in elements(message.blocks, "text")
    )
    assert buttons(message.blocks) == ["check_now", "show_records", "open_thread"]


def test_status_offers_only_what_the_asker_may_do():
    shown = replace(status(LAYOUTS["pending"]), can=(Verb.RECORDS,), thread_link=None)

    assert buttons(said(shown).blocks) == ["show_records"]


def test_status_shows_what_was_seen_in_every_row():
    records = LAYOUTS["pending"].records
    missing = replace(records[2], finding=replace(records[2].finding, code=Code.MISSING, facts={"seen": "v=spf1"}))
    pending = replace(LAYOUTS["pending"], records=(*records[:2], missing, *records[3:]))

    assert "v=spf1" in wording(said(status(pending)))


def test_records_come_as_a_table_and_say_where_the_file_is():
    pending = LAYOUTS["pending"]
    message = said(RecordsShown(domain=pending, turn=turn(pending)))

    assert list(elements(message.blocks, "table"))
    assert message.text.endswith("The file is in our direct messages.")


def test_a_list_pages_and_keeps_its_filter():
    message = said(listing((LAYOUTS["pending"],), filter="pending"))

    values = [button["value"] for button in elements(message.blocks, "button") if "page" in button["action_id"]]
    assert values == ["list|pending|1", "list|pending|3"]
    assert PageRef.parse(values[1]) == PageRef("list", "pending", 3)


def test_a_page_that_is_none_is_refused():
    with pytest.raises(ValueError, match="unpack"):
        PageRef.parse("d1")


def test_a_row_tells_statuses_counts_turn_and_deadline():
    message = said(listing((LAYOUTS["pending"],)))

    assert message.blocks[1]["text"]["text"] == (
        "*mail.example.com*\nDEPLOYING, Pending, 3 of 6 records\n*Waiting for IT.* "
        "Ends <!date^1795554300^{date_num} {time}|2026-11-24 21:05 UTC>."
    )


def test_history_names_people_the_bot_and_the_provisioner():
    message = said(HistoryShown(domain=LAYOUTS["active"], entries=history(), page=1, pages=1))

    assert "2026-11-23 14:05 UTC <@U0ADMIN>: created" in message.text
    assert "bot: reminder 24 h" in message.text
    assert "Engage: event Image CDN created (UPDATE_TO_CDN_COMPLETED)" in message.text
    assert "SPF: Pending to Verified (ok)" in message.text
    assert buttons(message.blocks) == []


def test_the_bot_asks_to_be_invited():
    assert render_invite("C0IT", "engage", EN).text.startswith("I can't post in <#C0IT>. Type /invite @engage there")


def inputs(view):
    return {block["block_id"]: block for block in elements(view["blocks"], "input")}


def test_the_form_is_prefilled_and_never_with_a_key():
    fields = inputs(create_modal(EN, domain=NAME, channel_language=JA))

    assert list(fields) == ["domain", "key", "dmarc", "language"]
    assert fields["domain"]["element"]["initial_value"] == NAME
    assert "initial_value" not in fields["key"]["element"]
    assert fields["dmarc"]["element"]["initial_option"]["value"] == "none"
    assert fields["language"]["element"]["initial_option"]["value"] == "ja"


def test_a_main_domain_must_be_ticked():
    view = create_modal(EN, domain="example.com", advice=NameAdvice("example.com", suggestion="mail.example.com"))

    assert list(inputs(view)) == ["domain", "apex_ok", "key", "dmarc", "language"]
    assert not inputs(view)["apex_ok"].get("optional")
    assert "We suggest `mail.example.com`." in view["blocks"][1]["text"]["text"]


def test_an_idn_is_explained_without_a_tick():
    view = create_modal(EN, domain="例え.jp", advice=NameAdvice("xn--r8jz45g.jp", unicode="例え.jp"))

    assert "apex_ok" not in inputs(view)
    assert view["blocks"][1]["text"]["text"] == "`例え.jp` is written `xn--r8jz45g.jp` in DNS."


def test_an_edit_may_leave_the_key_and_shows_what_is_set():
    view = edit_modal(EN, replace(LAYOUTS["pending"], dmarc_policy=DmarcPolicy.REJECT, language=JA))

    fields = inputs(view)
    assert list(fields) == ["key", "dmarc", "language"]
    assert fields["key"]["optional"] is True
    assert fields["key"]["hint"]["text"] == "Leave empty to keep key a1b2c3d4."
    assert fields["dmarc"]["element"]["initial_option"]["value"] == "reject"
    assert view["private_metadata"] == "d1"


def test_the_key_alone_is_asked_again_with_the_reason():
    view = key_modal(EN, domain(key_erased_at=NOW))

    assert list(inputs(view)) == ["key"]
    assert view["title"]["text"] == "Key needed again"
    assert "2026-11-23 14:05 UTC" in "".join(text for _, text in strings(view["blocks"]))


def test_the_errors_under_the_fields_are_plain_and_never_repeat_a_key():
    secret = "1/0123456789abcdef"

    assert wrong_key(secret, EN) == ("Expected: digits, a slash, 40 hexadecimal characters. This has 18 characters.")
    assert existing_name(LAYOUTS["active"], EN) == (
        "mail.example.com is already here (ACTIVE, Verified): /engage-domain status mail.example.com"
    )
    assert invalid_name(InvalidDomainName("public_suffix", domain="co.jp"), JA).startswith("co.jpは多数の登録者")
    assert wrong_name(LAYOUTS["active"], "mail", EN) == "You typed mail. To remove, type mail.example.com."


def test_removing_an_active_domain_wants_its_name_typed():
    active, stopped = remove_modal(EN, LAYOUTS["active"]), remove_modal(EN, LAYOUTS["stopped"])

    assert inputs(active)["confirm_name"]["label"]["text"] == "Type mail.example.com to confirm"
    assert inputs(stopped) == {}
    assert "Its 7 DNS records stay" in active["blocks"][1]["text"]["text"]


def test_an_adopted_domain_is_only_let_go():
    text = remove_modal(EN, domain(adopted=True))["blocks"][0]["text"]["text"]

    assert "this bot lets go of it, Engage keeps it" in text
    assert "cannot be undone" not in text


def details(layout, can=tuple(Verb)):
    shown = replace(status(LAYOUTS[layout]), can=can)
    return details_modal(EN, DetailsShown(status=shown, entries=history()), CTX)


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("preparing", ["open_thread", "stop_setup", "remove_domain"]),
        ("ready", ["records_added", "show_records", "open_thread", "stop_setup", "remove_domain"]),
        ("pending", ["records_added", "check_now", "show_records", "open_thread", "stop_setup", "remove_domain"]),
        ("active", ["check_now", "show_records", "open_thread", "remove_domain"]),
        ("failure", ["retry_verification", "show_records", "open_thread", "remove_domain"]),
        ("stopped", ["start_deploy", "show_records", "open_thread", "remove_domain"]),
        ("removing", ["show_records", "open_thread"]),
    ],
)
def test_details_offer_what_the_state_allows_danger_last(layout, expected):
    assert buttons(details(layout)["blocks"]) == expected


def test_details_offer_nothing_that_the_viewer_may_not_do():
    assert buttons(details("pending", can=(Verb.STATUS,))["blocks"]) == ["open_thread"]


def test_details_say_of_each_finding_who_said_so_and_when():
    in_details, in_status = details("pending")["blocks"], said(status(LAYOUTS["pending"])).blocks

    assert len([text for _, text in strings(in_details) if "Answer of" in text]) == 1
    assert "ns1.example.net, ns2.example.net" in [text for _, text in strings(in_details)]
    assert not [text for _, text in strings(in_status) if "Answer of" in text]


def test_details_end_with_the_last_five_lines_of_the_history():
    lists = [
        block
        for block in details("pending")["blocks"]
        if block["type"] == "rich_text" and block["elements"][0]["type"] == "rich_text_list"
    ]

    assert [len(block["elements"][0]["elements"]) for block in lists] == [6, 5]


def test_home_lets_admins_create_and_everybody_filter():
    admin = home_view(EN, home((LAYOUTS["pending"],)), CTX)
    others = home_view(EN, replace(home(()), list=replace(listing(()), admin=False)), CTX)

    assert buttons(admin["blocks"]) == ["create_domain", "open_details", "page_newer", "page_older"]
    assert "create_domain" not in buttons(others["blocks"])
    select = next(elements(others["blocks"], "static_select"))
    assert [option["value"] for option in select["options"]] == [choice.value for choice in Filter]
    assert select["initial_option"]["value"] == "all"


def test_an_empty_home_says_what_brings_something():
    admin = home_view(EN, home(()), CTX)
    filtered = home_view(EN, replace(home(()), list=listing((), filter="failing")), CTX)

    assert "Create one here" in "".join(text for _, text in strings(admin["blocks"]))
    assert 'No domain matches "Failing".' in "".join(text for _, text in strings(filtered["blocks"]))


def test_before_verification_a_status_only_names_the_records():
    text = said(status(LAYOUTS["ready"])).text

    assert "Not Started: SPF, DKIM" in text
    assert LAYOUTS["ready"].verification is VerificationStatus.NOT_STARTED
