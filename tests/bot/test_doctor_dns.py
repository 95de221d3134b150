"""`doctor` tries the control query and every listed server, on real packets."""

from bot.adapters.dns.observer import Observer, ObserverSettings
from bot.doctor import examine_dns, report
from sandbox.nameserver.server import Nameserver


async def test_every_listed_server_is_tried_and_those_that_are_silent_are_named():
    async with Nameserver() as nameserver:
        nameserver.fault("silent", server="ns2")
        nameserver.fault("silent", server="registry")
        places = {
            "nameservers": nameserver.nameservers,
            "parents": nameserver.registries,
            "resolvers": nameserver.resolvers,
        }
        settings = ObserverSettings(**places, timeout=0.2, tries=1, control_seconds=1)
        observer = Observer(settings)

        checks = await examine_dns(observer)
        await observer.aclose()

    ports = nameserver.ports
    assert [check.ok for check in checks] == [True, True, False, False, True]
    assert f"port {ports['ns2']}: timeout" in checks[2].detail
    assert f"port {ports['registry']}: timeout" in checks[3].detail
    assert "DNS_NAMESERVERS, DNS_PARENT_NAMESERVERS or" in checks[2].remedy
    assert "2 of 5 checks failed" in report(checks)


async def test_nothing_to_ask_is_said_when_dns_is_out_of_reach():
    async with Nameserver() as nameserver:
        nameserver.fault("silent", server="resolver")
        observer = Observer(ObserverSettings(resolvers=nameserver.resolvers, timeout=0.2, tries=1, control_seconds=1))

        checks = await examine_dns(observer)
        await observer.aclose()

    assert not any(check.ok for check in checks)
    assert "port 53" in checks[0].remedy
