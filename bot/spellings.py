"""What is written in environment variables: durations, lists of words, addresses and URLs."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?")


def _duration(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = _DURATION.fullmatch(value.strip().lower())
    if match is None:
        raise ValueError('not a duration: write a number and a unit, such as "30s", "5m", "72h" or "30d"')
    try:
        return timedelta(seconds=float(match[1]) * _UNITS[match[2] or "s"])
    except OverflowError:
        raise ValueError("too long a duration") from None


def _words(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(word for word in re.split(r"[,\s]+", value) if word)


def _address(word: str) -> tuple[str, int]:
    host, separator, port = word.rpartition(":")
    if not separator or (":" in host and not host.startswith("[")):
        host, port = word, "53"
    host = host.strip("[]")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f'not an address: "{word}"; write host or host:port, IPv6 as [address]:port')
    return host, int(port)


def _addresses(value: object) -> object:
    words = _words(value)
    return tuple(_address(word) for word in words) if isinstance(value, str) and isinstance(words, tuple) else value


# Ten years: later moments than any calendar holds would be found out in the middle of work.
Duration = Annotated[timedelta, BeforeValidator(_duration), Field(gt=timedelta(0), le=timedelta(days=3650))]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
Addresses = Annotated[tuple[tuple[str, int], ...], NoDecode, BeforeValidator(_addresses)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_words)]
ChannelId = Annotated[str, Field(pattern=r"^[CG][A-Z0-9]{2,}$")]
