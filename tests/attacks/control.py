#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What a hostile or broken client can do to the control socket, and to the calls and clients beside it."""
import signal

from ng import Incomplete, decode
from ng_bad_input import MALFORMED
from scene import *

PATIENCE = 2.0  # s: for what nothing holds up
STREAM = os.environ["NG_STREAM"]
BEYOND = {
    "string of 1 MiB announced": b"d3:sdp1048576:",
    "partial dictionary": b"d7:command4:pi",
    "integer that never ends": b"d7:command4:ping1:xi",
    "random bytes": random.Random(7).randbytes(400),
    "nothing but a cookie": b"cookie ",
}


def connect():
    """A connection to where requests come by stream."""
    with relay_host.entered():
        if STREAM.startswith("unix:"):
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            to = STREAM[5:]
        else:
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            host, port = STREAM[4:].rsplit(":", 1)
            to = (host, int(port))
    sock.connect(to)  # as a proxy does: with a time limit it would not wait for room in the backlog
    sock.settimeout(20)
    return sock


def ping():
    """s that a client which does nothing wrong waits for its pong on a connection of its own; None: none came."""
    started = time.monotonic()
    try:
        with connect() as sock:
            sock.settimeout(5)
            sock.sendall(b"c0 d7:command4:pinge")
            reply = b""
            while b"pong" not in reply:
                chunk = sock.recv(4096)
                if not chunk:
                    return None
                reply += chunk
    except OSError:
        return None
    return time.monotonic() - started


def send(request):
    """The reply's result to a request by the socket that a proxy uses; "" when there is no reply."""
    with relay_host.entered():
        if os.environ["NG"].startswith("udp:"):
            host, port = os.environ["NG"][4:].rsplit(":", 1)
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.connect((host, int(port)))
            sock.settimeout(0.3)
            request = b"k%d " % random.getrandbits(32) + request
        else:
            sock = connect()
            sock.settimeout(8)
    with sock:
        reply = b""
        try:
            sock.send(request) if sock.type == socket.SOCK_DGRAM else sock.sendall(request)
            if sock.type == socket.SOCK_STREAM:
                sock.shutdown(socket.SHUT_WR)
            while chunk := sock.recv(65536):
                reply += chunk
                if sock.type == socket.SOCK_DGRAM:
                    break
        except OSError:
            pass
    if not reply:
        return ""
    if not reply.startswith((b"{", b"d")) or reply.startswith(b"d ") or b" d" in reply[:20]:
        reply = reply[reply.index(b" ") + 1:]
    try:
        return json.loads(reply)["result"] if reply.startswith(b"{") else decode(reply)[0]["result"]
    except (Incomplete, ValueError, KeyError):
        return "unreadable"


class Beside:
    """A call that talks while the control socket is attacked."""

    def __init__(self):
        self.call = Call("SRTP", "SRTP").up()
        self.over, self.sent = threading.Event(), []
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        alice, bob = self.call.alice, self.call.bob
        for _ in pace(1 << 30, 50):
            if self.over.is_set():
                break
            self.sent.append(alice.send(alice.packet()))
            bob.listen()

    def end(self):
        while len(self.sent) < 25:
            time.sleep(0.02)
        self.over.set()
        self.thread.join()
        self.call.bob.listen(0.3)
        lost = delivery(self.sent, self.call.alice, self.call.bob)[0]
        self.call.close()
        return lost, "of the call beside it %d of %d packets were lost" % (lost, len(self.sent))


def malformed():
    row, beside = Row("control socket", "malformed requests"), Beside()
    requests = MALFORMED | BEYOND | {"random bytes %d" % i: random.Random(i).randbytes(10 + i) for i in range(200)}
    results = collections.Counter(send(request) or "no reply" for request in requests.values())
    waited = ping()
    lost, told = beside.end()
    row.done(waited is not None and waited < PATIENCE and not lost and not results["ok"] + results["pong"],
             "%d requests, answered: %s; %s" % (
                 len(requests), ", ".join("%s %d" % pair for pair in sorted(results.items())), told),
             results=results, lost=lost)


def as_nobody(function):
    """Does it succeed for an unprivileged user on the relay's machine?"""
    child = os.fork()
    if child == 0:
        relay_host.enter()
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        try:
            os._exit(not function())
        except OSError:  # the kernel does not let him connect
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def stranger():
    row = Row("control socket", "another local user")
    pong = as_nobody(lambda: ping() is not None)
    row.done(not pong, "a ping of user nobody is %s" % ("answered with a pong" if pong else "refused"))


def admin_stranger():
    """The same at Sluice's admin socket, which root is told the calls by."""
    row = Row("control socket", "another local user at the admin socket")
    mine, his = calls(), as_nobody(calls)
    row.done(mine and not his, "the calls are %s nobody, and %s root" % (
        "told to" if his else "not told to", "to" if mine else "not to"))


def calls():
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(5)
        sock.connect(os.environ["CTL"])
        sock.sendall(b'{"view":"calls"}\n')
        reply = b""
        while chunk := sock.recv(65536):
            reply += chunk
    return "calls" in json.loads(reply)


def partial():
    """Clients that stop in the middle, die in the middle, and write a byte now and then."""
    row, beside = Row("control socket", "partial, killed and slow clients"), Beside()
    waiting = [connect() for _ in range(50)]
    for sock in waiting:
        sock.sendall(b"d7:command4:pi")
    for request in (b"d7:comm", b"d7:command4:pinge") * 10:
        child = os.fork()
        if child == 0:
            connect().sendall(request)
            os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(child, 0)
    longest = 0.0
    slow = connect()
    for byte in b"c9 d7:command1000:" + b"x" * 42:
        try:
            slow.send(bytes([byte]))
        except OSError:
            break
        waited = ping()
        longest = max(longest, 99.0 if waited is None else waited)
        time.sleep(0.02)
    for sock in waiting + [slow]:
        sock.close()
    lost, told = beside.end()
    row.done(longest < PATIENCE and not lost, "others waited at most %.0f ms; %s" % (1000 * longest, told),
             longest=longest, lost=lost)


def crowd(count=10000):
    row, beside = Row("control socket", "%d silent connections" % count), Beside()
    clients = []
    try:
        for _ in range(count):
            clients.append(connect())
    except OSError:
        pass
    pings = [ping() for _ in range(10)]
    for client in clients:
        client.close()
    lost, told = beside.end()
    good = [waited for waited in pings if waited is not None]
    row.done(len(good) == len(pings) and max(good) < PATIENCE and not lost,
             "%d connections were taken; of 10 pings beside them %d were answered, within %.0f ms; %s" % (
                 len(clients), len(good), 1000 * max(good, default=0), told), answered=len(good), lost=lost)


if __name__ == "__main__":
    malformed()
    stranger()
    if is_sluice():
        admin_stranger()
    partial()
    crowd()
