"""The DNS records that a deployment hands out, in the shape of the API, and the keys in them."""

import base64
import secrets
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Record = Mapping[str, str | int]

CLICK_HOSTS = "click.engage.example"
"""Each domain has its own host below it: one that is gone takes none of the others along."""


def make_dkim_key() -> str:
    """Return a new RSA-2048 public key: SubjectPublicKeyInfo in base64 (RFC 6376, section 3.6.1).

    Nothing here signs mail, so the private half is dropped at once and can never leak. Takes about 0.1 s.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def make_token() -> str:
    """Return a random label, as certificate authorities hand them out for validation."""
    return f"_{secrets.token_hex(16)}"


def make_selector() -> str:
    """Return a DKIM selector: letters and digits, as SES wants them."""
    return f"td{secrets.token_hex(4)}"


def record_set(domain: str, *, region: str, policy: str, selector: str, dkim_key: str, token: str) -> list[Record]:
    """Return all seven records of `domain`."""
    mail_from = f"bounce.{domain}"
    return [
        _record("SPF", "TXT", mail_from, "v=spf1 include:amazonses.com ~all"),
        _record("DKIM", "TXT", f"{selector}._domainkey.{domain}", f"v=DKIM1; k=rsa; p={dkim_key}"),
        _record("DMARC", "TXT", f"_dmarc.{domain}", f"v=DMARC1; p={policy};"),
        _record("CLICK_TRACKING", "CNAME", f"click.{domain}", f"c{token[1:9]}.{CLICK_HOSTS}"),
        _record("IMAGE_HOSTING", "CNAME", f"img.{domain}", f"d{token[1:14]}.cloudfront.net"),
        _record("MX", "MX", mail_from, f"10 feedback-smtp.{region}.amazonses.com"),
        _record("CERTIFICATE", "CNAME", f"{token}.img.{domain}", f"{token}.{token[1:11]}.acm-validations.aws"),
    ]


def _record(purpose: str, kind: str, name: str, value: str) -> Record:
    return {"purpose": purpose, "type": kind, "name": name, "value": value, "ttl": 300}
