r"""A DNS provider on loopback: two authoritative servers, one caching resolver, a registry, and a control API.

``python -m sandbox nameserver --port N`` listens on literal 127.0.0.1:

====================  =========================================================================
N       (UDP, TCP)    first authoritative server, ``"server": "ns1"`` below
N + 1   (UDP, TCP)    second authoritative server, ``"ns2"``; a copy of the first until told apart
N + 2   (UDP, TCP)    resolver with a real cache (positive and negative TTLs), ``"resolver"``
N + 3   (TCP)         the control API: JSON over HTTP, described here
N + 4   (UDP, TCP)    the registry that delegates the zones here, ``"registry"``
====================  =========================================================================

``--second``, ``--resolver``, ``--control`` and ``--registry`` name other ports, ``--negative-ttl SECONDS`` the SOA
minimum of zones made on demand (5). With ``--hosts-everything`` every registered domain has an empty zone as soon as
it is asked about; otherwise a name in no zone is REFUSED by ns1 and ns2 and NXDOMAIN at the resolver. The registry
delegates every domain that has a zone here to the name servers that the zone lists itself, as long as no slip says
otherwise.
`Nameserver` (in `sandbox.nameserver.server`) is the same thing inside a process, for tests.

Control API
===========
Requests and answers are JSON. The ``Host`` header must be ``127.0.0.1:<port>`` or ``localhost:<port>``
(anything else: 421), and a request with an ``Origin`` must come from there, too (else 403): call it from
a server, not from a browser's page. Mistakes are answered 400 with ``{"error": "what is wrong"}``; every other
success answers 200 with the whole state, as GET /zones does, or 204 with nothing to whoever sends
``Prefer: return=minimal`` (RFC 7240). Names may end with a dot or not.

GET /zones
    ``{"zones": [{"name": "example.com", "negative_ttl": 5, "servers": {"ns1": [RECORD, ...], "ns2": [...]}}],
    "slips": [{"slip": "truncate-dkim", "domain": "mail.example.com"}],
    "faults": [{"fault": "silent", "server": "ns1", "name": null, "type": null, "seconds": 0}],
    "met": 0, "slips_known": [{"slip": "truncate-dkim", "group": "Any TXT", "label": "Cut the DKIM key at 255"}, ...],
    "faults_known": [...],
    "delegations": {"example.com": ["ns1.example.com", "ns2.example.com"]},
    "ports": {"ns1": 5301, "ns2": 5302, "resolver": 5303, "control": 5304, "registry": 5305}}``.
    A RECORD is one RRset: ``{"name": "mail.example.com", "type": "TXT", "ttl": 300, "values": ["\"v=spf1 ~all\""]}``,
    names without final dot, values in zone-file notation. SOA and NS of the apex are among them. ``met`` counts the
    queries that met a fault.

GET /queries?domain=mail.example.com
    ``{"queries": [{"at": 1700000000.25, "server": "ns1", "name": "mail.example.com", "type": "TXT"}, ...]}``: what was
    asked at and below ``domain``, oldest first, among the last 10,000 queries of each server; ``at`` is Unix time.

POST /apply ``{"text": "<zone file>", "zone": "example.com", "server": "ns1"}``
    What IT does with the zone file. Its RRsets are added to the zone; one of the same name and type is
    replaced. ``zone`` may be left out: the registered domain (public suffix list) of each record's name is
    taken. A zone that is not there yet is made, with SOA and NS. ``server`` may be left out here and
    below: both authoritative servers are meant; naming one makes them disagree.

PUT /records ``{"name": "...", "type": "MX", "ttl": 300, "values": ["10 mx.example.net."], "server": "ns2"}``
    Put one RRset in the place of what stands there. ``ttl`` may be left out (300).

DELETE /records ``{"name": "...", "type": "TXT", "server": "ns1"}``
    Take an RRset away; nothing there is success. Without ``type``: all types at the name.

POST /slips ``{"slip": "truncate-dkim", "domain": "mail.example.com"}``
    Make a mistake with the records at or under ``domain``, or with those who serve them; 400 when there is no record
    to spoil. ``slips_known`` above lists all of them by name, with what they are about and what they do in words; they
    are defined in `sandbox.nameserver.slips`. Some of them:
    ``truncate-dkim``: the DKIM key is cut after 255 octets. ``doubled-suffix``: the first CNAME is moved to
    ``<its name>.<zone>``. ``second-spf``: another ``v=spf1`` beside ours. ``wrong-mx``: the MX points to a stranger.
    ``zone-not-served``: both servers refuse the domain. ``cached-nothing``: the resolver remembers for two minutes that
    there is no key. Slips of servers are faults for the domain alone, and are listed among the faults; only
    ``resolver-silent`` concerns everybody. ``domain-expired`` and ``registry-differs`` change what the registry has,
    which concerns the whole registered domain. The resolver's cache hears of every slip and mending at once.

DELETE /slips ``{"domain": "mail.example.com"}``
    Mend the slips made at ``domain`` (without ``domain``: all), newest first.

POST /faults ``{"fault": "silent", "server": "ns1", "name": "example.com", "type": "TXT", "seconds": 2}``
    Make a server misbehave (without ``server``: ns1 and ns2; ``"resolver"`` and ``"registry"`` are possible). With
    ``name``, only for it and names below it; with ``type``, only for this type. A second one of a server comes on top:
    ``silent`` (no answer over UDP or TCP), ``servfail``, ``refused``, ``lame`` (answers without AA), ``truncated`` (TC
    over UDP, TCP answers), ``tcp-refused`` (TC over UDP, TCP closes at once), ``delay`` (by ``seconds``), ``garbage``
    (bytes that are no DNS), ``wrong-id``, ``bogus`` (SERVFAIL with EDE 6 unless CD=1), ``filtered``
    (NXDOMAIN with EDE 15).

DELETE /faults ``{"server": "ns1"}``
    Let the server (without ``server``: all) behave again.

POST /flush ``{}``
    Empty the resolver's cache.

POST /reset ``{}``
    Forget zones, slips, faults and cache.
"""
