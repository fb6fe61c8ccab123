"""A strict SMTP server for tests that does exactly what it is told, also what no decent server would.

    with NextHopServer(extensions=["PIPELINING", "SIZE 1000000"]) as server:
        server.on("RCPT TO:<bad@", "550 5.1.1 no such user")      # first fitting rule counts
        server.on("DATA", Drop())
        server.on(CONTENT, Late(2.0, "250 ok"), times=1)
        …deliver to 127.0.0.1:server.port…
        [message] = server.messages
        assert message.data == sent

It is blocking and line by line on purpose, and takes only CRLF for a line end: nothing in it is clever enough to hide
a mistake of the client. ``violations`` holds what a client must never do.
"""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType

from tests.support.next_hop_actions import (
    CONTENT,
    GREETING,
    HANDSHAKE,
    Action,
    Drip,
    Drop,
    HalfClose,
    Late,
    Raw,
    Silence,
    StopReading,
)

DEFAULT_EXTENSIONS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "SIZE 200000000")
_PATIENCE = 20.0
_PARAMETERS = {"SIZE": "SIZE", "BODY": "8BITMIME", "SMTPUTF8": "SMTPUTF8"} | dict.fromkeys(
    ("RET", "ENVID", "NOTIFY", "ORCPT"), "DSN"
)
"""The extension that each parameter of MAIL and RCPT belongs to."""


@dataclass(frozen=True)
class Message:
    """One content that was taken. ``wire`` is what came between DATA and the final dot, ``data`` without stuffing.

    ``connection`` counts from 1.
    """

    mail: str
    recipients: tuple[str, ...]
    wire: bytes
    data: bytes
    encrypted: bool
    user: str
    connection: int = 0
    wishes: tuple[str, ...] = ()
    """The parameters of each RCPT."""


class _Gone(Exception):
    """The connection is over."""


class NextHopServer:
    """Listens on 127.0.0.1 on a free port while the ``with`` block lasts."""

    def __init__(
        self,
        *,
        extensions: Sequence[str] = DEFAULT_EXTENSIONS,
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        users: Mapping[str, str] | None = None,
        tokens: Collection[str] = (),
    ) -> None:
        self.extensions = tuple(extensions)
        self.tls = tls
        self.implicit_tls = implicit_tls
        self.users = users
        self.tokens = tokens
        """Access tokens that AUTH XOAUTH2 takes, from anybody."""
        self.messages: list[Message] = []
        self.commands: list[str] = []
        self.violations: list[str] = []
        self.largest_burst = 0
        """Most commands that were waiting at once when one was read."""
        self.connections = 0
        self._rules: list[tuple[str, Action, int]] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def on(self, command: str, action: Action, *, times: int = 1_000_000) -> None:
        """From now on answer commands that begin with ``command`` (upper or lower case) by ``action``."""
        with self._lock:
            self._rules.append((command.upper(), action, times))

    def action(self, command: str) -> Action | None:
        """What to do about a command, as told."""
        with self._lock:
            for index, (prefix, action, times) in enumerate(self._rules):
                if times > 0 and command.upper().startswith(prefix):
                    self._rules[index] = (prefix, action, times - 1)
                    return action
        return None

    def violate(self, what: str) -> None:
        """Note something that a client must not do."""
        with self._lock:
            self.violations.append(what)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connected, _ = self._listener.accept()
                connected.settimeout(_PATIENCE)
                # Replies leave one by one; the second of two must not wait until the first is acknowledged.
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                arguments = (connected, self.connections)
                thread = threading.Thread(target=self._serve, args=arguments, daemon=True)
                with self._lock:
                    self._open.add(connected)
                    self._threads.append(thread)
                thread.start()

    def _serve(self, connected: socket.socket, number: int) -> None:
        session = _Session(self, connected, number)
        with contextlib.suppress(OSError, _Gone):
            session.run()
        session.close()

    def __enter__(self) -> NextHopServer:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connected in self._open:
                with contextlib.suppress(OSError):
                    connected.shutdown(socket.SHUT_RDWR)
            threads = list(self._threads)
        for thread in threads:
            thread.join(10)


