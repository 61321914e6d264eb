"""The chat's page. What is said is put in by `static/chat.js`, as text."""

from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"

_pages = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def page(name: str, **values: object) -> HTMLResponse:
    return HTMLResponse(_pages.get_template(f"{name}.html").render(values))
