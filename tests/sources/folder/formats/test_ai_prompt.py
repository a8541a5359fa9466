"""Pictures of image models: one shape, whoever painted them. Expected values stand in the files themselves (see their text chunks)."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from longshelf.sources.folder.formats import ai_prompt, exif, image
from tests.sources.folder.recordings import png
from tests.support import corpora

A1111 = (
    "a lighthouse, <lora:waves:0.7> <lora:fog>\nat night\nNegative prompt: blurry, text\n"
    "Steps: 28, Sampler: Euler a, CFG scale: 6.5, Seed: 4294967295, Size: 512x768, Model hash: ab, Model: papermoon-v2, "
    'Lora hashes: "waves: 1, fog: 2"'
)
LIGHTHOUSE = {
    "generator": "Stable Diffusion WebUI",
    "prompt": "a lighthouse, <lora:waves:0.7> <lora:fog>\nat night",
    "negative_prompt": "blurry, text",
    "model": "papermoon-v2",
    "sampler": "Euler a",
    "seed": 4294967295,
    "steps": 28,
    "cfg": 6.5,
    "size": "512x768",
    "loras": [{"name": "waves", "weight": 0.7}, {"name": "fog", "weight": 1}],
}


def test_parameters_of_a1111_are_read_whole() -> None:
    assert ai_prompt.read({"parameters": A1111}) == LIGHTHOUSE


def test_they_are_found_in_a_png_and_are_the_description_when_there_is_none(tmp_path: Path) -> None:
    layer = image.parse(png(tmp_path / "x.png", (b"tEXt", b"parameters\0" + A1111.encode()))).layers[0]
    assert layer.extra["ai"] == LIGHTHOUSE
    assert layer.description.startswith("a lighthouse")
    described = png(tmp_path / "y.png", (b"tEXt", b"parameters\0" + A1111.encode()), (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP))
    assert image.parse(described).layers[0].description == "Seen from the pier"


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description>'
    b"Seen from the pier</dc:description></rdf:Description></rdf:RDF></x:xmpmeta>"
)


@pytest.mark.parametrize("suffix", ["jpg", "webp"])
def test_they_are_found_in_the_user_comment(tmp_path: Path, suffix: str) -> None:
    found = Image.Exif()
    found.get_ifd(exif.CAMERA)[exif.COMMENT] = b"UNICODE\0" + A1111.encode("utf-16-be")
    Image.new("RGB", (8, 8)).save(tmp_path / f"x.{suffix}", exif=found)
    assert image.parse(tmp_path / f"x.{suffix}").layers[0].extra["ai"] == LIGHTHOUSE


def test_invokeai_and_novelai() -> None:
    invoke = {
        "positive_prompt": "a barn",
        "negative_prompt": "rain",
        "model": {"name": "sdxl"},
        "scheduler": "euler",
        "seed": 1,
        "steps": 30,
        "cfg_scale": 7.5,
        "width": 640,
        "height": 480,
        "loras": [{"lora": {"model_name": "oil"}, "weight": 0.5}],
    }
    assert ai_prompt.read({"invokeai_metadata": json.dumps(invoke)}) == {
        "generator": "InvokeAI",
        "prompt": "a barn",
        "negative_prompt": "rain",
        "model": "sdxl",
        "sampler": "euler",
        "seed": 1,
        "steps": 30,
        "cfg": 7.5,
        "size": "640x480",
        "loras": [{"name": "oil", "weight": 0.5}],
    }
    novel = {"prompt": "a barn", "uc": "rain", "sampler": "k_euler", "seed": 2, "steps": 28, "scale": 11, "width": 512, "height": 512}
    found = ai_prompt.read({"Software": "NovelAI", "Description": "a barn", "Source": "NAI v3", "Comment": json.dumps(novel)})
    assert found is not None
    assert (found["generator"], found["prompt"], found["negative_prompt"], found["cfg"], found["model"]) == (
        "NovelAI",
        "a barn",
        "rain",
        11,
        "NAI v3",
    )


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "comfyui-examples/lora/lora.png",
            {
                "generator": "ComfyUI",
                "prompt": "masterpiece best quality girl",
                "negative_prompt": "bad hands",
                "seed": 851616030078638,
                "steps": 20,
                "cfg": 8,
                "sampler": "euler",
                "size": "512x512",
                "model": "v1-5-pruned-emaonly.ckpt",
                "loras": [{"name": "epiNoiseoffset_v2.safetensors", "weight": 1}],
            },
        ),
        ("comfyui-examples/wan/text_to_video_wan.webp", {"seed": 82628696717253, "steps": 30, "cfg": 6, "sampler": "uni_pc"}),
        (
            "sd-parsers/tests/resources/bad_images/text_after_idat.png",
            {
                "prompt": "photo of a duck",
                "negative_prompt": "monochrome",
                "sampler": "UniPC",
                "seed": 235284042,
                "steps": 15,
                "cfg": 5,
                "size": "512x400",
            },
        ),
        (
            "sd-parsers/tests/resources/parsers/Fooocus/fooocus1_cropped.png",
            {"generator": "Fooocus", "model": "juggernautXL_v8Rundiffusion"},
        ),
        (
            "sd-parsers/tests/resources/parsers/ComfyUI/img2img_cropped.png",
            {
                "prompt": "photograph of victorian woman with wings, sky clouds, meadow grass",
                "negative_prompt": "watermark, text",
                "seed": 280823642470253,
            },
        ),
    ],
)
def test_real_pictures(name: str, expected: dict[str, object]) -> None:
    found = image.parse(corpora.find(f"image-ai/{name}")).layers[0].extra["ai"]
    assert isinstance(found, dict)
    assert {key: found.get(key) for key in expected} == expected


def test_a_graph_with_a_loop_ends() -> None:
    nodes = {
        "1": {"class_type": "KSampler", "inputs": {"positive": ["2", 0], "model": ["2", 0], "latent_image": ["1", 0], "seed": ["1", 0]}},
        "2": {"class_type": "Reroute", "inputs": {"conditioning": ["2", 0], "text": ["1", 0], "model": ["2", 0]}},
    }
    found = ai_prompt.read({"prompt": json.dumps(nodes)})
    assert found == {"generator": "ComfyUI"}


def test_nan_does_not_hide_a_graph() -> None:
    text = '{"1": {"class_type": "KSampler", "inputs": {"seed": 5, "cfg": NaN}, "is_changed": [NaN]}}'
    assert ai_prompt.read({"prompt": text}) == {"generator": "ComfyUI", "seed": 5}


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"parameters": "Steps to take on holiday"},
        {"Comment": "{}"},
        {"prompt": "[" * 100_000},
        {"prompt": "{}"},
        {"parameters": '{"a":' * 5_000},
        {"Software": "NovelAI"},
        {"workflow": "null"},
    ],
)
def test_what_is_no_prompt_gives_nothing(texts: dict[str, str]) -> None:
    assert ai_prompt.read(texts) is None


KEYS = st.sampled_from(["inputs", "class_type", "1", "positive", "loras", "model", "seed"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["inputs", "class_type", "1", "positive", "loras", "model", "seed"]), inner)
    ),
    max_leaves=20,
)


@given(
    st.dictionaries(
        st.sampled_from(["parameters", "prompt", "workflow", "invokeai_metadata", "sd-metadata", "Comment", "Software"]),
        JSON.map(json.dumps) | st.text(),
    )
)
def test_any_texts_give_a_plain_mapping_or_nothing(texts: dict[str, str]) -> None:
    found = ai_prompt.read(texts)
    assert found is None or json.dumps(found, allow_nan=False)
