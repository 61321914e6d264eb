"""Health, readiness and figures for those who watch over machines, and the description of the HTTP API."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel

from console.access import Access
from console.figures import Figures
from console.metrics import CONTENT_TYPE, Metrics


class Health(BaseModel):
    status: str = "ok"


class Readiness(BaseModel):
    ready: bool
    missing: list[str]
    """Of `guard`, `asterisk`, `calls`."""
    degraded: list[str]
    """What does not work though calls are answered: `journal`, `chat`."""


def status_routes(console: FastAPI, access: Access, figures: Figures, metrics: Metrics) -> APIRouter:
    router = APIRouter()

    @router.get("/healthz", summary="The console lives")
    async def healthz() -> Health:  # pyright: ignore[reportUnusedFunction]
        return Health()

    @router.get(
        "/readyz", summary="Calls are answered", response_model=Readiness, responses={503: {"model": Readiness}}
    )
    async def readyz() -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        missing = figures.missing()
        now = Readiness(ready=not missing, missing=missing, degraded=figures.degraded())
        return JSONResponse(now.model_dump(), 503 if missing else 200)

    @router.get("/metrics", summary="Figures as Prometheus reads them", response_class=PlainTextResponse)
    async def prometheus() -> PlainTextResponse:  # pyright: ignore[reportUnusedFunction]
        return PlainTextResponse(metrics.text(), media_type=CONTENT_TYPE)

    @router.get("/openapi.json", summary="This description")
    async def openapi(request: Request) -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
        access.session(request)
        return console.openapi()

    return router
