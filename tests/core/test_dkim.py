"""DKIM key records: tags as RFC 6376 wants them, keys measured as `cryptography` measures them."""

import base64

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dkim import DkimKeyError, DkimSyntaxError, declared_length, decode, decoded_prefix, modulus_bits, parse
from tests.fakes.record_sets import PUBLIC_KEYS

KEY = PUBLIC_KEYS[2048]


def rsa_key(der):
    key = load_der_public_key(der)
    assert isinstance(key, rsa.RSAPublicKey)
    return key


@pytest.mark.parametrize(
    "text",
    [
        f"v=DKIM1; k=rsa; p={KEY}",
        f"p={KEY}",
        f"k=rsa;p={KEY};",
        f"v=DKIM1;p={KEY[:200]} {KEY[200:]}; k=RSA",
        f" v = DKIM1 ; p =\t{KEY} ; n=note; x=unknown ",
    ],
)
def test_spacing_order_and_optional_tags_do_not_matter(text):
    record = parse(text)

    assert record.p == KEY
    assert record.key_type == "rsa"
    assert record.key == base64.b64decode(KEY)
    assert record.restriction is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("v=DKIM1; k=rsa", "no p="),
        ("V=DKIM1; K=RSA; P=a", "P=, not p="),
        ("v=DKIM1; p=a; p=b", "p= twice"),
        ("k=rsa; v=DKIM1; p=a", "v= not first"),
        ("v=DKIM2; p=a", "v=DKIM2"),
        ("v=DKIM1;; p=a", ";;"),
        ("v=DKIM1; hello; p=a", "`hello`: no tag=value"),
        ("", "no p="),
    ],
)
def test_what_is_wrong_with_a_record_is_named(text, problem):
    with pytest.raises(DkimSyntaxError) as caught:
        parse(text)

    assert caught.value.problem == problem


@pytest.mark.parametrize(
    ("tags", "restriction"),
    [
        ("h=sha1", "h=sha1"),
        ("h=sha1:sha256", None),
        ("s=email", None),
        ("s=*", None),
        ("s=tlsrpt", "s=tlsrpt"),
        ("h=", "h="),
    ],
)
def test_tags_that_forbid_mail_are_found(tags, restriction):
    assert parse(f"v=DKIM1; {tags}; p={KEY}").restriction == restriction


def test_flags_are_read():
    assert parse(f"v=DKIM1; t=s : Y; p={KEY}").flags == ("s", "y")


@pytest.mark.parametrize("bits", [1024, 2048, 4096])
def test_keys_are_as_large_as_cryptography_says(bits):
    der = base64.b64decode(PUBLIC_KEYS[bits])

    assert modulus_bits(der) == rsa_key(der).key_size == bits
    assert declared_length(der) == len(der)


def test_a_key_too_small_for_cryptography_is_measured_all_the_same():
    assert modulus_bits(base64.b64decode(PUBLIC_KEYS[512])) == 512


def test_a_bare_rsa_key_is_measured_too():
    der = rsa_key(base64.b64decode(KEY)).public_bytes(Encoding.DER, PublicFormat.PKCS1)

    assert modulus_bits(der) == 2048


def test_an_elliptic_key_has_no_modulus():
    public = ed25519.Ed25519PrivateKey.generate().public_key()

    with pytest.raises(DkimKeyError):
        modulus_bits(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def test_a_cut_key_tells_how_long_it_should_be():
    part = decoded_prefix(KEY[:230])

    assert len(part) == 172
    assert declared_length(part) == 294
    with pytest.raises(DkimKeyError):
        modulus_bits(part)


@pytest.mark.parametrize(("p", "position"), [("AB*D", 3), ("ABC", None), ("AB=D", None), ("あ", 1)])
def test_the_first_character_that_is_no_base64_is_named(p, position):
    with pytest.raises(DkimKeyError) as caught:
        decode(p)

    assert caught.value.position == position


@pytest.mark.parametrize("p", ["AB=DEFGH", "A===BCDE", "=AAAAAAA", "A", "====", "AB*D"])
def test_what_is_no_base64_at_all_has_no_beginning(p):
    assert decoded_prefix(p) == b""


@given(st.integers(0, 4))
def test_padding_that_is_missing_takes_nothing_from_a_key(kept):
    assert decoded_prefix(PUBLIC_KEYS[4096].rstrip("=") + "=" * kept) == base64.b64decode(PUBLIC_KEYS[4096])


@given(st.text(max_size=300))
def test_no_text_breaks_the_parser(text):
    try:
        record = parse(text)
    except DkimSyntaxError as error:
        assert error.problem  # noqa: PT017 -- any text is either refused with a reason or read
        return

    assert " " not in record.p
    assert len(decoded_prefix(record.p)) <= len(record.p)


@given(st.integers(0, 293), st.integers(1, 255))
@settings(max_examples=300)
def test_a_damaged_key_is_one_wherever_cryptography_takes_it_for_one(position, change):
    der = bytearray(base64.b64decode(KEY))
    der[position] ^= change
    try:
        key = rsa_key(bytes(der))
        bits = key.key_size if key.public_numbers().n % 2 else None  # it does not mind an even modulus
    except (ValueError, AssertionError, UnsupportedAlgorithm):
        bits = None

    assert _measured(bytes(der)) == bits


def _measured(der):
    try:
        return modulus_bits(der)
    except DkimKeyError:
        return None


@given(st.binary(max_size=400))
def test_no_octets_break_the_measuring(der):
    declared = declared_length(der)
    try:
        bits = modulus_bits(der)
    except DkimKeyError:
        bits = 0

    assert declared is None or declared >= 2
    assert bits <= 8 * len(der)


@given(st.integers(0, 293))
def test_every_cut_of_a_key_is_noticed(length):
    with pytest.raises(DkimKeyError):
        modulus_bits(base64.b64decode(KEY)[:length])
