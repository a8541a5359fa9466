"""Subscriptions over a websocket at the address of GraphQL itself, in both of the subprotocols that go by nearly the same name.

The rules: of those the client offers the server takes the legacy `graphql-ws` first, and assumes it when none is offered; that one sends
`ka` every ten seconds, `graphql-transport-ws` sends nothing by itself. Who may subscribe was decided at the door: the payload of
`connection_init` is not read."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec
from graphql import OperationType
from starlette.websockets import WebSocket, WebSocketDisconnect

from longshelf.demo.stash.answering import Answering, Refused, root_fields
from longshelf.demo.stash.executing import Compiler, Question

KEEP_ALIVE = 10.0  # seconds between the legacy protocol's `ka`
INIT_SECONDS = 15.0  # for the client to say connection_init
Message = dict[str, Any]


class Words(NamedTuple):
    """What one subprotocol calls things."""

    subscribe: str
    next: str
    stop: str
    keep_alive: str | None


LEGACY = "graphql-ws"
MODERN = "graphql-transport-ws"
PROTOCOLS: dict[str, Words] = {LEGACY: Words("start", "data", "stop", "ka"), MODERN: Words("subscribe", "next", "complete", None)}


class Subscriptions:
    """Answers websockets. `connections` counts them by subprotocol; `keep_alive` is in seconds."""

    def __init__(self, answering: Answering, *, keep_alive: float = KEEP_ALIVE) -> None:
        self._answering = answering
        self._keep_alive = keep_alive
        self.connections: dict[str, int] = dict.fromkeys(PROTOCOLS, 0)

    async def answer(self, socket: WebSocket) -> None:
        """One connection from the upgrade to its end."""
        offered = socket.scope.get("subprotocols") or []
        chosen = next((name for name in PROTOCOLS if name in offered), None)
        if offered and chosen is None:
            await socket.close()
            return
        await socket.accept(chosen)
        self.connections[chosen or LEGACY] += 1
        conversation = _Conversation(self._answering, socket, PROTOCOLS[chosen or LEGACY], self._keep_alive)
        with suppress(WebSocketDisconnect):
            await conversation.run()


class _Conversation:
    def __init__(self, answering: Answering, socket: WebSocket, words: Words, keep_alive: float) -> None:
        self._answering = answering
        self._socket = socket
        self._words = words
        self._keep_alive = keep_alive
        self._outgoing: asyncio.Queue[Message] = asyncio.Queue()
        self._ends: dict[str, Callable[[], None]] = {}

    async def run(self) -> None:
        if not await self._begun():
            return
        sending = [asyncio.create_task(self._send_all())]
        if self._words.keep_alive is not None:
            sending.append(asyncio.create_task(self._keep(self._words.keep_alive)))
        try:
            while (message := await self._heard()) is not None and await self._act(message):
                pass
        finally:
            for end in self._ends.values():
                end()
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)

    async def _begun(self) -> bool:
        try:
            message = await asyncio.wait_for(self._heard(), INIT_SECONDS)
        except TimeoutError:
            await self._socket.close(4408, "Connection initialisation timeout")
            return False
        if message is None:
            return False
        if message.get("type") != "connection_init":
            await self._socket.close(4401 if message.get("type") == self._words.subscribe else 4400, "Unauthorized")
            return False
        await self._say({"type": "connection_ack"})
        if self._words.keep_alive is not None:
            await self._say({"type": self._words.keep_alive})
        return True

    async def _act(self, message: Message) -> bool:
        """False when the conversation is over."""
        kind, key = message.get("type"), str(message.get("id") or "")
        if kind == self._words.subscribe:
            return await self._subscribe(key, message.get("payload") or {})
        if kind == self._words.stop:
            self._end(key)
            if self._words.stop == "stop":
                self._outgoing.put_nowait({"type": "complete", "id": key})
        elif kind == "ping":
            self._outgoing.put_nowait({"type": "pong"})
        elif kind == "connection_terminate":
            await self._socket.close()
            return False
        elif kind != "pong":
            await self._socket.close(4400, f"unexpected message type {kind}")
            return False
        return True

    async def _subscribe(self, key: str, payload: Message) -> bool:
        if key in self._ends:
            await self._socket.close(4409, f"Subscriber for {key} already exists")
            return False
        try:
            question = self._answering.understand(payload)
        except Refused as refused:
            errors = refused.reply.body["errors"]
            self._outgoing.put_nowait({"type": "error", "id": key, "payload": errors if self._words.next == "next" else errors[0]})
            return True
        if question.operation.operation is not OperationType.SUBSCRIPTION:
            reply = self._answering.answer(payload, "http://127.0.0.1")
            self._outgoing.put_nowait({"type": self._words.next, "id": key, "payload": reply.body})
            self._outgoing.put_nowait({"type": "complete", "id": key})
            return True
        self._listen(key, question)
        return True

    def _listen(self, key: str, question: Question) -> None:
        """From now on what happens is put in line for the socket, from whatever thread it happens in."""
        name = root_fields(question.operation)[0]
        compiler = Compiler(question.schema, question.document, question.variables, self._answering.context("http://127.0.0.1"))
        root = question.schema.subscription_type
        if root is None:
            return
        project = compiler.of_object(root, [question.operation.selection_set])
        loop, outgoing, next_word = asyncio.get_running_loop(), self._outgoing, self._words.next

        def take(what: Any) -> int:
            message = {"type": next_word, "id": key, "payload": {"data": project({name: what})}}
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(outgoing.put_nowait, message)
            return outgoing.qsize()

        self._ends[key] = self._answering.world.jobs.events.listen(name, take)

    def _end(self, key: str) -> None:
        end = self._ends.pop(key, None)
        if end is not None:
            end()

    async def _keep(self, word: str) -> None:
        while True:
            await asyncio.sleep(self._keep_alive)
            self._outgoing.put_nowait({"type": word})

    async def _send_all(self) -> None:
        while True:
            await self._say(await self._outgoing.get())

    async def _say(self, message: Message) -> None:
        await self._socket.send_text(msgspec.json.encode(message).decode())

    async def _heard(self) -> Message | None:
        """The next message; None when it is none of this protocol."""
        try:
            return msgspec.json.decode(await self._socket.receive_text(), type=dict[str, Any])
        except (msgspec.DecodeError, KeyError):
            await self._socket.close(4400, "decoding error")
            return None
