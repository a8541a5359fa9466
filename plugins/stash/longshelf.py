"""The Longshelf plugin for Stash: tells Longshelf that something changed. Python's standard library only.

Stash waits for this process, at every hook. So: one message, a second at most, no second try; when Longshelf is away nothing is lost, for
it asks for changes by itself. A scan fires hooks for each file, without an input: those are passed over, and Longshelf hears of the end of
the scan by its own subscription. The address holds a secret and is never written anywhere."""

import contextlib
import hashlib
import http.client
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

HOOK_SECONDS = 1.0  # a hook holds up whoever edits, and a scan
TASK_SECONDS = 5.0  # a person who started the task waits for its answer
SETTINGS_SECONDS = 1.0
LONGEST = 1_000  # bytes of an answer that are read
QUIET_MOST = 3.0  # Longshelf answers when it begins: what changes until then is in it, and needs no message
PLUGIN = "longshelf"
FILE = "address.txt"


def main() -> None:
    """Always ends well for Stash: an error of ours must not fail somebody's edit."""
    try:
        asked = json.load(sys.stdin)
    except ValueError:
        asked = {}
    args = asked.get("args") or {}
    hook = args.get("hookContext")
    connection = asked.get("server_connection") or {}
    if hook is None:
        answer = tell(connection, {}, TASK_SECONDS)
        _finish({"output": answer} if answer == "told" else {"error": answer})
    if is_of_a_scan(hook):
        _finish({"output": "left to the end of the scan"})
    answer = tell(connection, message_of(hook), HOOK_SECONDS)
    if answer != "told":
        sys.stderr.write(f"\x01w\x02{answer}\n")
    _finish({"output": answer})


def is_of_a_scan(hook: dict) -> bool:
    """Scans and cleans say what they did, but not with what. What is gone is worth a message all the same."""
    return hook.get("input") is None and ".Destroy." not in str(hook.get("type"))


def message_of(hook: dict) -> dict:
    """Which object, and what happened; nothing of its content."""
    message = {"type": str(hook.get("type") or "")}
    with contextlib.suppress(TypeError, ValueError):
        message["id"] = int(hook.get("id"))
    return message


def tell(connection: dict, message: dict, seconds: float) -> str:
    """ "told", or why not. Name lookups know no timeout, so the work is done in a thread that is left behind."""
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(_tell_all(connection, message, seconds)), daemon=True)
    thread.start()
    thread.join(seconds + SETTINGS_SECONDS)
    return found[0] if found else "Longshelf did not answer in time; it finds the change by itself later."


def _tell_all(connection: dict, message: dict, seconds: float) -> str:
    addresses = _addresses(connection)
    if not addresses:
        return "Enter the webhook address in the settings of this plugin; Longshelf shows it on the page of the library."
    return next((answer for answer in [_tell(each, message, seconds) for each in addresses] if answer != "told"), "told")


def _tell(address: str, message: dict, seconds: float) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "The webhook address is none: copy it whole from Longshelf, beginning with http."
    if message and ".Destroy." not in message["type"] and _just_told(address):
        return "told"
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    asked_at = time.time()
    try:
        client = kind(parts.hostname, parts.port, timeout=seconds)
        client.request("POST", parts.path, json.dumps(message), {"Content-Type": "application/json", "User-Agent": "longshelf-stash"})
        response = client.getresponse()
        status, content = response.status, response.read(LONGEST)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return f"Longshelf did not answer ({type(error).__name__}); it finds the change by itself later."
    if status == 404:
        return "Longshelf does not know this address any more: copy it anew from the page of the library."
    if not 200 <= status < 300:
        return f"Longshelf answered with status {status}."
    _note_told(address, asked_at + _begins_in(content))
    return "told"


def _begins_in(content: bytes) -> float:
    """Seconds until Longshelf begins; 0 when it does not say."""
    try:
        return min(QUIET_MOST, float(json.loads(content)["begins_in"]))
    except (ValueError, TypeError, KeyError):
        return 0.0


# --- where


def _addresses(connection: dict) -> list:
    """From `address.txt` beside this file when there is one, else from Stash's settings of this plugin."""
    try:
        return (Path(__file__).resolve().parent / FILE).read_text(encoding="utf-8").split()
    except OSError:
        return _settings(connection).split()


def _settings(connection: dict) -> str:
    host = connection.get("Host") or "127.0.0.1"
    host = "127.0.0.1" if host in ("0.0.0.0", "::", "[::]") else host  # noqa: S104 - where it listens is not where it is
    kind = http.client.HTTPSConnection if connection.get("Scheme") == "https" else http.client.HTTPConnection
    cookie = connection.get("SessionCookie") or {}
    headers = {"Content-Type": "application/json", "Cookie": f"{cookie.get('Name', 'session')}={cookie.get('Value', '')}"}
    question = json.dumps({"query": f'query Settings {{ configuration {{ plugins(include: ["{PLUGIN}"]) }} }}'})
    try:
        client = kind(host, int(connection.get("Port") or 9999), timeout=SETTINGS_SECONDS)
        client.request("POST", "/graphql", question, headers)
        answer = json.loads(client.getresponse().read())
        return str(answer["data"]["configuration"]["plugins"].get(PLUGIN, {}).get("address") or "")
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError, AttributeError):
        return ""


# --- bursts


def _stamp(address: str) -> Path:
    return Path(tempfile.gettempdir()) / f"longshelf-stash-{hashlib.sha256(address.encode()).hexdigest()[:16]}"


def _just_told(address: str) -> bool:
    """Whether Longshelf was told, and has not begun yet."""
    try:
        return 0 < float(_stamp(address).read_text(encoding="ascii")) - time.time() <= QUIET_MOST
    except (OSError, ValueError):
        return False


def _note_told(address: str, until: float) -> None:
    with contextlib.suppress(OSError):  # then every message is sent
        _stamp(address).write_text(f"{until:.3f}", encoding="ascii")


def _finish(output: dict) -> None:
    """Ends at once, whatever threads do."""
    sys.stdout.write(json.dumps(output))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
