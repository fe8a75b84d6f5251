"""qpid-proton against the broker: argv is the AMQP port; prints one line a check, exits 0 or 1.

The entities `q` (maxDeliveryCount 10), `s` (sessions) and `t` with subscription `s` must exist and be
empty.
"""
import sys

from proton import Delivery, Message, symbol
from proton.reactor import Filter, LinkOption
from proton.utils import BlockingConnection, LinkDetached, SendException

port = sys.argv[1]
SESSION = symbol("com.microsoft:session-filter")


class SecondSettles(LinkOption):
    """Peek-lock: the receiver settles after the broker's answer."""

    def apply(self, link):
        link.snd_settle_mode = link.SND_UNSETTLED
        link.rcv_settle_mode = link.RCV_SECOND


def check(name, found, wanted):
    if found != wanted:
        print(f"not ok - {name}: {found!r} instead of {wanted!r}")
        sys.exit(1)
    print(f"ok - {name}")


connection = BlockingConnection(f"amqp://localhost:{port}", timeout=5, allowed_mechs="ANONYMOUS")

sender = connection.create_sender("q")
sent = Message(id="m1", body="hello", subject="vote", properties={"term": 5, "text": "x"})
sender.send(sent)
receiver = connection.create_receiver("q", credit=1)
got = receiver.receive(timeout=5)
check("body", got.body, "hello")
check("subject", got.subject, "vote")
check("properties", dict(got.properties), {"term": 5, "text": "x"})
check("first delivery count", got.delivery_count, 0)
check("sequence number", got.annotations[symbol("x-opt-sequence-number")], 1)
receiver.release()
got = receiver.receive(timeout=5)
check("delivery count after release", got.delivery_count, 1)
receiver.accept()

sender.send(Message(id="m2", body={"a": [1, 2]}))
got = receiver.receive(timeout=5)
check("map body", got.body, {"a": [1, 2]})
receiver.reject()
dead = connection.create_receiver("q/$DeadLetterQueue", credit=1)
got = dead.receive(timeout=5)
check("rejected goes to the dead letters", got.id, "m2")
dead.accept()

topic = connection.create_sender("t")
topic.send(Message(id="m3", body=b"bytes"))
subscription = connection.create_receiver("t/Subscriptions/s", credit=10, options=SecondSettles())
got = subscription.receive(timeout=5)
check("through a topic", bytes(got.body), b"bytes")
subscription.accept()

sessions = connection.create_sender("s")
for group in ("a", "b"):
    sessions.send(Message(id=f"of {group}", group_id=group, body=group))
named = connection.create_receiver("s", credit=5, options=Filter({SESSION: "b"}), name="named")
check("a session by its name", named.receive(timeout=5).group_id, "b")
named.accept()
any_session = connection.create_receiver("s", credit=5, options=Filter({SESSION: None}), name="next")
check("the next session", any_session.receive(timeout=5).group_id, "a")
any_session.accept()
try:
    connection.create_receiver("s", credit=5, options=Filter({SESSION: "b"}), name="late")
    check("a session that is taken", "attached", "refused")
except LinkDetached as error:
    check("a session that is taken", error.condition, "com.microsoft:session-cannot-be-locked")
try:
    sessions.send(Message(id="none", body="without a session"))
    check("a message without a session", "accepted", "rejected")
except SendException as error:
    check("a message without a session", error.state, Delivery.REJECTED)

receiver.close()
for number in range(300):
    sender.send(Message(id=f"n{number}", body=number))
many = connection.create_receiver("q", credit=50, name="many")
numbers = []
for _ in range(300):
    numbers.append(many.receive(timeout=5).body)
    many.accept()
check("300 messages in order", numbers, list(range(300)))

try:
    connection.create_receiver("none")
    check("a missing entity", "attached", "refused")
except LinkDetached as error:
    check("a missing entity", error.condition, "amqp:not-found")

connection.close()
print("all ok")