class _Session:
    def __init__(self, server: NextHopServer, connected: socket.socket, number: int) -> None:
        self.server = server
        self.number = number
        self.socket = connected
        self.received = bytearray()
        self.encrypted = False
        self.user = ""
        self.mail = ""
        self.recipients: list[str] = []
        self.wishes: list[str] = []
        self.greeted = False

    def run(self) -> None:
        if self.server.implicit_tls:
            self.encrypt()
        self.say(GREETING, "220 test ESMTP")
        while True:
            line = self.line()
            self.server.commands.append(line)
            word = line.upper().split(":")[0].split(" ")[0]
            handle = getattr(self, f"do_{word.lower()}", None)
            if handle is None:
                self.say(line, "500 5.5.2 unknown command")
            else:
                handle(line)

    def forget(self) -> None:
        self.mail, self.recipients, self.wishes = "", [], []

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def do_ehlo(self, line: str) -> None:
        self.greeted = True
        self.forget()
        offered = list(self.server.extensions)
        if self.server.tls is not None and not self.encrypted:
            offered.append("STARTTLS")
        if self.server.users is not None and not any(item.startswith("AUTH") for item in offered):
            offered.append("AUTH PLAIN LOGIN")
        texts = ["test", *offered]
        lines = [f"250-{text}" for text in texts[:-1]] + [f"250 {texts[-1]}"]
        self.say(line, "\r\n".join(lines))

    def do_helo(self, line: str) -> None:
        self.greeted = True
        self.say(line, "250 test")

    def do_starttls(self, line: str) -> None:
        if self.server.tls is None or self.encrypted:
            self.say(line, "503 5.5.1 no")
            return
        if self.say(line, "220 2.0.0 go ahead"):
            if self.received:
                self.server.violate("bytes in the clear after STARTTLS")
            action = self.server.action(HANDSHAKE)
            if action is not None:
                self.act(action, "")
            self.encrypt()
            self.greeted = False

    def encrypt(self) -> None:
        assert self.server.tls is not None
        self.socket = self.server.tls.wrap_socket(self.socket, server_side=True)
        self.encrypted = True

    def do_auth(self, line: str) -> None:
        words = line.split(" ")
        if words[1].upper() == "XOAUTH2":
            self.auth_by_token(line, base64.b64decode(words[2]).decode())
            return
        if words[1].upper() == "PLAIN":
            _, name, password = base64.b64decode(words[2]).decode().split("\0")
        else:
            self.send(b"334 VXNlcm5hbWU6\r\n")
            name = base64.b64decode(self.line()).decode()
            self.send(b"334 UGFzc3dvcmQ6\r\n")
            password = base64.b64decode(self.line()).decode()
        fits = (self.server.users or {}).get(name) == password
        if self.say(line, "235 2.7.0 welcome" if fits else f"535 5.7.8 wrong password {password}") and fits:
            self.user = name

    def auth_by_token(self, line: str, shown: str) -> None:
        user, bearer, *rest = shown.split("\x01")
        if rest != ["", ""] or not user.startswith("user=") or not bearer.startswith("auth=Bearer "):
            self.server.violate(f"not XOAUTH2: {shown!r}")
        if bearer.removeprefix("auth=Bearer ") in self.server.tokens:
            if self.say(line, "235 2.7.0 welcome"):
                self.user = user.removeprefix("user=")
            return
        self.send(b"334 " + base64.b64encode(b'{"status":"401"}') + b"\r\n")
        if self.line():
            self.server.violate("an answer to a challenge that asks for none")
        self.say(line, "535 5.7.3 unsuccessful")

    def do_mail(self, line: str) -> None:
        if not self.greeted:
            self.server.violate("MAIL without EHLO")
        self.check_parameters(line)
        if self.say(line, "250 2.1.0 ok"):
            self.forget()
            self.mail = line

    def check_parameters(self, line: str) -> None:
        offered = {item.split(" ")[0] for item in self.server.extensions}
        for parameter in line.rpartition(">")[2].split():
            needed = _PARAMETERS.get(parameter.split("=")[0], "-")
            if needed not in offered:
                self.server.violate(f"parameter that was not offered: {parameter}")
        if not line.isascii() and "SMTPUTF8" not in (self.mail or line).split():
            self.server.violate("UTF-8 without SMTPUTF8")

    def do_rcpt(self, line: str) -> None:
        self.check_parameters(line)
        if not self.mail:
            self.send(b"503 5.5.1 MAIL first\r\n")
        elif self.say(line, "250 2.1.5 ok"):
            self.recipients.append(line[line.index("<") + 1 : line.rindex(">")])
            self.wishes.append(line[line.rindex(">") + 1 :].strip())

    def do_data(self, line: str) -> None:
        if not self.recipients:
            self.say(line, "554 5.5.1 no valid recipients")
            return
        action = self.server.action(line)
        if isinstance(action, StopReading):
            self.send(b"354 go ahead\r\n")
            while len(self.received) < action.after:
                self.more()
            if action.reply:
                self.send(action.reply.encode() + b"\r\n")
            time.sleep(action.hold)
            raise _Gone
        if not self.act(action, "354 go ahead"):
            return
        wire = self.content()
        data = (b"\r\n" + wire).replace(b"\r\n.", b"\r\n")[2:]
        action = self.server.action(CONTENT)
        reply = action.reply if isinstance(action, Late | Drip) else action
        if reply is None or (isinstance(reply, str) and reply.startswith("2")):
            # Before the answer: the client goes on as soon as it has that.
            self.server.messages.append(
                Message(
                    self.mail,
                    tuple(self.recipients),
                    wire,
                    data,
                    self.encrypted,
                    self.user,
                    self.number,
                    tuple(self.wishes),
                )
            )
        self.act(action, "250 2.0.0 kept")
        self.forget()

    def do_rset(self, line: str) -> None:
        self.forget()
        self.say(line, "250 2.0.0 ok")

    def do_noop(self, line: str) -> None:
        self.say(line, "250 2.0.0 ok")

    def do_quit(self, line: str) -> None:
        self.say(line, "221 2.0.0 bye")
        raise _Gone

    def say(self, command: str, usual: str) -> bool:
        """Answer a command as told, or as usual. Whether the answer was positive."""
        return self.act(self.server.action(command), usual)

    def act(self, action: Action | None, usual: str) -> bool:
        if isinstance(action, Drop):
            raise _Gone
        if isinstance(action, Silence):
            while True:
                self.more()
        if isinstance(action, HalfClose):
            self.socket.shutdown(socket.SHUT_WR)
            while True:
                self.more()
        if isinstance(action, Raw):
            self.send(action.data)
            return False
        if isinstance(action, Late):
            time.sleep(action.seconds)
            action = action.reply
        if isinstance(action, Drip):
            for byte in action.reply.encode() + b"\r\n":
                self.send(bytes([byte]))
                time.sleep(action.pause)
            return action.reply.startswith("2")
        reply = usual if action is None else str(action)
        self.send(reply.encode() + b"\r\n")
        return reply[0] in "23"

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def more(self) -> None:
        received = self.socket.recv(65536)
        if not received:
            raise _Gone
        self.received += received

    def line(self) -> str:
        while (end := self.received.find(b"\r\n")) < 0:
            self.more()
        waiting = self.received.count(b"\r\n")
        self.server.largest_burst = max(self.server.largest_burst, waiting)
        if waiting > 1 and "PIPELINING" not in self.server.extensions:
            self.server.violate("commands sent ahead")
        line = bytes(self.received[:end])
        del self.received[: end + 2]
        if b"\n" in line or b"\r" in line:
            self.server.violate("bare line end in a command")
        return line.decode()

    def content(self) -> bytes:
        # The CRLF before the content is that of the DATA command itself.
        self.received[:0] = b"\r\n"
        while (end := self.received.find(b"\r\n.\r\n")) < 0:
            self.more()
        wire = bytes(self.received[2 : end + 2])
        del self.received[: end + 5]
        return wire
