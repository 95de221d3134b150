"""The settings of every command, and those of whatever looks at the DNS. All are read once and frozen."""

from datetime import timedelta
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.spellings import Addresses, Duration, Words
from core.errors import ConfigurationError, InvalidDomainName
from core.names import forgive, to_ascii
from core.observations import Vantage
from core.sending_domain import Language
from core.web_addresses import faults_of_api
from storage.engine import checked_url

MOST_NAMESERVERS = 13  # as many as are asked of a zone that is found from the root
PUBLIC_RESOLVERS = (("1.1.1.1", 53), ("8.8.8.8", 53), ("9.9.9.9", 53))


class DatabaseSettings(BaseSettings):
    """What every command needs."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: str = Field(
        default="sqlite:///engage-domain.db",
        description="Where the rows are: `sqlite:///file.db` or `postgresql://user:password@host/name`.",
    )
    log_level: str = Field(
        default="INFO",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        description="The least level that is logged: `DEBUG`, `INFO`, `WARNING` or `ERROR`.",
    )
    log_format: str = Field(
        default="console",
        pattern="^(console|json)$",
        description="`console` for people, `json` for machines: one object a line.",
    )

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, url: str) -> str:
        try:
            checked_url(url)
        except ConfigurationError as error:
            raise ValueError("; ".join(fault.removeprefix("DATABASE_URL: ") for fault in error.faults)) from None
        return url

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret among the settings, to be kept out of logs: tokens, keys, the database's password."""
        values = [getattr(self, name) for name in type(self).model_fields]
        held = [each for value in values for each in (value if isinstance(value, tuple) else (value,))]
        found = [each.get_secret_value() for each in held if isinstance(each, SecretStr)]
        try:
            password = urlsplit(self.database_url).password
        except ValueError:
            password = None
        return (*found, *((password, unquote(password)) if password else ()))


class LookSettings(DatabaseSettings):
    """What a look at the DNS needs: enough for `engage-domain check`."""

    default_language: Language = Field(
        default=Language.EN, description="The language preselected for channel texts: `en` or `ja`."
    )
    dns_nameservers: Addresses = Field(
        default=(),
        max_length=MOST_NAMESERVERS,
        description="Name servers to ask about everything, `host:port`, instead of those found from the root "
        f"(split horizon). At most {MOST_NAMESERVERS}: each is asked about every record.",
    )
    dns_parent_nameservers: Addresses = Field(
        default=(),
        description="Beside `DNS_NAMESERVERS` only: the name servers that hold the delegations of those zones (the "
        "internal view of the registry), `host:port`. They are asked which name servers a domain is delegated to, and "
        "whether it exists at all; while they do not answer, what they said last stands.",
    )
    dns_resolvers: Addresses | None = Field(
        default=None,
        description="Public resolvers to ask last, `host:port`. Default: `1.1.1.1, 8.8.8.8, 9.9.9.9`; none where "
        "`DNS_NAMESERVERS` is set.",
    )
    dns_over_https: Words = Field(
        default=(),
        description="Resolvers to ask over HTTPS (RFC 8484) where port 53 is closed outbound: URLs such as "
        "`https://dns.google/dns-query`, separated by commas. Then only they are asked: nothing is said about single "
        "name servers. Honours `HTTPS_PROXY`.",
    )
    dns_control_name: str = Field(
        default="example.com", description="The name of the control query: always there if the DNS can be reached."
    )
    dns_timeout: Duration = Field(default=timedelta(seconds=1), description="The first time-out of a DNS query.")
    dns_queries_per_second: int = Field(
        default=200,
        ge=0,
        description="The most DNS queries a second to one name server or resolver, out of politeness; `0`: as many as "
        "it takes, for servers of your own.",
    )
    look_budget: int = Field(
        default=60,
        ge=10,
        le=500,
        description="The most DNS queries of one look at one domain; every server is asked about its records even so.",
    )
    look_seconds: Duration = Field(default=timedelta(seconds=10), description="The most time of one look.")

    @field_validator("dns_control_name")
    @classmethod
    def _is_a_name(cls, name: str) -> str:
        try:
            return to_ascii(forgive(name))
        except InvalidDomainName:
            raise ValueError("not a domain name; write one that always exists, such as example.com") from None

    @property
    def resolvers(self) -> tuple[tuple[str, int], ...]:
        """The resolvers to ask: none where the operator lists name servers but no resolvers."""
        if self.dns_resolvers is not None:
            return self.dns_resolvers
        return () if self.dns_nameservers or self.dns_over_https else PUBLIC_RESOLVERS

    @property
    def resolver_count(self) -> int:
        """How many resolvers there are to ask, over HTTPS or not."""
        return len(self.dns_over_https or self.resolvers)

    @property
    def vantage(self) -> Vantage:
        """Whom looks ask: where port 53 is closed, nobody but resolvers."""
        return Vantage.RESOLVERS if self.dns_over_https else Vantage.AUTHORITATIVE

    @field_validator("dns_parent_nameservers")
    @classmethod
    def _stand_beside_listed_ones(cls, parents: Addresses, info: ValidationInfo) -> Addresses:
        if parents and info.data.get("dns_nameservers") == ():
            raise ValueError("only beside DNS_NAMESERVERS; without those the registries are found from the root")
        return parents

    @field_validator("dns_over_https")
    @classmethod
    def _are_private_and_alone(cls, urls: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        for url in urls:
            if faults := faults_of_api(url, "the names that are asked for"):
                raise ValueError(f"{urlsplit(url).hostname or 'an address'}: {'; '.join(faults)}")
        if urls and (info.data.get("dns_nameservers") or info.data.get("dns_resolvers")):
            raise ValueError("nobody is asked over port 53 then: unset DNS_NAMESERVERS and DNS_RESOLVERS")
        return urls
