"""Secrets in text that comes from outside: found by their shape, or because they are known, and blotted out.

A last line of defence. No code of ours writes a secret into a text; but a provisioner may repeat in its refusal what
it was sent, a vendor's library may quote a request, and a person may paste a key where a name belongs.
"""

import base64
import re
from collections.abc import Iterable
from urllib.parse import quote

BLOT = "•••"
SHORTEST = 8
"""Known secrets with fewer characters are left alone: blotting them out would hide half of every text."""

_BODY = r"[A-Za-z0-9+/=\s\\]"
_TELLING = re.compile(
    "|".join(
        (
            # A PEM private key (RFC 7468); one that is cut off, to the end.
            r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,30}PRIVATE KEY-----|\Z)",
            # The same without its armour: base64 of a SEQUENCE that begins with version 0 (RFC 8017, RFC 5958).
            rf"MII[A-Z][A-Za-z0-9+/][AQgw]IBA{_BODY}{{40,}}",
            rf"MIGHAgEA{_BODY}{{40,}}",
            rf"MC4CAQAw{_BODY}{{20,}}",
            # A Treasure Data key: digits, a slash (however it is escaped), hexadecimal digits, cut off perhaps.
            r"\d{1,12}(?:\\*/|%2[Ff]|\\+u002[Ff]|&#(?:x2[Ff]|47);)[0-9A-Fa-f]{20,}",
            # Slack's tokens (https://docs.slack.dev/authentication/tokens), and addresses that are as good as one.
            r"\bx(?:ox[a-z]|app)-[A-Za-z0-9-]{6,}",
            r"https://hooks\.slack(?:-gov)?\.com/\S+",
            # Fernet tokens (https://github.com/fernet/spec): what the vault holds.
            r"\bgAAAAA[A-Za-z0-9_-]{60,}={0,2}",
        )
    ),
    re.DOTALL,
)
_NAMED = re.compile(
    r"(\b(?:TD1|Bearer)\s+|(?i:\b(?:ticket|token|secret|password|api_?key)=)|://[^\s/:@]{0,64}:)[^\s&@'\",;)]{6,256}"
)
"""What stands behind a word that announces a secret: it stays, what it announces goes."""
_BARE = re.compile(
    r"(?<![0-9A-Za-z])[0-9A-Fa-f]{40}(?![0-9A-Za-z])|(?<![0-9A-Za-z_+/=-])[0-9A-Za-z_-]{43}=(?![0-9A-Za-z=])"
)
"""The 40 digits of a key without what stands before them; a Fernet key."""


def blotted(text: str, known: Iterable[str] = (), *, sure: bool = False) -> str:
    """Return `text` with every secret replaced by `BLOT`.

    `known` are secrets to be found in whatever shape: as they are, escaped for URLs or JSON, in base64, and the part
    behind the slash alone. With `sure`, only what can be nothing else is taken for a secret. Otherwise so is what
    stands behind a word such as ``token=``, 40 hexadecimal digits that stand alone, and 32 octets in base64: in what
    comes from the DNS, which everybody can read, they are something else.
    """
    for secret in known:
        for shape in _shapes(secret):
            text = text.replace(shape, BLOT)
    text = _TELLING.sub(BLOT, text)
    return text if sure else _BARE.sub(BLOT, _NAMED.sub(rf"\g<1>{BLOT}", text))


def holds_secret(text: str) -> bool:
    """Tell whether `text` holds something that has the shape of a secret."""
    return _TELLING.search(text) is not None


def _shapes(secret: str) -> tuple[str, ...]:
    """Return how a secret may look in a text, the longest first."""
    if len(secret) < SHORTEST:
        return ()
    behind = secret.rpartition("/")[2]
    encoded = base64.b64encode(secret.encode(errors="surrogatepass")).decode().rstrip("=")
    shapes = {
        secret,
        secret.replace("/", r"\/"),
        quote(secret, safe="", errors="replace"),
        encoded,
        *((behind,) if len(behind) >= 2 * SHORTEST else ()),
    }
    return tuple(sorted(shapes, key=len, reverse=True))
