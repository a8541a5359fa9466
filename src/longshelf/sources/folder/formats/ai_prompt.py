"""What programs that paint with a model leave in their pictures: prompt, model, seed and the rest, in one shape for all of them.

A table of recognisers, tried in order. The rule: a graph is followed along its links, each node once, and a text that only looks like
metadata gives nothing."""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from longshelf.sources.folder.fields import clean

MAX_JSON = 8 * 2**20  # characters
MAX_PROMPT = 20_000
MAX_NODES = 5_000
MAX_STEPS = 200  # links followed in one direction

Texts = Mapping[str, str]
Found = dict[str, Any]

_PARAMETER = re.compile(r'\s*([A-Za-z][\w \-/]*):\s*("(?:\\.|[^"\\])*"|[^,]*)(?:,|$)')
_SETTINGS = re.compile(r"(?:^|\n)\s*(Steps: \d+.*)\Z", re.S)
_LORA = re.compile(r"<lora:([^:<>]{1,200})(?::(-?[\d.]{1,12}))?[^<>]*>", re.I)
_SIZE = re.compile(r"(\d{1,6})\s*[x×]\s*(\d{1,6})")


def read(texts: Texts) -> Found | None:
    """{generator, prompt, negative_prompt, model, sampler, seed, steps, cfg, size, loras}, those that are known; None when no program is
    recognised. `texts` are a picture's text chunks; EXIF's UserComment counts as "parameters", its Make and Model by what they hold."""
    for recognise in _RECOGNISERS:
        found = recognise(texts)
        if found:
            return _tidy(found)
    return None


def from_exif(comment: str, make: str, model: str) -> dict[str, str]:
    """The same texts where they hide in EXIF: WebP files of ComfyUI write "workflow:{…}" and "prompt:{…}" into Make and Model."""
    found = {"parameters": comment} if comment else {}
    for text in (make, model):
        name, colon, rest = text.partition(":")
        if colon and name in ("prompt", "workflow") and rest.lstrip()[:1] == "{":
            found[name] = rest
    return found


def _tidy(found: Found) -> Found:
    for name in ("prompt", "negative_prompt"):
        if isinstance(found.get(name), str):
            found[name] = found[name].strip()[:MAX_PROMPT]
    for name in ("model", "sampler"):
        if isinstance(found.get(name), str):
            found[name] = clean(found[name])[:200]
    for name in ("seed", "steps", "cfg"):
        if name in found:
            found[name] = _number(found[name])
    return {name: value for name, value in found.items() if value not in (None, "", [], ())}


def _number(value: Any) -> int | float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            value = float(value) if re.search(r"[.eE]", value) else int(value[:40])
        except ValueError:
            return None
    if not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > 2**64:
        return None
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def _object(text: str | None) -> dict[str, Any]:
    """A JSON object; {} for anything else. Python's own parser reads the NaN that ComfyUI writes."""
    if not text or len(text) > MAX_JSON or text.lstrip()[:1] != "{":
        return {}
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return {}
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_text(each) for each in value[:200])
    return value if isinstance(value, str) else ""


def _size(width: Any, height: Any) -> str:
    return f"{width}x{height}" if isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0 else ""


# --- A1111 and those that write like it ---


def _a1111(texts: Texts) -> Found | None:
    text = texts.get("parameters", "")
    match = _SETTINGS.search(text)
    if match is None:
        return None
    prompt, _, negative = text[: match.start()].partition("Negative prompt:")
    settings = {name.strip().lower(): value.strip().strip('"') for name, value in _PARAMETER.findall(match[1][:20_000])}
    fooocus = "fooocus" in texts.get("fooocus_scheme", "") + settings.get("version", "").lower()
    version = settings.get("version", "")
    return {
        "generator": "Fooocus" if fooocus else "Forge" if version.startswith("f") else "Stable Diffusion WebUI",
        "prompt": prompt.strip(),
        "negative_prompt": negative.strip(),
        "model": settings.get("model", ""),
        "sampler": settings.get("sampler", ""),
        "seed": settings.get("seed"),
        "steps": settings.get("steps"),
        "cfg": settings.get("cfg scale"),
        "size": settings.get("size", "").replace(" ", "") if _SIZE.fullmatch(settings.get("size", "")) else "",
        "loras": _loras(prompt),
    }


def _loras(prompt: str) -> list[dict[str, Any]]:
    return [{"name": name, "weight": _number(weight) if weight else 1} for name, weight in _LORA.findall(prompt)][:100]


