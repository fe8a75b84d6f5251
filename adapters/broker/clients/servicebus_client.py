"""The Python Azure SDK (azure-servicebus 7.8, uAMQP) over TLS: argv is a connection string and a
certificate file; prints one line a check, exits 0 or 1.

It dials port 5671 whatever the connection string says. The entities `q`, `s` (sessions) and `t`
with subscription `s` must exist and be empty. Renewing, peeking and scheduling are left out: they
crash inside Debian's uAMQP.
"""
import sys
from datetime import datetime, timedelta

from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusReceiveMode
from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusSubQueue
from azure.servicebus.exceptions import ServiceBusError

connection_string, certificate = sys.argv[1:3]


def check(name, found, wanted):
    if found != wanted:
        print(f"not ok - {name}: {found!r} instead of {wanted!r}")
        sys.exit(1)
    print(f"ok - {name}")


def bodies(messages):
    return [str(message) for message in messages]


with ServiceBusClient.from_connection_string(
    connection_string, connection_verify=certificate, retry_total=0
) as client:
    with client.get_queue_sender("q") as sender, client.get_queue_receiver(
        "q", max_wait_time=5
    ) as receiver:
        sender.send_messages(ServiceBusMessage("one", subject="vote", message_id="m1"))
        sender.send_messages([ServiceBusMessage("two"), ServiceBusMessage("three")])
        batch = sender.create_message_batch()
        batch.add_message(ServiceBusMessage("four"))
        batch.add_message(ServiceBusMessage("five"))
        sender.send_messages(batch)
        got = []
        while len(got) < 5:
            got += receiver.receive_messages(max_message_count=5 - len(got), max_wait_time=5)
        check("single, list and batch", bodies(got), ["one", "two", "three", "four", "five"])
        check("subject", got[0].subject, "vote")
        receiver.complete_message(got[0])
        receiver.abandon_message(got[1])
        receiver.dead_letter_message(got[2], reason="bad", error_description="very")
        receiver.complete_message(got[3])
        receiver.complete_message(got[4])
        again = receiver.receive_messages(max_message_count=1, max_wait_time=5)
        check("abandoned comes again", bodies(again), ["two"])
        check("delivery count", again[0].delivery_count, 1)
        receiver.complete_message(again[0])
        at = datetime.utcnow() + timedelta(seconds=1)
        sender.send_messages(ServiceBusMessage("later", scheduled_enqueue_time_utc=at))
        (message,) = receiver.receive_messages(max_message_count=1, max_wait_time=5)
        check("scheduled", (str(message), datetime.utcnow() >= at), ("later", True))
        receiver.complete_message(message)
    with client.get_queue_receiver(
        "q", sub_queue=ServiceBusSubQueue.DEAD_LETTER, max_wait_time=5
    ) as dead:
        (message,) = dead.receive_messages(max_message_count=1)
        check("dead letter", (str(message), message.dead_letter_reason), ("three", "bad"))
        dead.complete_message(message)
    with client.get_topic_sender("t") as sender:
        sender.send_messages(ServiceBusMessage("to all"))
    with client.get_subscription_receiver(
        "t", "s", receive_mode=ServiceBusReceiveMode.RECEIVE_AND_DELETE, max_wait_time=5
    ) as receiver:
        check("topic", bodies(receiver.receive_messages(max_message_count=1)), ["to all"])
    with client.get_queue_sender("s") as sender:
        sender.send_messages(ServiceBusMessage("of a", session_id="a"))
        sender.send_messages(ServiceBusMessage("of b", session_id="b"))
    with client.get_queue_receiver("s", session_id="b", max_wait_time=5) as receiver:
        (message,) = receiver.receive_messages(max_message_count=1)
        check("session by name", (str(message), message.session_id), ("of b", "b"))
        receiver.complete_message(message)
    with client.get_queue_receiver(
        "s", session_id=NEXT_AVAILABLE_SESSION, max_wait_time=5
    ) as receiver:
        (message,) = receiver.receive_messages(max_message_count=1)
        check("next session", (str(message), receiver.session.session_id), ("of a", "a"))
        receiver.complete_message(message)
    try:
        with client.get_queue_sender("none") as sender:
            sender.send_messages(ServiceBusMessage("x"))
        check("a missing entity", "sent", "refused")
    except ServiceBusError as error:
        # This SDK takes any refused attach for a failed connection.
        check("a missing entity", "'none' could not be found" in str(error), True)
print("all ok")
