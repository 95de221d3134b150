"""The App Home: the domains the viewer may see, ten a page."""

from bot.messages import blocks
from bot.messages.buttons import create_button, paging
from bot.messages.forms import View
from bot.messages.lists import empty_line, row_block
from bot.messages.message import Block, Context
from bot.messages.voice import Voice
from core.filters import Filter
from core.notices.shown import HomeShown
from core.sending_domain import Language


def home_view(language: Language, shown: HomeShown, ctx: Context) -> View:
    """Show the page the viewer chose."""
    voice = Voice(language)
    listed = shown.list
    chosen = listed.filter or Filter.ALL.value
    elements = [create_button(voice)] if listed.admin else []
    content: list[Block] = [
        blocks.header(voice.plain("home.head")),
        blocks.actions([*elements, _filter(voice, chosen)]),
        blocks.context(voice.say("home.count", n=listed.total, mine=shown.mine)),
        blocks.divider(),
    ]
    content += [row_block(voice, row) for row in listed.rows]
    if not listed.rows:
        content.append(blocks.rich_text(empty_line(voice, listed, ctx)))
    turns = paging(voice, "home", chosen, listed.page, listed.pages)
    content += [blocks.actions(turns)] if turns else []
    page = voice.say("home.page", page=listed.page, pages=max(listed.pages, 1), now_at=listed.now)
    content.append(blocks.context(page))
    return {"type": "home", "callback_id": "home", "blocks": content[: blocks.VIEW_BLOCKS]}


def _filter(voice: Voice, chosen: str) -> Block:
    options = {choice.value: blocks.option(voice.plain(f"filter.{choice.value}"), choice.value) for choice in Filter}
    return {
        "type": "static_select",
        "action_id": "home_filter",
        "placeholder": blocks.plain_text(voice.plain("filter.label"), 150),
        "options": list(options.values()),
        "initial_option": options.get(chosen, options[Filter.ALL.value]),
    }
