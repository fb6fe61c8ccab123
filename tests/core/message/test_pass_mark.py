"""The words by which Exchange Online's rule leaves out what has passed Matta."""

from __future__ import annotations

from shared.core.hold.record import State
from shared.core.message.keys import SigningKey
from shared.core.message.pass_mark import PASS_FIELD, pass_field, pass_words
from shared.core.policy.tenant_settings import NextHopServer, Route
from tests.support.app import INSIDE, OUTSIDE, World, make_settings

OLD, NEW = SigningKey("k1", b"1" * 32), SigningKey("k2", b"2" * 32)


def test_words_differ_by_tenant_and_by_key_and_are_the_same_each_time() -> None:
    words = {word for tenant in ("a", "b", "a1") for word in pass_words(tenant, (OLD, NEW))}
    assert len(words) == 6
    assert pass_words("a", (OLD,)) == pass_words("a", (OLD,))
    assert all(len(word) == 32 and word.isalnum() and word.isascii() for word in words)


def test_a_rule_that_knows_one_live_word_goes_on_to_work_while_keys_rotate() -> None:
    [before] = pass_words("a", (OLD,))
    assert pass_words("a", (NEW, OLD))[1] == before
    assert before.encode() in pass_field("a", (NEW, OLD))


def test_the_field_is_one_header_field() -> None:
    field = pass_field("a", (NEW, OLD))
    assert field.startswith(PASS_FIELD.encode() + b": ")
    lines = field.split(b"\r\n")
    assert lines[-1] == b""
    assert all(line.startswith(b"\t") for line in lines[1:-1])
    assert max(map(len, lines)) < 78


def test_only_what_goes_to_servers_that_send_it_back_carries_the_words() -> None:
    world = World(
        make_settings(
            routes=(
                Route(servers=(NextHopServer(host="exchange.example"),), domains=("aozora.example",), returns=True),
                Route(servers=(NextHopServer(host="hop.example"),)),
            ),
            rules=(),
        )
    )
    ref = world.judge(INSIDE, OUTSIDE)
    world.work()
    assert world.record(ref).state is State.DELIVERED
    sent = {one.server.partition(":")[0]: one.data for one in world.next_hop.transactions}
    field = pass_field("demo", world.app.secrets.signing_keys("trace"))
    assert sent["exchange.example"].startswith(field)
    assert PASS_FIELD.encode() not in sent["hop.example"]
