"""What is blotted out of texts from outside, and what is left."""

import base64
import json
import time
from urllib.parse import quote

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from core.secrecy import BLOT, blotted, holds_secret
from tests.fakes.provisioner import DKIM_PUBLIC_KEY

HEX = "0123456789abcdef0123456789abcdef01234567"
KEY = f"1234/{HEX}"


@pytest.fixture(scope="module")
def rsa_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def octets(key, encoding, kind=PrivateFormat.PKCS8):
    return key.private_bytes(encoding, kind, NoEncryption())


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        KEY.upper(),
        KEY.replace("/", r"\/"),
        json.dumps({"k": KEY}).replace("/", "\\\\/"),
        quote(KEY, safe=""),
        KEY.replace("/", "&#x2F;"),
        KEY[:30],
        HEX,
        "xoxb-1234567890-abcdef",
        "xapp-1-A0-123-abcdef",
        "Authorization: TD1 anything-goes",
        "Authorization: Bearer 8278dhasd",
        "wss://wss-primary.slack.com/link/?ticket=8278-aa&app_id=1",
        "https://hooks.slack.com/commands/T0/1/abc",
        "postgresql://bot:s3cret-word@db/engage",
        Fernet(Fernet.generate_key()).encrypt(KEY.encode()).decode(),
        "gAAAAABnotakey-butitsshapeitissothatwillnot=",
    ],
)
def test_what_has_the_shape_of_a_secret_is_blotted_out(text):
    said = blotted(f"Refused: {text} is not valid")

    assert BLOT in said
    assert said.startswith("Refused: ")
    assert said.endswith(" is not valid")
    for secret in (HEX, KEY[5:25], "1234567890", "anything-goes", "8278", "T0/1", "s3cret", "gAAAAA"):
        assert secret.lower() not in said.lower()


@pytest.mark.parametrize("kind", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_an_rsa_key_is_found_in_armour_and_without_it(rsa_key, kind):
    pem = octets(rsa_key, Encoding.PEM, kind).decode()
    naked = base64.b64encode(octets(rsa_key, Encoding.DER, kind)).decode()

    for text in (pem, pem.replace("\n", "\\n"), pem[:700], naked, f"v=DKIM1; p={naked}"):
        assert naked[40:80] not in blotted(f"dkim: {text}").replace("\n", "").replace("\\n", "")
        assert holds_secret(text)


def test_elliptic_keys_are_found_without_armour():
    for key in (ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()):
        assert holds_secret(base64.b64encode(octets(key, Encoding.DER)).decode())


def test_public_keys_and_records_are_left_alone(rsa_key):
    public = rsa_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    texts = [
        f"v=DKIM1; k=rsa; p={DKIM_PUBLIC_KEY}",
        f"v=DKIM1; p={base64.b64encode(public).decode()}",
        "v=spf1 include:amazonses.com ~all",
        "_3f1c5e9a7b2d4860.img.mail.example.com",
        "https://example.slack.com/archives/C0IT/p1700000000000001",
        "2026/11/23 09:00, 12/24 answers, 0123456789abcdef",
    ]

    assert [blotted(text) for text in texts] == texts
    assert not any(map(holds_secret, texts))


@pytest.mark.parametrize("value", [HEX, "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=", "token=of-some-vendor"])
def test_what_may_be_anything_stays_where_it_may_be_anything(value):
    assert blotted(f"site-verification: {value}", sure=True) == f"site-verification: {value}"
    assert blotted(value).removeprefix("token=") == BLOT


def test_known_secrets_are_found_in_every_shape():
    secret = "a/known-secret of 30 letters!?"
    shapes = [secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode(), secret.replace("/", r"\/")]

    said = [blotted(f"<{shape}>", [secret]).rstrip("=>") for shape in shapes]

    assert said == [f"<{BLOT}"] * len(shapes)
    assert blotted("known-secret of 30 letters!?", [secret]) == BLOT


def test_a_short_secret_does_not_blot_out_every_text():
    assert blotted("a day at the beach", ["a", ""]) == "a day at the beach"


@pytest.mark.parametrize(
    "piece",
    ["1", "1/", "-----BEGIN PRIVATE KEY-----", "MIIE", "a", "://", "ticket=", "xoxb-", "gAAAAA", "MIIEpAIBA ", " "],
)
def test_hostile_text_is_judged_in_bounded_time(piece):
    text = piece * (200_000 // len(piece))
    began = time.process_time()

    blotted(text, [KEY])

    assert time.process_time() - began < 1
