"""Exports the published architectures with random weights to ONNX, as a web developer would before onnxruntime-web.

    python export.py FOLDER [--models hubert-base,hubert-large,clip-text,clip-image] [--variants f32,q8,q8c]

Nothing is downloaded: the configurations are the defaults of `transformers`, which are those of
facebook/hubert-base-ls960 and openai/clip-vit-base-patch32; hubert-large-ll60k's is spelt out. Files are
FOLDER/MODEL-VARIANT.onnx, where the variants are

    f32    as exported
    q8     weights of matrix products in 8 bits, activations quantised as they come (MatMulInteger)
    q8c    that, and the convolutions (ConvInteger): the default of onnxruntime's quantize_dynamic

Files that are there are left alone. Each f32 file is compared with PyTorch before it is kept.
"""

import argparse
import os
import pathlib

import numpy
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn
from transformers import (
    CLIPTextConfig,
    CLIPTextModelWithProjection,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    HubertConfig,
    HubertModel,
)

MODELS = ["hubert-base", "clip-text", "clip-image", "hubert-large"]
VARIANTS = ["f32", "q8", "q8c"]
# Largest error against PyTorch that rounding explains.
TOLERANCE = 1e-3
ONLY_PRODUCTS = ["MatMul", "Gemm", "Attention", "Gather", "EmbedLayerNormalization"]


class AllHiddenStates(nn.Module):
    """What SpeechCLIP reads of HuBERT: every hidden state, the last one first."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_values):
        output = self.model(input_values, output_hidden_states=True, return_dict=True)
        return (output.last_hidden_state, *output.hidden_states)


class TextEmbedding(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids):
        return (self.model(input_ids=input_ids, return_dict=True).text_embeds,)


class ImageEmbedding(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        return (self.model(pixel_values=pixel_values, return_dict=True).image_embeds,)


def hubert(name):
    """The model, an example of its input and the names around it."""
    sizes = {}
    if name == "hubert-large":
        sizes = dict(
            hidden_size=1024,
            num_hidden_layers=24,
            num_attention_heads=16,
            intermediate_size=4096,
            feat_extract_norm="layer",
            conv_bias=True,
            do_stable_layer_norm=True,
        )
    config = HubertConfig(layerdrop=0.0, mask_time_prob=0.0, apply_spec_augment=False, **sizes)
    config._attn_implementation = "eager"
    model = HubertModel(config).eval()
    # Weight norm is folded in: an exporter that kept it would make the peer slower than it has to be.
    for module in model.modules():
        for parameter in list(getattr(module, "parametrizations", {})):
            nn.utils.parametrize.remove_parametrizations(module, parameter)
    outputs = ["last_hidden_state"] + [f"hidden_states.{n}" for n in range(config.num_hidden_layers + 1)]
    axes = {"input_values": {1: "samples"}, **{output: {1: "frames"} for output in outputs}}
    return AllHiddenStates(model), torch.randn(1, 32_000), "input_values", outputs, axes


def build(name):
    torch.manual_seed(0)
    if name == "clip-text":
        config = CLIPTextConfig()
        config._attn_implementation = "eager"
        ids = torch.randint(1, 49_405, (1, 77))
        ids[0, 0], ids[0, 20:] = 49_406, 49_407
        return TextEmbedding(CLIPTextModelWithProjection(config).eval()), ids, "input_ids", ["text_embeds"], {}
    if name == "clip-image":
        config = CLIPVisionConfig()
        config._attn_implementation = "eager"
        model = CLIPVisionModelWithProjection(config).eval()
        return ImageEmbedding(model), torch.randn(1, 3, 224, 224), "pixel_values", ["image_embeds"], {}
    return hubert(name)


def export(name, file):
    model, example, given, outputs, axes = build(name)
    model.eval()
    with torch.no_grad():
        torch.onnx.export(
            model,
            (example,),
            str(file),
            input_names=[given],
            output_names=outputs,
            dynamic_axes=axes or None,
            opset_version=17,
            do_constant_folding=True,
            dynamo=False,
        )
        expected = model(example)[0].numpy()
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    found = session.run(None, {given: example.numpy()})[0]
    error = float(numpy.abs(found - expected).max())
    if error > TOLERANCE:
        raise SystemExit(f"{file}: {error} away from PyTorch")
    print(f"{file.name}: {file.stat().st_size / 1e6:.0f} MB, {error:.1e} away from PyTorch", flush=True)


def quantise(source, file, convolutions):
    only = {} if convolutions else {"op_types_to_quantize": ONLY_PRODUCTS}
    options = {"EnableSubgraph": True} if convolutions else {"EnableSubgraph": True, "MatMulConstBOnly": True}
    quantize_dynamic(
        str(source),
        str(file),
        weight_type=QuantType.QUInt8,
        per_channel=False,
        reduce_range=False,
        extra_options=options,
        **only,
    )
    print(f"{file.name}: {file.stat().st_size / 1e6:.0f} MB", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--models", default=",".join(MODELS[:3]))
    arguments.add_argument("--variants", default=",".join(VARIANTS))
    wanted = arguments.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    for name in wanted.models.split(","):
        if name not in MODELS:
            raise SystemExit(f"unknown model {name!r}; one of {', '.join(MODELS)}")
        for variant in wanted.variants.split(","):
            file = wanted.folder / f"{name}-{variant}.onnx"
            if file.exists():
                continue
            part = file.with_suffix(".part")
            source = wanted.folder / f"{name}-f32.onnx"
            if variant == "f32":
                export(name, part)
            elif variant in VARIANTS:
                if not source.exists():
                    raise SystemExit(f"{variant} is made of f32: ask for both")
                quantise(source, part, convolutions=variant == "q8c")
            else:
                raise SystemExit(f"unknown variant {variant!r}; one of {', '.join(VARIANTS)}")
            os.replace(part, file)


if __name__ == "__main__":
    main()