def _fooocus(texts: Texts) -> Found | None:
    found = _object(texts.get("parameters"))
    if not {"base_model", "prompt"} <= found.keys():
        return None
    size = _SIZE.search(_text(found.get("resolution")).strip("()").replace(",", "x").replace(" ", ""))
    loras = (
        [each for each in found.get("loras", ()) if isinstance(each, list) and len(each) >= 2]
        if isinstance(found.get("loras"), list)
        else []
    )
    return {
        "generator": "Fooocus",
        "prompt": _text(found.get("full_prompt")) or _text(found.get("prompt")),
        "negative_prompt": _text(found.get("full_negative_prompt")) or _text(found.get("negative_prompt")),
        "model": _text(found.get("base_model")),
        "sampler": _text(found.get("sampler")),
        "seed": found.get("seed"),
        "steps": found.get("steps"),
        "cfg": found.get("guidance_scale"),
        "size": f"{size[1]}x{size[2]}" if size else "",
        "loras": [{"name": _text(each[0]), "weight": _number(each[1])} for each in loras if _text(each[0])],
    }


def _swarm(texts: Texts) -> Found | None:
    found = _object(texts.get("parameters")).get("sui_image_params")
    if not isinstance(found, dict):
        return None
    return {
        "generator": "SwarmUI",
        "prompt": _text(found.get("prompt")),
        "negative_prompt": _text(found.get("negativeprompt")),
        "model": _text(found.get("model")),
        "sampler": _text(found.get("sampler")),
        "seed": found.get("seed"),
        "steps": found.get("steps"),
        "cfg": found.get("cfgscale"),
        "size": _size(found.get("width"), found.get("height")),
    }


# --- InvokeAI and NovelAI ---


def _invoke(texts: Texts) -> Found | None:
    found = _object(texts.get("invokeai_metadata"))
    if not found:
        return _invoke_old(texts)
    model = found.get("model")
    loras = found.get("loras")
    return {
        "generator": "InvokeAI",
        "prompt": _text(found.get("positive_prompt")),
        "negative_prompt": _text(found.get("negative_prompt")),
        "model": _named(model),
        "sampler": _text(found.get("scheduler")),
        "seed": found.get("seed"),
        "steps": found.get("steps"),
        "cfg": found.get("cfg_scale"),
        "size": _size(found.get("width"), found.get("height")),
        "loras": [
            {"name": name, "weight": _number(each.get("weight"))}
            for each in (loras if isinstance(loras, list) else ())
            if isinstance(each, dict) and (name := _named(each.get("lora") or each.get("model")))
        ],
    }


def _named(model: Any) -> str:
    return _text(model.get("name") or model.get("model_name")) if isinstance(model, dict) else _text(model)


def _invoke_old(texts: Texts) -> Found | None:
    found = _object(texts.get("sd-metadata"))
    image = found.get("image")
    if not isinstance(image, dict):
        return None
    prompt = image.get("prompt")
    if isinstance(prompt, list):
        prompt = next((each.get("prompt") for each in prompt if isinstance(each, dict)), "")
    text = _text(prompt)
    negative = "".join(re.findall(r"\[([^\[\]]*)\]", text)[:20])
    return {
        "generator": "InvokeAI",
        "prompt": re.sub(r"\[[^\[\]]*\]", "", text),
        "negative_prompt": negative,
        "model": _text(found.get("model_weights")),
        "sampler": _text(image.get("sampler")),
        "seed": image.get("seed"),
        "steps": image.get("steps"),
        "cfg": image.get("cfg_scale"),
        "size": _size(image.get("width"), image.get("height")),
    }


def _novel(texts: Texts) -> Found | None:
    found = _object(texts.get("Comment"))
    if texts.get("Software") != "NovelAI" or not found:
        return None
    return {
        "generator": "NovelAI",
        "prompt": _text(found.get("prompt")) or texts.get("Description", ""),
        "negative_prompt": _text(found.get("uc")),
        "model": texts.get("Source", ""),
        "sampler": _text(found.get("sampler")),
        "seed": found.get("seed"),
        "steps": found.get("steps"),
        "cfg": found.get("scale"),
        "size": _size(found.get("width"), found.get("height")),
    }


# --- ComfyUI ---


def _comfy(texts: Texts) -> Found | None:
    nodes = {
        name: node
        for name, node in list(_object(texts.get("prompt")).items())[:MAX_NODES]
        if isinstance(node, dict) and isinstance(node.get("class_type"), str) and isinstance(node.get("inputs"), dict)
    }
    if nodes:
        return _Graph(nodes).read()
    if _object(texts.get("workflow")).get("nodes"):
        return {"generator": "ComfyUI"}
    return None


