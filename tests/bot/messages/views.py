"""A sample of every view and of every file."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bot.messages import (
    NameAdvice,
    Snippet,
    create_modal,
    details_modal,
    edit_modal,
    home_view,
    key_modal,
    remove_modal,
    render_notice,
)
from core.notices.shown import DetailsShown
from core.sending_domain import Language
from tests.bot.messages.samples import (
    CTX,
    NAME,
    NOW,
    at_every_layout,
    domain,
    files,
    history,
    home,
    listing,
    status,
)


def all_views(language: Language, name: str = NAME, text: str = "") -> Iterator[dict[str, Any]]:
    """Every view, in its variants."""
    layouts = at_every_layout(language, name)
    yield create_modal(language)
    yield create_modal(language, domain=name, advice=NameAdvice(name, suggestion=f"mail.{name}"))
    yield create_modal(language, domain=name, advice=NameAdvice(name, unicode=text or "例え.jp"))
    yield edit_modal(language, layouts["pending"])
    yield edit_modal(language, domain(language, name, key_id=None))
    yield key_modal(language, domain(language, name, key_erased_at=NOW))
    yield key_modal(language, domain(language, name))
    for each in layouts.values():
        yield remove_modal(language, each)
        yield details_modal(language, DetailsShown(status=status(each), entries=history(text)), CTX)
    yield remove_modal(language, domain(language, name, adopted=True))
    yield home_view(language, home(tuple(layouts.values())), CTX)
    nobody = replace(home(()), list=replace(listing(()), admin=False))
    yield home_view(language, nobody, CTX)
    yield home_view(language, home(()), CTX)
    yield home_view(language, replace(home(()), list=listing((), filter="failing")), CTX)


def all_files(language: Language, name: str = NAME, text: str = "") -> Iterator[Snippet]:
    """Every file."""
    for notice in files(language, name, text):
        rendered = render_notice(notice, CTX)
        assert isinstance(rendered, Snippet)
        yield rendered
