"""The command as it is typed: usage lines and examples. They are the same in both languages."""

from core.commands import Verb

ROOT = "/engage-domain"
EXAMPLE_DOMAIN = "mail.example.com"
_ARGUMENTS = {Verb.LIST: " [status=…]", Verb.CHECK: " <name>", Verb.HELP: " [verb]"}
_EXAMPLES = {Verb.LIST: "list status=pending", Verb.HELP: "help deploy"}


def usage(verb: Verb) -> str:
    """Return the usage line of a verb, such as ``create <domain>``."""
    return f"{verb.value}{_ARGUMENTS.get(verb, ' <domain>')}"


def example(verb: Verb) -> str:
    """Return a whole command that could be typed."""
    return f"{ROOT} {_EXAMPLES.get(verb, f'{verb.value} {EXAMPLE_DOMAIN}')}"


def command(verb: Verb, domain: str) -> str:
    """Return the command for one domain."""
    return f"{ROOT} {verb.value} {domain}"
