"""Which rich text and tables Slack accepts.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block and …/table-block.
"""

from sandbox.slack.checks import Problems, characters_in
from sandbox.slack.model import Json

_INLINE = {
    "text": {"text"},
    "link": {"url", "text", "unsafe"},
    "emoji": {"name", "unicode", "skin_tone"},
    "user": {"user_id"},
    "channel": {"channel_id"},
    "usergroup": {"usergroup_id"},
    "broadcast": {"range"},
    "date": {"timestamp", "format", "url", "fallback"},
}
_NEEDED = {
    "text": ("text",),
    "link": ("url",),
    "emoji": ("name",),
    "user": ("user_id",),
    "channel": ("channel_id",),
    "usergroup": ("usergroup_id",),
    "broadcast": ("range",),
    "date": ("format",),
}
_STYLES = {"bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"}
_FIELDS: dict[str, set[str]] = {
    "rich_text_section": set(),
    "rich_text_quote": {"border"},
    "rich_text_preformatted": {"border", "language"},
    "rich_text_list": {"style", "indent", "offset", "border"},
}


def check_rich_text(problems: Problems, block: Json, place: str) -> None:
    """Check a rich_text block, or a table's cell of that type."""

    def check_part(part: Json, where: str) -> None:
        kind = str(part.get("type"))
        if kind not in _FIELDS:
            problems.add(f"{where}/type", f"unsupported rich text: {kind}")
            return
        problems.known(part, where, {"type", "elements"} | _FIELDS[kind])
        if kind == "rich_text_list":
            problems.choice(part.get("style"), f"{where}/style", ("bullet", "ordered"), needed=True)
            problems.each(part.get("elements"), f"{where}/elements", 500, check_item)
        else:
            problems.each(part.get("elements"), f"{where}/elements", 1000, check_inline, least=0)

    def check_item(item: Json, where: str) -> None:
        problems.choice(item.get("type"), f"{where}/type", ("rich_text_section",), needed=True)
        problems.each(item.get("elements"), f"{where}/elements", 1000, check_inline, least=0)

    def check_inline(inline: Json, where: str) -> None:
        _check_inline(problems, inline, where)

    problems.each(block.get("elements"), f"{place}/elements", 100, check_part)


def _check_inline(problems: Problems, inline: Json, place: str) -> None:
    kind = str(inline.get("type"))
    if kind not in _INLINE:
        problems.add(f"{place}/type", f"unsupported rich text element: {kind}")
        return
    problems.known(inline, place, {"type", "style"} | _INLINE[kind])
    for name in _NEEDED[kind]:
        problems.string(inline.get(name), f"{place}/{name}", 10_000)
    if kind == "date" and not isinstance(inline.get("timestamp"), int):
        problems.add(f"{place}/timestamp", "must be a whole number of seconds")
    style = inline.get("style")
    if style is not None:
        if isinstance(style, dict):
            problems.known(style, f"{place}/style", _STYLES)
        else:
            problems.add(f"{place}/style", "must be an object")


def check_table(problems: Problems, block: Json, place: str) -> None:
    """Check a table: 100 rows, 20 columns, about 10,000 characters."""
    rows = block.get("rows")
    if not isinstance(rows, list) or not 1 <= len(rows) <= 100:
        problems.add(f"{place}/rows", "must be a list of 1 to 100 rows")
        return
    for index, row in enumerate(rows):
        problems.each(row, f"{place}/rows/{index}", 20, lambda cell, where: _check_cell(problems, cell, where))
    if len({len(row) for row in rows if isinstance(row, list)}) > 1:
        problems.add(f"{place}/rows", "every row must have as many cells as the others")
    if characters_in(rows) > 10_000:
        problems.add(f"{place}/rows", "the cells hold more than 10000 characters")
    settings = block.get("column_settings")
    if settings is not None:
        problems.each(settings, f"{place}/column_settings", 20, lambda each, at: _check_column(problems, each, at))


def _check_cell(problems: Problems, cell: Json, place: str) -> None:
    problems.choice(cell.get("type"), f"{place}/type", ("raw_text", "rich_text"), needed=True)
    if cell.get("type") == "raw_text":
        problems.string(cell.get("text"), f"{place}/text", 10_000)
    elif cell.get("type") == "rich_text":
        check_rich_text(problems, cell, place)


def _check_column(problems: Problems, column: Json, place: str) -> None:
    problems.choice(column.get("align"), f"{place}/align", ("left", "center", "right"))
    problems.flag(column.get("is_wrapped"), f"{place}/is_wrapped")
    problems.known(column, place, {"align", "is_wrapped"})
