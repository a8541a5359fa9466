"""The OpenAPI document as one page of plain HTML: no script, no asset, nothing fetched."""

from collections.abc import Iterator
from html import escape
from typing import Any

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 0 auto; padding: 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2rem; text-transform: capitalize; }
nav a { margin-right: .8rem; } code, pre { font-family: ui-monospace, monospace; font-size: .92em; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; } details > div { padding: 0 1rem 1rem; overflow-x: auto; }
summary { cursor: pointer; padding: .5rem .8rem; } summary small { opacity: .75; margin-left: .6rem; }
b.method { display: inline-block; width: 4.2rem; } table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); }
"""


def render(document: dict[str, Any]) -> str:
    """The whole page."""
    info = document["info"]
    tags = [tag["name"] for tag in document["tags"]]
    parts = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(info['title'])} API</title><style>{STYLE}</style></head><body>",
        f"<h1>{escape(info['title'])} API</h1><p>{escape(info['description'])}</p>",
        "<p>Send <code>Authorization: Bearer KEY</code>. The machine-readable document: ",
        '<a href="openapi.json">openapi.json</a>.</p><nav>',
        *(f'<a href="#{tag}">{tag}</a>' for tag in (*tags, "schemas")),
        "</nav>",
    ]
    for tag in tags:
        parts.append(f'<h2 id="{tag}">{escape(tag)}</h2>')
        parts.extend(_operation(document, method, path, one) for method, path, one in _operations(document, tag))
    parts.append('<h2 id="schemas">schemas</h2>')
    parts.extend(_schema(name, schema) for name, schema in sorted(document["components"]["schemas"].items()))
    parts.append("</body></html>")
    return "".join(parts)


def _operations(document: dict[str, Any], tag: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                yield method, path, operation


def _operation(document: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> str:
    status, response = next(iter(operation["responses"].items()))
    rows = "".join(_parameter(_resolved(document, each)) for each in operation.get("parameters", []))
    table = f"<h4>Parameters</h4><table>{rows}</table>" if rows else ""
    body = operation.get("requestBody")
    sent = f"<p>Body: {_content(body['content'])}</p>" if body else ""
    public = "<p>Needs no sign-in.</p>" if operation.get("security") == [] else ""
    return (
        f"<details><summary><b class=method>{method.upper()}</b><code>{escape(path)}</code>"
        f"<small>{escape(operation['summary'])}</small></summary>"
        f"<div>{public}{table}{sent}<p>Answers {status}: {_content(response.get('content', {})) or 'nothing'}</p></div></details>"
    )


def _resolved(document: dict[str, Any], parameter: dict[str, Any]) -> dict[str, Any]:
    shared = parameter.get("$ref")
    found: dict[str, Any] = document["components"]["parameters"][shared.rsplit("/", 1)[1]] if shared else parameter
    return found


def _parameter(parameter: dict[str, Any]) -> str:
    about = escape(parameter.get("description", ""))
    return f"<tr><td><code>{escape(parameter['name'])}</code></td><td>{_type(parameter['schema'])}</td><td>{about}</td></tr>"


def _content(content: dict[str, Any]) -> str:
    return ", ".join(f"<code>{escape(media)}</code> {_type(each['schema'])}" for media, each in content.items())


def _schema(name: str, schema: dict[str, Any]) -> str:
    needed = set(schema.get("required", []))
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code>{'' if field in needed else ' <small>optional</small>'}</td><td>{_type(each)}</td></tr>"
        for field, each in schema.get("properties", {}).items()
    )
    inner = f"<table>{rows}</table>" if rows else _type(schema)
    about = escape(schema.get("description", ""))
    return f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary><div><p>{about}</p>{inner}</div></details>'


def _type(schema: dict[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[1])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    if "enum" in schema:
        return " · ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    low, high = schema.get("minimum"), schema.get("maximum")
    return escape(kind + (f" {low}–{high}" if low is not None and high is not None else ""))
