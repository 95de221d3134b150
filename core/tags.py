"""Tag lists, ``a=1; b=2``, as DKIM defines them (RFC 6376 section 3.2) and DMARC borrows them."""

import re

_TAG = re.compile(r"[ \t\r\n]*([A-Za-z][A-Za-z0-9_]*)[ \t\r\n]*=(.*)", re.DOTALL)


class TagSyntaxError(ValueError):
    """Something in the list is no tag, or stands there twice. `tag` is that part as text, `problem` what is wrong."""

    def __init__(self, tag: str, problem: str) -> None:
        super().__init__(problem)
        self.tag = tag
        self.problem = problem


def parse_tags(text: str) -> dict[str, str]:
    """Return the tags in their order, names as written, values without surrounding space.

    Raises `TagSyntaxError`. An empty part is tolerated only at the end.
    """
    parts = text.split(";")
    if not parts[-1].strip(" \t\r\n"):
        parts.pop()
    tags: dict[str, str] = {}
    for part in parts:
        found = _TAG.fullmatch(part)
        if found is None:
            shown = part.strip()
            raise TagSyntaxError(shown or ";;", f"`{shown}`: no tag=value" if shown else ";;")
        name, value = found[1], found[2].strip(" \t\r\n")
        if name in tags:
            raise TagSyntaxError(f"{name}={tags[name]}; {name}={value}", f"{name}= twice")
        tags[name] = value
    return tags
