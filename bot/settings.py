"""The environment, read once into frozen settings. Every fault is listed, and none of them quotes a secret."""

from datetime import timedelta
from typing import TypeVar

from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator

from bot.look_settings import DatabaseSettings, LookSettings
from bot.spellings import ChannelId, Duration, Secrets, Words
from core.durations import Durations
from core.errors import ConfigurationError
from core.web_addresses import faults_of_api

_DEFAULT = Durations()


class Settings(LookSettings):
    """Everything the bot can be told. The descriptions make up `docs/configuration.md`."""

    slack_bot_token: SecretStr = Field(description="The bot token of the Slack app, `xoxb-…`.")
    slack_app_token: SecretStr = Field(
        description="The app-level token for Socket Mode, `xapp-…`, with the scope `connections:write`."
    )
    slack_signing_secret: SecretStr | None = Field(
        default=None, description="The signing secret. Socket Mode needs none; kept for requests over HTTP."
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/", description="Where Slack's Web API is. TLS, except on loopback."
    )
    slack_post_interval: Duration = Field(
        default=timedelta(seconds=1), description="The least time between two posts to one channel (Slack: about 1 s)."
    )
    it_channel: ChannelId = Field(description="The id of the IT team's channel, such as `C0123456789`.")
    support_channel: ChannelId = Field(description="The id of the channel that gets the alerts.")
    admin_users: Words = Field(default=(), description="The Slack user ids of the admins, separated by commas.")
    admin_usergroup: str | None = Field(
        default=None,
        validate_default=True,
        pattern=r"^S[A-Z0-9]{2,}$",
        description="The id of a Slack user group whose members are admins, such as `S0123456789`.",
    )
    secret_keys: Secrets = Field(
        description="Fernet keys that encrypt write-only keys at rest, newest first, separated by commas."
    )
    provisioner: str = Field(default="engage", pattern="^engage$", description="Where domains are made: `engage`.")
    engage_api_url: str = Field(
        default="https://engage-api.treasuredata.com", description="Where the Engage API is. TLS, except on loopback."
    )
    engage_api_key: SecretStr = Field(description="The Treasure Data API key that may manage email domains.")
    tick_interval: Duration = Field(default=timedelta(seconds=5), description="Between two ticks of the scheduler.")
    verification_window: Duration = Field(
        default=_DEFAULT.window, description="How long IT has to add the records. A running window keeps its length."
    )
    poll_interval: Duration = Field(default=_DEFAULT.poll, description="Between looks while records are missing.")
    burst_interval: Duration = Field(default=_DEFAULT.fast, description="Between looks just after somebody asked.")
    burst_duration: Duration = Field(default=_DEFAULT.burst, description="How long those faster looks last.")
    monitor_interval: Duration = Field(default=_DEFAULT.sweep, description="Between looks at an ACTIVE domain.")
    recheck_interval: Duration = Field(
        default=_DEFAULT.recheck, description="Until the second look after a first bad one."
    )
    prepare_interval: Duration = Field(
        default=_DEFAULT.prepare, description="Between questions to the provisioner while it prepares."
    )
    stalled_after: Duration = Field(
        default=_DEFAULT.stalled_after, description="Events incomplete so long after Verified: support is told."
    )
    no_records_after: Duration = Field(
        default=_DEFAULT.no_records_after, description="No records so long after `deploy`: support is told."
    )
    disagree_after: Duration = Field(
        default=_DEFAULT.disagree_after, description="Name servers disagreeing so long: the DNS provider's turn."
    )
    offline_after: Duration = Field(
        default=_DEFAULT.offline_after, description="DNS out of the bot's reach so long: support is told."
    )
    unseen_after: Duration = Field(
        default=_DEFAULT.unseen_after, description="No answer about an ACTIVE domain so long: support is told."
    )
    key_kept: Duration = Field(
        default=_DEFAULT.key_kept, description="A write-only key that nobody deployed is erased after this."
    )
    check_gap: Duration = Field(
        default=_DEFAULT.too_soon, description="The least time between looks that somebody asks for."
    )
    click_burst: int = Field(
        default=60, ge=5, le=10_000, description="The most commands and clicks of one person at once, in one process."
    )
    click_interval: Duration = Field(
        default=timedelta(seconds=1), description="In every such time one more command or click is taken."
    )
    most_checks: int = Field(
        default=6, ge=1, le=600, description="The most looks that one person may ask for with `check` in a minute."
    )
    parked_retry: Duration = Field(
        default=timedelta(minutes=1), description="Between tries at a channel that could not be posted to."
    )
    takeover_after: Duration = Field(
        default=timedelta(minutes=5),
        description="What a killed process had in hand waits so long for another one. (On SQLite the next start takes "
        "it over at once.)",
    )
    sent_kept: Duration = Field(
        default=timedelta(days=30), description="How long rows of sent messages and handled clicks are kept."
    )

    http_port: int | None = Field(
        default=None,
        validate_default=True,
        ge=1,
        le=65535,
        description="The port of `/healthz`, `/readyz` and `/metrics`. Not set: there is none.",
    )
    http_host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="The address to listen on. There is no login: never one that strangers can reach.",
    )

    @field_validator("secret_keys")
    @classmethod
    def _are_fernet_keys(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if not keys:
            raise ValueError("at least one key is needed; `engage-domain new-key` prints one")
        for number, key in enumerate(keys, 1):
            try:
                Fernet(key.get_secret_value())
            except ValueError:
                raise ValueError(f"key {number} is no Fernet key; `engage-domain new-key` prints one") from None
        return keys

    @field_validator("slack_api_url", "engage_api_url")
    @classmethod
    def _may_be_sent_a_token(cls, url: str) -> str:
        if faults := faults_of_api(url):
            raise ValueError("; ".join(faults))
        return url

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _has_prefix(cls, token: SecretStr, info: ValidationInfo) -> SecretStr:
        prefix = "xoxb-" if info.field_name == "slack_bot_token" else "xapp-"
        if not token.get_secret_value().startswith(prefix):
            raise ValueError(f"such a token begins with {prefix}")
        return token

    @field_validator("admin_usergroup")
    @classmethod
    def _somebody_is_admin(cls, group: str | None, info: ValidationInfo) -> str | None:
        if group is None and info.data.get("admin_users") == ():
            raise ValueError("nobody is admin; set ADMIN_USERS or ADMIN_USERGROUP")
        return group

    @property
    def durations(self) -> Durations:
        """The durations of the lifecycle."""
        return Durations(
            window=self.verification_window,
            poll=self.poll_interval,
            fast=self.burst_interval,
            burst=self.burst_duration,
            sweep=self.monitor_interval,
            recheck=self.recheck_interval,
            prepare=self.prepare_interval,
            stalled_after=self.stalled_after,
            no_records_after=self.no_records_after,
            disagree_after=self.disagree_after,
            offline_after=self.offline_after,
            unseen_after=self.unseen_after,
            key_kept=self.key_kept,
            too_soon=self.check_gap,
        )


S = TypeVar("S", bound=DatabaseSettings)


def load(cls: type[S], env_file: str | None = None) -> S:
    """Read settings from the environment and, behind it, from `env_file`.

    Raises `ConfigurationError` with every fault, one line each, naming the variable.
    """
    try:
        return cls(_env_file=env_file)
    except ValidationError as error:
        faults = [_fault(detail["loc"], detail["type"], detail["msg"]) for detail in error.errors(include_input=False)]
        raise ConfigurationError(faults) from None


def _fault(location: tuple[int | str, ...], kind: str, message: str) -> str:
    if not location:
        return message.removeprefix("Value error, ")
    name = str(location[0]).upper()
    if kind == "missing":
        return f"{name}: not set; see docs/configuration.md"
    return f"{name}: {message.removeprefix('Value error, ')}"
