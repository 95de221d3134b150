"""A stand-in for the Engage API: ``python -m sandbox engage --port N``, on literal 127.0.0.1.

It speaks the contract of ``docs/engage-api.yaml`` with state in memory (``--state FILE`` keeps it over restarts), makes
real RSA-2048 DKIM keys, and lets deployments take their time. It believes nothing: whether records are published it
looks up at the name server given by ``--dns``.

====================  ========================================================================================
``--port N``          where to listen (5310; 0 takes any free port); the first line of output names the address
``--api-key KEY``     the key to accept in ``Authorization: TD1 KEY`` (``sandbox-engage-key``)
``--dns HOST:PORT``   the authoritative name server to ask (127.0.0.1:5300)
``--region NAME``     the region in the bounce host's name (us-east-1)
``--records-after``   from `deploy` until the records are handed out (2s)
``--event-every``     the least time between two deployment events (2s)
``--look-every``      between two looks at the DNS (1s)
``--gives-up-after``  the verification FAILED after so long without the records (72h)
``--state FILE``      keep the state in this file
====================  ========================================================================================

Durations are written ``500ms``, ``2s``, ``5m``, ``72h``.

The six events come in order, each at the earliest `--event-every` after the one before: SECRET, IDENTITY and CDN after
`deploy`; CERTIFICATE when its CNAME is seen; ENABLE_IDENTITY after `verify`, when SPF, DKIM and MX are seen;
ENABLE_CDN after `verify`, when both other CNAMEs are seen. The verification goes PENDING → SUCCESS with SPF, DKIM and
MX; a success whose records vanish becomes TEMPORARY_FAILURE; either becomes FAILED in the end.

Knobs
=====
JSON over HTTP without a key, for the sandbox's page and for tests. The ``Host`` header must be ``127.0.0.1:<port>`` or
``localhost:<port>`` (else 421), an ``Origin`` must come from there, too (else 403), and a body must be
``application/json``. Mistakes are answered 400 with ``{"error": "what is wrong"}``.

GET /_sandbox/domains
    ``{"domains": [{"id": "...", "attributes": {as in the API}, "keyFingerprint": "8 hex digits of SHA-256", "seen":
    ["SPF", ...]}]}``: all domains, with the records that the last look saw.

POST /_sandbox/records_changed ``{"domain": "mail.example.com"}``
    Hand out another DKIM selector and key, as after a rotation; a success has to be verified anew. Answers with the
    domain, 404 where there is none.

POST /_sandbox/verdict ``{"domain": "mail.example.com", "verificationStatus": "FAILED"}``
    Let the verification stand at any word until it is verified again; ``""`` lets it go.

GET /_sandbox/faults
    ``{"fault": {"mode": "ok", ...}, "modes": [...], "held": 0}``; ``held`` counts the answers held back since then.

POST /_sandbox/faults ``{"mode": "down", "operation": "create", "times": 2, ...}``
    Misbehave, in the place of the fault before. ``operation`` (find, create, describe, update, remove, deploy, verify)
    and ``times`` may be left out: all, always. Modes:

    ``ok``: none. ``refuse``: writes are answered 422 with ``detail`` (a text) about ``pointer``. ``down``: 503.
    ``slow``: every answer takes ``seconds``. ``late``: likewise, but it is done at once.
    ``rate_limited``: 429, with ``retry_after`` as Retry-After (a text).
    ``unauthorized``: 401. ``lost_answer``: it is done, but the answer is 504. ``stall_events``: no further events.
    ``no_records``: no records are handed out. ``odd_words``: answers hold words that the contract has not.
    ``odd_types``: answers hold values of wrong types.
"""
