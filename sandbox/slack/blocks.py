"""Which blocks and views Slack accepts, with its limits (https://docs.slack.dev/reference/block-kit/blocks).

Only the types that the bot has a use for are known; any other is refused by name.
"""

from collections.abc import Callable
from typing import Any

from sandbox.slack.checks import Problems, characters_in
from sandbox.slack.elements import IN_ACTIONS, IN_INPUT, check_element
from sandbox.slack.errors import InvalidBlocks
from sandbox.slack.model import Json
from sandbox.slack.rich_text import check_rich_text, check_table
from sandbox.slack.workspace import elements_of

MOST_CHARACTERS = 13_000


def check_message_blocks(blocks: object) -> list[Json]:
    """Return the blocks of a message. Raises `InvalidBlocks` with every problem."""
    checked = _check(blocks, "message", most=50)
    if sum(block["type"] == "table" for block in checked) > 1:
        raise InvalidBlocks(["only one table block is allowed in a message"], "only_one_table_allowed")
    if characters_in(checked) > MOST_CHARACTERS:
        raise InvalidBlocks([f"{characters_in(checked)} characters of block text"], "msg_blocks_too_long")
    return checked


def check_view(view: object, kind: str) -> Json:
    """Return a view of the kind ``modal`` or ``home``. Raises `InvalidBlocks` with every problem."""
    if not isinstance(view, dict):
        raise InvalidBlocks(["view must be an object"], "invalid_arguments")
    problems = Problems()
    if view.get("type") != kind:
        problems.add("/view/type", f"must be {kind}")
    problems.string(view.get("private_metadata"), "/view/private_metadata", 3000, shortest=0, needed=False)
    problems.string(view.get("callback_id"), "/view/callback_id", 255, shortest=0, needed=False)
    problems.string(view.get("external_id"), "/view/external_id", 255, shortest=0, needed=False)
    if kind == "modal":
        _check_modal(problems, view)
    if problems.found:
        raise InvalidBlocks(problems.found, "invalid_arguments")
    blocks = _check(view.get("blocks"), kind, most=100, place="/view/blocks", code="invalid_arguments")
    if kind == "modal" and any(block["type"] == "input" for block in blocks) and not view.get("submit"):
        raise InvalidBlocks(["a view with input blocks needs `submit` [json-pointer:/view]"], "invalid_arguments")
    return view


def _check_modal(problems: Problems, view: Json) -> None:
    problems.text(view.get("title"), "/view/title", 24, plain=True)
    problems.text(view.get("submit"), "/view/submit", 24, plain=True, needed=False)
    problems.text(view.get("close"), "/view/close", 24, plain=True, needed=False)
    problems.flag(view.get("clear_on_close"), "/view/clear_on_close")
    problems.flag(view.get("notify_on_close"), "/view/notify_on_close")


def _check(blocks: object, where: str, most: int, place: str = "/blocks", code: str = "invalid_blocks") -> list[Json]:
    problems = Problems()
    problems.each(
        blocks,
        place,
        most,
        lambda block, at: _check_block(problems, block, at, where),
        least=0 if where == "home" else 1,
    )
    if not problems.found and isinstance(blocks, list):
        _check_ids(problems, blocks, place)
    if problems.found:
        raise InvalidBlocks(problems.found, code)
    checked: list[Json] = blocks  # type: ignore[assignment]  # a list of objects: `each` has looked
    return checked


def _check_ids(problems: Problems, blocks: list[Json], place: str) -> None:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        block_id = block.get("block_id")
        if block_id in seen:
            problems.add(f"{place}/{index}/block_id", f"block_id {block_id} is used twice")
        if block_id:
            seen.add(block_id)
        action_ids = [each["action_id"] for each in elements_of(block) if each.get("action_id")]
        for twice in sorted({each for each in action_ids if action_ids.count(each) > 1}):
            problems.add(f"{place}/{index}", f"action_id {twice} is used twice in one block")


def _check_block(problems: Problems, block: Json, place: str, where: str) -> None:
    kind = str(block.get("type"))
    if kind not in _CHECKS or (kind == "table" and where != "message"):
        problems.add(f"{place}/type", f"unsupported type in a {where}: {kind}")
        return
    check, fields = _CHECKS[kind]
    problems.string(block.get("block_id"), f"{place}/block_id", 255, needed=False)
    problems.known(block, place, {"type", "block_id"} | fields)
    check(problems, block, place)


def _section(problems: Problems, block: Json, place: str) -> None:
    fields: Any = block.get("fields")
    problems.text(block.get("text"), f"{place}/text", 3000, needed=fields is None)
    problems.flag(block.get("expand"), f"{place}/expand")
    if fields is not None:
        problems.each(fields, f"{place}/fields", 10, lambda each, at: problems.text(each, at, 2000))
    if block.get("accessory") is not None:
        check_element(problems, block["accessory"], f"{place}/accessory", IN_ACTIONS)


def _actions(problems: Problems, block: Json, place: str) -> None:
    problems.each(
        block.get("elements"), f"{place}/elements", 25, lambda each, at: check_element(problems, each, at, IN_ACTIONS)
    )


def _context(problems: Problems, block: Json, place: str) -> None:
    problems.each(block.get("elements"), f"{place}/elements", 10, lambda each, at: problems.text(each, at, 3000))


def _input(problems: Problems, block: Json, place: str) -> None:
    problems.text(block.get("label"), f"{place}/label", 2000, plain=True)
    problems.text(block.get("hint"), f"{place}/hint", 2000, plain=True, needed=False)
    problems.flag(block.get("optional"), f"{place}/optional")
    problems.flag(block.get("dispatch_action"), f"{place}/dispatch_action")
    check_element(problems, block.get("element"), f"{place}/element", IN_INPUT)


def _header(problems: Problems, block: Json, place: str) -> None:
    problems.text(block.get("text"), f"{place}/text", 150, plain=True)


def _divider(_problems: Problems, _block: Json, _place: str) -> None:
    """A divider has nothing in it."""


_CHECKS: dict[str, tuple[Callable[[Problems, Json, str], None], set[str]]] = {
    "section": (_section, {"text", "fields", "accessory", "expand"}),
    "header": (_header, {"text"}),
    "divider": (_divider, set()),
    "context": (_context, {"elements"}),
    "actions": (_actions, {"elements"}),
    "input": (_input, {"label", "hint", "optional", "dispatch_action", "element"}),
    "rich_text": (check_rich_text, {"elements"}),
    "table": (check_table, {"rows", "column_settings"}),
}
