"""DKIM keys that were damaged on their way into a form."""

WEAK = (
    "MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhAMNhI8h+xJfv+joIi3glyxq7xW8r48EZRnSvSh2aDPIQwh9SB2V8FMk08yQ52POIpQ1Z2Cj0Jjft"
    "0XZjsy8H6oIVCcaTjj4+au4jmKTNMF+EmdI2A+DBZPz+7GB14N/o+wIDAQAB"
)
"""A public key of 768 bits. Nobody has its private half."""


def part(text: str) -> str:
    """Return the key in a record."""
    return text.partition("p=")[2]


def duplicate(text: str, _: str) -> list[str]:
    """An older key was left beside ours."""
    return [text, f"v=DKIM1; k=rsa; p={WEAK}"]


def other_key(text: str, _: str) -> list[str]:
    """A key as good as ours, but for one letter in its modulus."""
    key = part(text)
    middle = len(key) // 2
    letter = "B" if key[middle : middle + 1] == "A" else "A"
    return [f"v=DKIM1; k=rsa; p={key[:middle]}{letter}{key[middle + 1 :]}"]


def invisible(text: str, _: str) -> list[str]:
    """A zero-width space came along from a document."""
    middle = len(text) // 2
    return [text[:middle] + "\u200b".encode().decode("latin-1") + text[middle:]]


def cut(text: str, _: str) -> list[str]:
    """The key alone was cut, in a record without its type."""
    return [f"v=DKIM1; p={part(text)[:240]}"]
