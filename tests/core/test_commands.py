import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.commands import Command, Verb, parse
from core.errors import UsageError

KEY = "1234/" + "0123456789abcdef0123456789ABCDEF01234567"


def problem(text: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize("text", ["", "   ", "\u3000", "help", "HELP", "``"])
def test_nothing_or_help_is_help(text):
    assert parse(text) == Command(Verb.HELP)


def test_help_takes_a_verb():
    assert parse("help Create") == Command(Verb.HELP, topic=Verb.CREATE)


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb not in (Verb.LIST, Verb.HELP)])
def test_every_other_verb_takes_a_domain(verb):
    assert parse(f"{verb} mail.example.com") == Command(verb, "mail.example.com")


@pytest.mark.parametrize(
    ("word", "name", "typed"),
    [
        ("mail.example.com", "mail.example.com", None),
        ("Mail.Example.COM", "mail.example.com", "Mail.Example.COM"),
        ("mail.example.com.", "mail.example.com", "mail.example.com."),
        ("mail。example。com", "mail.example.com", "mail。example。com"),
        ("ｍａｉｌ．ｅｘａｍｐｌｅ．ｃｏｍ", "mail.example.com", "ｍａｉｌ．ｅｘａｍｐｌｅ．ｃｏｍ"),
        ("mail｡example｡com", "mail.example.com", "mail｡example｡com"),
        ("<http://mail.example.com|mail.example.com>", "mail.example.com", None),
        ("<https://mail.example.com/>", "mail.example.com", "<https://mail.example.com/>"),
        ("https://mail.example.com/", "mail.example.com", "https://mail.example.com/"),
        ("<mailto:info@mail.example.com|info@mail.example.com>", "mail.example.com", "info@mail.example.com"),
        ("`mail.example.com`", "mail.example.com", None),
        ("mail.\u200bexample.com", "mail.example.com", "mail.\u200bexample.com"),
        ("例え.jp", "xn--r8jz45g.jp", "例え.jp"),
    ],
)
def test_a_domain_is_forgiven_before_it_is_judged(word, name, typed):
    command = parse(f"status {word}")

    assert (command.domain, command.typed) == (name, typed)


def test_an_ideographic_space_parts_words():
    assert parse("deploy\u3000mail.example.com") == Command(Verb.DEPLOY, "mail.example.com")


def test_code_marks_round_the_whole_command_are_forgiven():
    assert parse("`verify mail.example.com`") == Command(Verb.VERIFY, "mail.example.com")


def test_a_name_that_cannot_be_a_domain_is_kept_for_whoever_looks_it_up():
    assert parse("status Not_A_Host.example.com").domain == "not_a_host.example.com"


@pytest.mark.parametrize(
    ("word", "facts"),
    [
        ("creat", {"verb": "creat", "nearest": "create"}),
        ("verfy", {"verb": "verfy", "nearest": "verify"}),
        ("mail.example.com", {"verb": "mail.example.com"}),
        ("<!here>", {"verb": "<!here>"}),
    ],
)
def test_a_wrong_verb_names_the_nearest_one_if_one_is_near(word, facts):
    error = problem(f"{word} mail.example.com")

    assert (error.key, error.facts) == ("usage.verb", facts)


@pytest.mark.parametrize(
    ("text", "verb", "extra"),
    [
        ("status a.example.com b.example.com", "status", "b.example.com"),
        ("status a.example.com format=csv", "status", "format=csv"),
        ("records a.example.com format=csv", "records", "format=csv"),
        ("list a.example.com", "list", "a.example.com"),
        ("list status=sleeping", "list", "status=sleeping"),
        ("list status=active status=pending", "list", "status=pending"),
        ("help create now", "help", "now"),
    ],
)
def test_what_a_verb_cannot_take_is_named(text, verb, extra):
    error = problem(text)

    assert (error.key, error.facts) == ("usage.extra", {"verb": verb, "extra": extra})


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("ACTIVE", "active"),
        ("waiting-it", "waiting_it"),
        ("failure", "failing"),
        ("temporary_failure", "failing"),
        ("Pending", "pending"),
    ],
)
def test_list_takes_a_status(word, status):
    assert parse(f"list status={word}") == Command(Verb.LIST, options={"status": status})


@pytest.mark.parametrize("verb", ["deploy", "status", "remove"])
def test_a_verb_that_needs_a_domain_asks_for_it(verb):
    error = problem(verb)

    assert (error.key, error.facts) == ("usage.no_domain", {"verb": verb})


def test_create_without_a_domain_opens_the_empty_form():
    assert parse("create") == Command(Verb.CREATE)


@pytest.mark.parametrize(
    "text",
    [
        f"create mail.example.com {KEY}",
        f"create mail.example.com key={KEY}",
        KEY,
        f"`{KEY}`",
        f"create mail.example.com {KEY[:10]}\u200b{KEY[10:]}",
        f"edit mail.example.com {KEY.partition('/')[2]}",
        f"nonsense <http://x|{KEY}>",
    ],
)
def test_a_key_in_the_text_is_refused_and_never_repeated(text):
    error = problem(text)

    assert error.key == "usage.key"
    assert KEY.partition("/")[2] not in f"{error} {error.facts}"


WORDS = st.one_of(
    st.text(max_size=30),
    st.sampled_from([verb.value for verb in Verb]),
    st.sampled_from(
        ["<http://x|x>", "https://…/", "status=active", "a=b", "例え。jp", "<|>", "<a|", "..", "@", "co.jp"]
    ),
)


@given(st.lists(WORDS, max_size=5).map(" ".join))
def test_any_text_is_a_command_or_a_usage_error(text):
    try:
        outcome = parse(text)
    except UsageError as error:
        outcome = error.key

    assert isinstance(outcome, Command) or outcome in {"usage.verb", "usage.extra", "usage.no_domain", "usage.key"}


@given(st.from_regex(r"[a-z]{1,10}(\.[a-z]{1,10}){0,2}\.(com|co\.jp|dev)", fullmatch=True))
def test_a_forgiven_name_is_read_like_the_plain_one(name):
    plain = parse(f"status {name}").domain

    assert parse(f"status <http://{name}|{name}>").domain == plain
    assert parse(f"status {name.upper()}.").domain == plain
    assert parse(f"status `{name.replace('.', '。')}`").domain == plain
