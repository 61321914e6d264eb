"""The hotline's own Asterisk: installed if need be, with our prompts, on the ports of the settings."""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from hotline.prompts import write_prompts
from hotline.settings import Settings
from hotline.setup import fetch_asterisk
from telephony.asterisk.ports import free_ports
from telephony.asterisk.process import AsteriskProcess
from telephony.asterisk.settings import AgentAccount, AsteriskSettings


@asynccontextmanager
async def own_asterisk(settings: Settings, folder: Path, media_port: int) -> AsyncGenerator[AsteriskProcess]:
    """Running and ready when it yields. Raises `AsteriskError`, `VoiceError`."""
    phone, free = settings.telephony, free_ports()
    installation = await asyncio.to_thread(fetch_asterisk)
    agents = tuple(
        AgentAccount(name=agent.name, number=agent.number, password=agent.password or secrets.token_urlsafe(12))
        for agent in phone.agents
    )
    process = AsteriskProcess(
        installation,
        AsteriskSettings(
            sip_host=phone.sip_host,
            sip_port=phone.sip_port or free.sip,
            http_port=phone.ari_port or free.http,
            media_ports=(media_port,),
            rtp_start=phone.rtp_start or free.rtp_start,
            rtp_end=phone.rtp_start + phone.rtp_ports if phone.rtp_start else free.rtp_end,
            trunks=phone.trunks,
            agents=agents,
            hotline=phone.number,
            queue_max_s=phone.queue_max_s,
        ),
        folder / "asterisk",
    )
    await asyncio.to_thread(write_prompts, process.sounds_dir, engine=settings.speech.engine)
    async with process:
        yield process
