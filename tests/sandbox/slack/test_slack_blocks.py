"""What Slack's limits refuse, told with the place and the reason."""

from typing import Any

import pytest

from sandbox.slack.blocks import check_message_blocks, check_view
from sandbox.slack.errors import ApiError


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "a", "text": plain("ok"), **more}


def actions(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements), **more}


def rich(*inline: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(inline)}]}


def table(*rows: list[str]) -> dict[str, Any]:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in rows]}


def option(value: str = "v") -> dict[str, Any]:
    return {"text": plain(value), "value": value}


def field(**element: Any) -> dict[str, Any]:
    shown = {"type": "plain_text_input", "action_id": "a", **element}
    return {"type": "input", "block_id": "b", "label": plain("Field"), "element": shown}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("Title"), "submit": plain("Go"), "blocks": list(blocks), **more}


GOOD = [
    {"type": "header", "text": plain("x" * 150)},
    {"type": "section", "fields": [mrkdwn("x" * 900)] * 10},
    {"type": "section", "text": mrkdwn("x"), "accessory": button()},
    {"type": "divider"},
    {"type": "context", "elements": [mrkdwn("x")] * 10},
    rich(
        {"type": "text", "text": "x", "style": {"code": True}}, {"type": "date", "timestamp": 1, "format": "{date_num}"}
    ),
    table(["Host", "Value"], ["@", "x"]),
    actions(button(value="v" * 2000, url="https://example.com/", style="primary", accessibility_label="ok: it")),
]


def test_what_slack_takes_is_taken():
    assert check_message_blocks(GOOD) == GOOD


@pytest.mark.parametrize(
    ("block", "place"),
    [
        ({"type": "video"}, "/blocks/0/type"),
        ({"type": "divider", "colour": "red"}, "/blocks/0/colour"),
        ({"type": "header", "text": plain("x" * 151)}, "/blocks/0/text/text"),
        ({"type": "header", "text": mrkdwn("x")}, "/blocks/0/text/type"),
        ({"type": "section", "text": mrkdwn("x" * 3001)}, "/blocks/0/text/text"),
        ({"type": "section", "text": mrkdwn("")}, "/blocks/0/text/text"),
        ({"type": "section", "fields": [mrkdwn("x")] * 11}, "/blocks/0/fields"),
        ({"type": "section", "fields": [mrkdwn("x" * 2001)]}, "/blocks/0/fields/0/text"),
        ({"type": "section"}, "/blocks/0/text"),
        (actions(button(text=plain("x" * 76))), "/blocks/0/elements/0/text/text"),
        (actions(button(value="x" * 2001)), "/blocks/0/elements/0/value"),
        (actions(button(style="green")), "/blocks/0/elements/0/style"),
        (actions(button(accessibility_label="x" * 76)), "/blocks/0/elements/0/accessibility_label"),
        (actions(button(confirm={"title": plain("x" * 101)})), "/blocks/0/elements/0/confirm/title/text"),
        (actions(button(), button()), "action_id a is used twice"),
        (actions(), "/blocks/0/elements"),
        (actions({"type": "plain_text_input", "action_id": "a"}), "/blocks/0/elements/0/type"),
        ({"type": "context", "elements": [mrkdwn("x")] * 11}, "/blocks/0/elements"),
        (rich({"type": "text", "text": ""}), "/blocks/0/elements/0/elements/0/text"),
        (rich({"type": "date", "timestamp": "1", "format": "x"}), "/blocks/0/elements/0/elements/0/timestamp"),
        (rich({"type": "blink", "text": "x"}), "/blocks/0/elements/0/elements/0/type"),
        (table(*[["x"]] * 101), "/blocks/0/rows"),
        (table(["x"] * 21), "/blocks/0/rows/0"),
        (table(["x", ""]), "/blocks/0/rows/0/1/text"),
        (actions({"type": "static_select", "action_id": "s", "options": [option()] * 101}), "/elements/0/options"),
        (
            actions({"type": "static_select", "action_id": "s", "options": [option()], "initial_option": option("w")}),
            "/elements/0/initial_option",
        ),
    ],
)
def test_what_slack_refuses_is_refused_with_its_place(block: dict[str, Any], place: str):
    with pytest.raises(ApiError) as refusal:
        check_message_blocks([block])

    assert refusal.value.code == "invalid_blocks"
    assert place in str(refusal.value.body()["errors"])


@pytest.mark.parametrize(
    ("blocks", "code"),
    [
        ([{"type": "divider"}] * 51, "invalid_blocks"),
        ([], "invalid_blocks"),
        ("not a list", "invalid_blocks"),
        ([table(["x"]), table(["x"])], "only_one_table_allowed"),
        ([{"type": "section", "text": mrkdwn("x" * 2700)}] * 5, "msg_blocks_too_long"),
        ([{"type": "divider", "block_id": "same"}] * 2, "invalid_blocks"),
    ],
)
def test_a_message_as_a_whole_has_limits(blocks: Any, code: str):
    with pytest.raises(ApiError) as refusal:
        check_message_blocks(blocks)

    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("view", "place"),
    [
        (modal(field(), title=plain("x" * 25)), "/view/title/text"),
        (modal(field(), close=plain("x" * 25)), "/view/close/text"),
        (modal(field(), private_metadata="x" * 3001), "/view/private_metadata"),
        (modal(field(), submit=None), "needs `submit`"),
        (modal(field(), field()), "used twice"),
        (modal(*[{"type": "divider"}] * 101), "/view/blocks"),
        (modal(table(["x"])), "/view/blocks/0/type"),
        (modal(field(max_length=3001)), "/element/max_length"),
        (modal(field(max_length=3, initial_value="four")), "/element/initial_value"),
        (modal(field(type="radio_buttons", options=[option()] * 11)), "/element/options"),
        (modal(field(), type="home"), "/view/type"),
    ],
)
def test_a_modal_has_limits(view: dict[str, Any], place: str):
    with pytest.raises(ApiError) as refusal:
        check_view(view, "modal")

    assert refusal.value.code == "invalid_arguments"
    assert place in str(refusal.value.body()["errors"])


def test_modals_and_homes_within_the_limits_are_taken():
    form = modal(field(type="radio_buttons", options=[option()], initial_option=option()))
    home = {"type": "home", "blocks": [{"type": "divider"}] * 100}

    assert check_view(form, "modal") is form
    assert check_view(home, "home") is home
