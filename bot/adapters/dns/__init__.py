"""DNS out: asks name servers what the core wants to know. `dnspython` stays in here, and so do sockets.

`observer` is the adapter; `look` its loop; `zones` finds authoritative servers; `exchange` puts one question to
one server; `sockets`, `queries`, `wire` and `replies` are the wire; `guard` and `limits` say what must not be asked,
`pacing` how fast.
`https` asks resolvers where port 53 is closed, and `through_resolvers` finds zones by them.
"""
