"""Record sets as a provisioner hands them out, with real RSA keys (public halves; the private ones are gone)."""

from core.records import ExpectedRecord, Purpose, RecordSet, RecordType

PUBLIC_KEYS = {
    512: (
        "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAPB9A2bmbLYiY/jI8/LxUZ5nwcyVC3LeUaC5bAEJYruRFmgNBObjlV+xZW/B+MWkOG8e"
        "LQ4TkyIShG1Kh6LJdxkCAwEAAQ=="
    ),
    1024: (
        "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDMfJoVPptN2IzpyuD08IgqBiv5XztvY/6TfYlB+eMUPJelTpRQ9UGolNUj4I0f"
        "vxyup4KuIh9mtIFoCdDYPdQeAxN3i+rRWB6wAjAiqEIodjiJnyolfpVuOJ3QMBbdURr2hbnUo4nswaUqUvVf1Ta3NEVY+aoWCxwc"
        "WCGIG5FpdwIDAQAB"
    ),
    2048: (
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqfXcri4vNvgz3KV7qCvC48+tGRLZsnfZIXuUXG/lf4RFz8s2enwyYWNV"
        "RS92FjFL8KxA8WSRnGzKZ27T/CTkfjUtRRQEKLpRohFvsICEPD45Ejzf5HSGeqqft1gOR9lkoZLRevFUbyoYm+bZ5xw2N1GvKtJ7"
        "m7Tpi/VJ3H5HX9BhvqxSSfDZRVpcidYRzIMWLeBdBR0KTSqfor+FfdkhgHx6UK/dIMbxC2sWXL11lR9rumEkXaVISt53z+OiWD4p"
        "FffLB8UuQSXR+nbmPgzV1+w9ldHCRWVL0DlF0ERIFWKl/OoYwXQOe2zCMfzjgu+ckj/Rb8fjLiKSlXvRyTdxnQIDAQAB"
    ),
    4096: (
        "MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEApq3ceeMnBmxKDZjpGnhzy07mQ+w/FweQ6M3YtU45ynVnUo09M3Ak41D4"
        "Zs3ZWhcA3HAsGvAfPtakkQAZnAx18UUDZBDoo3nY84yxXFwUUK8RTl8o2em8PmV6NEeHEdXuYQztJO3kp6hZfNJ5eVJeoXauSQBk"
        "cq5Eja06THsC6DEb+gGgUicSKJvuFheNUAUTfEbOdpIJs1H0B0x7aYiVbQv1CA2Q5JanHWJP0d3V8yJvjWTNO8qG1N10VOFIMmrF"
        "Q9A9GjrwE5x06qIhG24RgjNiv7PokBoQZe+DZ8rALoJiDrEQYy+ydILCbGtxZP74RbDSe3CeV6+U5jcPSaIbQgJIG42/72jZdL8T"
        "N1HEH2VyoZc1k6QgZw/0sf+iIboow/VdeesQAopOaRA6/oHBxefIpJ/65YEK1tBi4E4A7eRvZvq6CfKsqQtftfRW8EMLEv9z2Hiy"
        "w2GmGzVBUlpsi+09PYfidzYHhF46kUFVVnnSEphMVtDthJEhThLLeoStiz0HqVuiCdco6lInU4L1M2CKYy4H+xmK/5gg7T5/2arK"
        "/TYlXOUlxJKiyhOD3k1wWJC2/egehcaaQZvlKMJq3CeHpsyLTPijXV+/3uTViagweJWqb12cwOMD+OISFw0rVv9A7ClQNQc8xD85"
        "Nr9xmyteoQA39pEt45aSiwrWonsCAwEAAQ=="
    ),
}
"""Subject public key infos in base64, by size in bits."""

OTHER_KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA07Zn//WsaUjuIuTdyE7PIFpOuP3lMhGL2qcJUpZmDArmJ7yIjf1cs6kz"
    "nBJUGFD54LKSxRt7sfz8/EGFq89mRs7lyXzhK9sZpTulsydjWe3M8dyzZNfBDNjVoNidkr3Yu2oUR0x7Zwn8FtFLuupuJgwtx4Wn"
    "eYErihbgMLDe4f6hWMJ83lqgwifhyeTq/JMflvnNznvWR1BkrUZ46bkkQsnf+jGqbZo2VG5Riz9iM+U8SAUH6Aeg8kku3At3+32g"
    "RpaKneV9RrAsC9ea/4+sWRJE8Y0J+ESMwIA6wX/RisBAyfd0unxWrcK2EQd7SZrLHJTgfhAV0NzvNQItCZrFRwIDAQAB"
)
"""Another one of 2048 bits."""


def record_set(domain: str, *, bits: int = 2048, certificate: bool = True, version: int = 1) -> RecordSet:
    """Make the record set for `domain` (A-labels)."""
    txt, cname = RecordType.TXT, RecordType.CNAME
    records = [
        ExpectedRecord(Purpose.SPF, txt, f"bounce.{domain}", "v=spf1 include:amazonses.com ~all"),
        ExpectedRecord(Purpose.DKIM, txt, f"td1._domainkey.{domain}", f"v=DKIM1; k=rsa; p={PUBLIC_KEYS[bits]}"),
        ExpectedRecord(Purpose.DMARC, txt, f"_dmarc.{domain}", "v=DMARC1; p=none;", required=False),
        ExpectedRecord(Purpose.CLICK_TRACKING, cname, f"click.{domain}", "click.engage.example.net"),
        ExpectedRecord(Purpose.IMAGE_HOSTING, cname, f"img.{domain}", "d111111abcdef8.cloudfront.net"),
        ExpectedRecord(Purpose.MX, RecordType.MX, f"bounce.{domain}", "10 feedback-smtp.us-east-1.amazonses.com"),
    ]
    if certificate:
        target = "_0123456789abcdef0123456789abcdef.abcdefghij.acm-validations.aws"
        name = f"_fedcba9876543210fedcba9876543210.img.{domain}"
        records.append(ExpectedRecord(Purpose.CERTIFICATE, cname, name, target))
    return RecordSet(version, tuple(records))