class _Graph:
    """A ComfyUI prompt: nodes by name, whose inputs are values or links [name, output]."""

    def __init__(self, nodes: dict[str, dict[str, Any]]) -> None:
        self.nodes = nodes

    def read(self) -> Found:
        sampler = self._sampler()
        inputs = sampler["inputs"] if sampler else {}
        guided = inputs if "positive" in inputs else self._linked(inputs, "guider")
        found: Found = {
            "generator": "ComfyUI",
            "prompt": self._words(guided, ("positive", "conditioning")),
            "negative_prompt": self._words(guided, ("negative",)),
            "seed": self._value(inputs, ("seed", "noise_seed"), ("noise",)),
            "steps": self._value(inputs, ("steps",), ("sigmas",)),
            "cfg": self._value(inputs, ("cfg",), ("guider",)),
            "sampler": _text(self._value(inputs, ("sampler_name",), ("sampler",))),
            "size": self._canvas(inputs),
        }
        found["model"], found["loras"] = self._model(inputs if "model" in inputs else guided)
        if not found["prompt"]:
            found["prompt"] = self._any_words()
        return found

    def _sampler(self) -> dict[str, Any] | None:
        """The one the saved picture comes from last: nearest behind a node that saves, else the first there is."""
        savers = [name for name, node in self.nodes.items() if "Save" in node["class_type"] or "Preview" in node["class_type"]]
        seen, line = set(savers), list(savers)
        for name in line:
            if _is_sampler(self.nodes[name]):
                return self.nodes[name]
            links = [link for value in self.nodes[name]["inputs"].values() if (link := self._link(value)) and link not in seen]
            seen.update(links)
            line.extend(dict.fromkeys(links))
        return next((node for node in self.nodes.values() if _is_sampler(node)), None)

    def _link(self, value: Any) -> str:
        if isinstance(value, list) and len(value) == 2 and str(value[0]) in self.nodes:
            return str(value[0])
        return ""

    def _linked(self, inputs: Mapping[str, Any], name: str) -> dict[str, Any]:
        link = self._link(inputs.get(name))
        found: dict[str, Any] = self.nodes[link]["inputs"] if link else {}
        return found

    def _value(self, inputs: Mapping[str, Any], names: Iterable[str], through: Iterable[str]) -> Any:
        """A plain value here, or in the node that a name of `through` or the value itself links to."""
        for name in names:
            value = inputs.get(name)
            if link := self._link(value):
                value = next((each for each in self.nodes[link]["inputs"].values() if isinstance(each, int | float | str)), None)
            if isinstance(value, int | float | str):
                return value
        for name in through:
            if (found := self._linked(inputs, name)) and (value := self._value(found, names, ())) is not None:
                return value
        return None

    def _chain(self, inputs: Mapping[str, Any], names: tuple[str, ...]) -> Iterable[dict[str, Any]]:
        """The nodes behind inputs of these names (or numbered ones such as conditioning_1), each once, nearest first."""
        seen: set[str] = set()
        line = [link for name, value in inputs.items() if name.startswith(names) and (link := self._link(value))]
        while line and len(seen) < MAX_STEPS:
            name = line.pop(0)
            if name in seen:
                continue
            seen.add(name)
            node = self.nodes[name]
            yield node
            line += [link for key, value in node["inputs"].items() if key.startswith(names) and (link := self._link(value))]

    def _words(self, inputs: Mapping[str, Any], names: tuple[str, ...]) -> str:
        found = []
        for node in self._chain(inputs, (*names, "conditioning", "text", "string", "samples")):
            texts = [value for key, value in node["inputs"].items() if _is_wording(key) and isinstance(value, str) and value.strip()]
            found += [text for text in texts if text not in found]
        return "\n".join(found)

    def _any_words(self) -> str:
        encoders = [node["inputs"].get("text") for node in self.nodes.values() if "TextEncode" in node["class_type"]]
        return next((text for text in encoders if isinstance(text, str) and text.strip()), "")

    def _model(self, inputs: Mapping[str, Any]) -> tuple[str, list[dict[str, Any]]]:
        loras: list[dict[str, Any]] = []
        for node in self._chain(inputs, ("model", "unet", "basic_pipe")):
            values = node["inputs"]
            if isinstance(values.get("lora_name"), str):
                loras.append({"name": clean(values["lora_name"]), "weight": _number(values.get("strength_model"))})
            for key in ("ckpt_name", "unet_name", "model_name"):
                if isinstance(values.get(key), str):
                    return values[key], loras
        return "", loras

    def _canvas(self, inputs: Mapping[str, Any]) -> str:
        sizes = (
            _size(node["inputs"].get("width"), node["inputs"].get("height"))
            for node in self._chain(inputs, ("latent", "samples", "pixels", "image"))
        )
        return next(filter(None, sizes), "")


def _is_sampler(node: Mapping[str, Any]) -> bool:
    name = node["class_type"]
    return ("KSampler" in name and "Select" not in name) or name.startswith("SamplerCustom")


def _is_wording(key: str) -> bool:
    return key in ("text", "text_g", "text_l", "clip_l", "t5xxl", "prompt", "string", "value", "positive", "wildcard_text")


_RECOGNISERS: tuple[Callable[[Texts], Found | None], ...] = (_a1111, _fooocus, _swarm, _invoke, _novel, _comfy)
