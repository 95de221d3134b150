"""Provisioning through Treasure Data's Engage API. The contract, assumed, is in `docs/engage-api.yaml`.

`provisioner` is the port, `transport` speaks HTTP, `documents` reads answers, `refusals` turns error answers into
the product's errors, `retrying` decides how long to wait. Neither the API key nor a write-only key is ever in
an exception, a log line or a `repr`.
"""

from bot.adapters.engage.provisioner import EngageProvisioner

__all__ = ["EngageProvisioner"]
