"""Calls and registrations where the exchange asks for a password."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from telephony.errors import AuthenticationFailed
from telephony.sip.agent import SipAgent
from telephony.sip.caller import SipCaller
from telephony.sip.digest import Challenge, Credentials, is_right
from telephony.sip.message import response_to
from telephony.sip.transaction import ServerTransaction, Timers
from telephony.sip.useragent import UserAgent

QUICK = Timers(t1_s=0.02, t2_s=0.08)


class Exchange:
    """Asks for digest authentication and lets those in who know the password."""

    def __init__(self, *, status: int, algorithm: str) -> None:
        self._status = status
        self._challenge = Challenge(realm="tongdai", nonce="n1", algorithm=algorithm, opaque="o", qop=True)
        self.credentials = Credentials(username="agent1", password="secret")
        self.agent = UserAgent("127.0.0.1", self._on_request, QUICK)
        self.contacts: list[str] = []

    def _on_request(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        header = "Authorization" if self._status == 401 else "Proxy-Authorization"
        value = request.headers.first(header)
        if value is None:
            asked = "WWW-Authenticate" if self._status == 401 else "Proxy-Authenticate"
            challenge = self._challenge
            text = (
                f'Digest realm="{challenge.realm}", nonce="{challenge.nonce}", opaque="{challenge.opaque}", '
                f'algorithm={challenge.algorithm}, qop="auth"'
            )
            transaction.respond(response_to(request, self._status, to_tag="x", headers=[(asked, text)]))
        elif not is_right(value, self._challenge, self.credentials, method=request.method):
            transaction.respond(response_to(request, 403, to_tag="x"))
        else:
            self.contacts.append(f"{request.header('Contact')} {request.headers.first('Expires')}")
            transaction.respond(response_to(request, 200 if request.method == "REGISTER" else 486, to_tag="x"))


@asynccontextmanager
async def exchange(status: int = 401, algorithm: str = "MD5") -> AsyncGenerator[Exchange]:
    server = Exchange(status=status, algorithm=algorithm)
    await server.agent.open()
    try:
        async with asyncio.timeout(30):
            yield server
    finally:
        server.agent.close()


@pytest.mark.parametrize(("status", "algorithm"), [(401, "MD5"), (407, "MD5"), (401, "SHA-256")])
async def test_a_call_answers_a_challenge(status: int, algorithm: str) -> None:
    async with exchange(status, algorithm) as server:
        to = f"1002@127.0.0.1:{server.agent.address[1]}"
        for password, expected in (("secret", 486), ("wrong", 403)):
            credentials = Credentials(username="agent1", password=password)
            async with SipCaller(to, credentials=credentials, timers=QUICK) as caller:
                await caller.place()
                assert (await caller.wait_ended()).status == expected
        async with SipCaller(to, timers=QUICK) as caller:
            await caller.place()
            assert (await caller.wait_ended()).status == status


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
async def test_an_agent_registers_and_takes_it_back(algorithm: str) -> None:
    async with exchange(algorithm=algorithm) as server:
        registrar = f"127.0.0.1:{server.agent.address[1]}"
        async with SipAgent(registrar, "agent1", "secret", timers=QUICK) as agent:
            await agent.register()
            contact = f"<sip:agent1@127.0.0.3:{agent.address[1]}>"
        assert server.contacts == [f"{contact} 600", f"{contact} 0"]


async def test_a_wrong_password_does_not_register() -> None:
    async with exchange() as server:
        async with SipAgent(f"127.0.0.1:{server.agent.address[1]}", "agent1", "wrong", timers=QUICK) as agent:
            with pytest.raises(AuthenticationFailed) as failed:
                await agent.register()
            assert failed.value.status == 403
