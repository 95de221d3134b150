"""A zone below the domain's, on the same servers: nobody refers to it, but its SOA tells."""

import pytest

from core.diagnosis import Case
from core.diagnosis.scene import Scene
from core.observations import Absent, Answer, Evidence, Nothing, Question, Server, Vantage, Zone
from core.records import RecordSet
from tests.core.building import NOW

SERVER = Server("ns1.example.com", "192.0.2.53")
NAME = "s1._domainkey.mail.example.com"


def scene_with(owner, vantage=Vantage.AUTHORITATIVE, looked=Vantage.AUTHORITATIVE):
    absent = Absent(Nothing.NXDOMAIN, 300, f"{owner} ns1.example.com. hostmaster.example.com. 1 2 3 4 300")
    answer = Answer(Question(NAME, "TXT", vantage), SERVER, absent, NOW)
    zone = Zone(NAME, "example.com", (SERVER,))
    return Scene(Case("mail.example.com", RecordSet()), Evidence((answer,), (zone,), looked), NOW)


def test_the_owner_of_the_soa_is_the_apex():
    assert scene_with("_domainkey.mail.example.com").apex(NAME) == "_domainkey.mail.example.com"


@pytest.mark.parametrize("owner", ["example.com", "com", "other.example.com", "example.net"])
def test_an_soa_from_elsewhere_moves_nothing(owner):
    assert scene_with(owner).apex(NAME) == "example.com"


def test_resolvers_do_not_move_it():
    assert scene_with("_domainkey.mail.example.com", Vantage.RESOLVERS).apex(NAME) == "example.com"


def test_resolvers_do_where_only_they_can_be_asked():
    scene = scene_with("_domainkey.mail.example.com", Vantage.RESOLVERS, Vantage.RESOLVERS)

    assert scene.apex(NAME) == "_domainkey.mail.example.com"
