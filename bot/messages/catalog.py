"""The gettext catalogs: every text under its key, which is its `msgctxt`.

The English text is the `msgid`, so that translators see it; code names keys only. The `.po` files are read
directly: nothing compiled is kept.
"""

import gettext
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from core.sending_domain import Language

LOCALE = Path(__file__).parent / "locale"


def text(key: str, language: Language, n: int = 1) -> str:
    """Return the text of `key`, still with markup and placeholders; `n` chooses the plural form.

    Raises `KeyError` for a key that no catalog has: that is a mistake in the code, never in the data.
    """
    source = sources()[key]
    translations = _translations(language)
    if isinstance(source, str):
        return translations.pgettext(key, source)
    singular, plural = source
    return translations.npgettext(key, singular, plural, n)


@cache
def sources() -> Mapping[str, str | tuple[str, str]]:
    """Return the English source of every key: one text, or singular and plural."""
    return {
        str(message.context): message.id if isinstance(message.id, str) else (message.id[0], message.id[1])
        for message in read(Language.EN)
        if message.id
    }


def read(language: Language) -> Catalog:
    """Read one catalog from its file."""
    with (LOCALE / language.value / "LC_MESSAGES" / "bot.po").open("rb") as file:
        return read_po(file, locale=language.value)


@cache
def _translations(language: Language) -> gettext.GNUTranslations:
    compiled = BytesIO()
    write_mo(compiled, read(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
