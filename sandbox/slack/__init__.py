"""A local Slack workspace: ``python -m sandbox slack --port N``, on literal 127.0.0.1. Everything is kept in memory.

It behaves like Slack as far as the bot needs it, refuses what it does not know, and talks to nobody but loopback.

========================  ====================================================================================
``--port N``              where to listen; 0 takes any free port; the first line of output names the address
``--bot-token`` etc.      the tokens to accept (``xoxb-sandbox``, ``--app-token``: ``xapp-sandbox``)
``--scopes LIST``         what the bot's token may do, with commas (all that the bot asks for)
``--engage URL``          the stand-in Engage API, for the panel "At Engage"
``--nameserver-control``  the name server's control API, for the panel "At the DNS provider"
``--speed-note TEXT``     a notice at the top of the page; may be repeated
========================  ====================================================================================

``/`` is the page, ``/api/<method>`` the Web API, ``/link/`` Socket Mode (`web_api`, `socket_mode`). The Host header
must name this server, an Origin must be its own, and bodies below ``/sandbox`` must be ``application/json``.

Acting and looking
==================
What the page uses, tests use, too (`tests.fakes.workspace`). Users and channels go by id or name. Success is answered
200 with ``{"ok": ..., "error": ...}``, where ``error`` is what Slack tells the person (``operation_timeout``,
``dispatch_failed``, ``validation``, ``errors``); what cannot be done at all is answered 400 with ``{"error": "why"}``.

POST /sandbox/command ``{"user": "alex", "channel": "#it-dns", "text": "/engage-domain help", "thread_ts": null}``
    Type something; a slash in front makes it a command.

POST /sandbox/click ``{"user": "ivan", "message": {"channel": "it-dns", "ts": "..."}, "action_id": "..."}``
    Press a button, or choose an option (``value``). In a view: ``view_id``, or ``"view": "home"``, for ``message``.

POST /sandbox/submit ``{"user": "alex", "view_id": "...", "values": {"<block_id>": "text, option value or list"}}``
    Submit a modal; ``errors`` of the answer says what was refused, by block id. POST /sandbox/close_view closes it.

POST /sandbox/open_home ``{"user": "alex"}``
    Open the App Home.

GET /sandbox/state?user=alex, GET /sandbox/stream?user=alex
    What somebody sees: channels with messages (``thread_ts`` on replies, ``ephemeral``, ``files``), the open ``view``,
    the ``home``. With ``after=<ts>`` only messages posted later, with ``after=inf`` none. The stream sends it again at
    every change. GET /sandbox/notes: notices and neighbours.

POST /sandbox/faults ``{"method": "chat.postMessage", "kind": "ratelimited", "times": 1, "seconds": 1}``
    The next calls fail. Kinds: ``ratelimited``, ``error`` (with ``error``), ``slow``, ``timeout`` and
    ``accept_then_timeout`` (it is done, but the answer is 504 after ``seconds``). With ``channel``, only there.
    Besides the methods there are ``upload`` and ``response_url``. ``{"clear": true}`` forgets them; ``{}`` changes
    nothing. The answer's ``held`` names the methods whose answers were held back since the last clear.

POST /sandbox/disconnect ``{}``
    Ask the app to connect anew.

POST /sandbox/channel ``{"channel": "support", "archived": true, "bot_is_member": false, "join": "nora"}``
    Archive, invite, remove. POST /sandbox/delete_message ``{"channel": ..., "ts": ...}`` deletes any message.
"""
