"""A message being put together: blocks and the fallback grow side by side, and rows fold where there are too many."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.messages import blocks
from bot.messages.formats import fallback, plain
from bot.messages.lines import Line, joined, line
from bot.messages.message import Block, Message
from bot.messages.outside import cut
from bot.messages.voice import Voice
from core.sending_domain import Language

MOST_ROWS = 10
_FOLD_SPACE = 400
"""Characters kept for the line that says how many rows were folded."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record's row: its block, and what the fallback says of it."""

    block: Block
    text: Line


class Draft:
    """Blocks in reading order, and the lines of the fallback."""

    def __init__(self, language: Language) -> None:
        self.voice = Voice(language)
        self.blocks: list[Block] = []
        self._texts: list[tuple[Line, bool]] = []
        self._rows: tuple[Row, ...] = ()
        self._rows_at = 0
        self._texts_at = 0
        self._rest: Line = ()
        self._more: Callable[[int], Line] = lambda _: ()

    def header(self, text: str) -> None:
        """Add a header, which begins the fallback, too."""
        self.blocks.append(blocks.header(text))
        self.text(line(text))

    def say(self, *lines: Line) -> None:
        """Add one paragraph of rich text; empty lines are left out, nothing at all adds no block."""
        spoken = [line for line in lines if line]
        if spoken:
            self.blocks.append(blocks.rich_text(joined(spoken, "\n")))
            for line in spoken:
                self.text(line)

    def listed(self, lines: list[Line], *, heard: bool = True) -> None:
        """Add a bulleted list; `heard` says it in the fallback."""
        if lines:
            self.blocks.append(blocks.rich_list(lines))
            for line in lines if heard else []:
                self.text(line, vital=False)

    def fields(self, *pairs: tuple[Line, Line], heard: bool = True) -> None:
        """Add two-line fields, head above value; each makes sense alone on a phone."""
        self.blocks.append(blocks.fields([joined((head, value), "\n") for head, value in pairs]))
        for head, value in pairs if heard else ():
            self.text(line(self.voice.paired(plain(head), plain(value))))

    def note(self, *lines: Line, heard: bool = True) -> None:
        """Add small print."""
        for note in (each for each in lines if each):
            self.blocks.append(blocks.context(note))
            if heard:
                self.text(note)

    def add(self, block: Block) -> None:
        """Add a block that the fallback does not tell."""
        self.blocks.append(block)

    def buttons(self, *elements: dict[str, Any]) -> None:
        """Add a row of buttons, if there are any."""
        if elements:
            self.blocks.append(blocks.actions(elements))

    def text(self, line: Line, *, vital: bool = True) -> None:
        """Add a line to the fallback alone; what is not vital goes first where there is no room."""
        self._texts.append((line, vital))

    def rows(self, rows: list[Row], rest: Line, more: Callable[[int], Line]) -> None:
        """Put the rows here: as many as fit are shown, `more(k)` says that `k` are folded, `rest` closes."""
        self._rows, self._rest, self._more = tuple(rows), rest, more
        self._rows_at, self._texts_at = len(self.blocks), len(self._texts)

    def message(self, most_blocks: int = blocks.MESSAGE_BLOCKS) -> Message:
        """Count, fold, and return the message."""
        shown = self._room_for_rows(most_blocks)
        folded = len(self._rows) - shown
        tail = [line for line in (self._more(folded) if folded else (), self._rest) if line]
        rows = [row.block for row in self._rows[:shown]] + ([blocks.rich_text(joined(tail, "\n"))] if tail else [])
        heard = [(row.text, False) for row in self._rows[:shown]] + [(line, True) for line in tail]
        return Message(
            _within([*self._texts[: self._texts_at], *heard, *self._texts[self._texts_at :]]),
            [*self.blocks[: self._rows_at], *rows, *self.blocks[self._rows_at :]],
        )

    def _room_for_rows(self, most_blocks: int) -> int:
        room = min(MOST_ROWS, most_blocks - len(self.blocks) - 1)
        space = blocks.TEXT_LIMIT - blocks.weight(self.blocks) - _FOLD_SPACE
        shown = 0
        for row in self._rows[: max(room, 0)]:
            space -= blocks.weight(row.block)
            if space < 0:
                break
            shown += 1
        return shown


def _within(texts: list[tuple[Line, bool]]) -> str:
    """Join the lines of the fallback; drop what is not vital from the end until 3,000 characters hold it."""
    lines = [(fallback(line).rstrip(), vital) for line, vital in texts if plain(line)]
    while sum(len(text) + 1 for text, _ in lines) > blocks.FALLBACK_LIMIT:
        spare = [index for index, (_, vital) in enumerate(lines) if not vital]
        if not spare:
            break
        del lines[spare[-1]]
    whole = "\n".join(text for text, _ in lines)
    return cut(whole, blocks.FALLBACK_LIMIT)
