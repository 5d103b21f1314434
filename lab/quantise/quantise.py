"""Post-training quantisation with NNCF: a package's graph in fp32 becomes one in int8.

Weights and activations of convolutions and matrix products become whole numbers of 8 bits; their
ranges are measured on the pictures. What follows a head's last convolutions (the grid, exponentials
and distances of boxes) stays in float: it is arithmetic on pixels, a step of 1/255 of its range
would be a shift of boxes that is seen, and it costs next to nothing.

Input is prepared here as tally's engine does it: colour order, scale and layout, from the manifest.
"""

import os
import tomllib
from pathlib import Path

import numpy as np

WEIGHTED = ("Convolution", "GroupConvolution", "MatMul")


class QuantiseError(Exception):
    """What a person can mend: says what is wrong."""


def read_manifest(package):
    try:
        with open(package / "model.toml", "rb") as file:
            manifest = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise QuantiseError(f"{package}: not a model package: {error}") from None
    if manifest.get("target", "cpu") != "cpu" or manifest.get("precision", "fp32") != "fp32":
        raise QuantiseError(f"{package}: is not in fp32 for CPUs")
    return manifest


def picture_shape(manifest):
    """Height and width of the network's picture."""
    shape = manifest["input"]["shape"]
    return tuple(shape[2:4] if manifest["input"]["layout"] == "nchw" else shape[1:3])


def read_pictures(path, manifest):
    """u8 [N, H, W, 3], mapped, not read."""
    height, width = picture_shape(manifest)
    each = height * width * 3
    size = path.stat().st_size
    if size == 0 or size % each:
        raise QuantiseError(f"{path}: {size} bytes are no pictures of {width}x{height}")
    return np.memmap(path, np.uint8, "r", shape=(size // each, height, width, 3))


def prepared(picture, manifest):
    """One picture as the graph's input, f32 with a batch of 1."""
    given = manifest["input"]
    values = picture[..., ::-1] if given["color"] == "bgr" else picture
    values = values.astype(np.float32) * np.float32(given["scale"])
    if given["layout"] == "nchw":
        values = values.transpose(2, 0, 1)
    return np.ascontiguousarray(values[None])


def has_weights(node):
    """Whether the network looks at a picture with it. What follows a softmax is a weighted sum in a
    head: YOLOv8's over the distances that a box's side may have."""
    if node.get_type_name() not in WEIGHTED:
        return False
    source = node.input_value(0).get_node()
    while source.get_type_name() in ("Transpose", "Reshape"):
        source = source.input_value(0).get_node()
    return source.get_type_name() != "Softmax"


def names_after_the_last(model):
    """Friendly names of the nodes that no weighted node follows, themselves none."""
    leads = set()  # Nodes from which a weighted one is reached.
    ordered = model.get_ordered_ops()
    for node in reversed(ordered):
        if has_weights(node) or node.get_friendly_name() in leads:
            for value in node.input_values():
                leads.add(value.get_node().get_friendly_name())
    return [node.get_friendly_name() for node in ordered
            if node.get_friendly_name() not in leads and not has_weights(node)
            and node.get_type_name() not in ("Constant", "Result", "Parameter")]


def quantise(package, pictures, output):
    """Writes OpenVINO's IR to `output` (*.xml and *.bin); how many pictures were looked at."""
    # NNCF and OpenVINO would tell their makers of every run.
    os.environ.setdefault("NNCF_CI", "1")
    manifest = read_manifest(package)
    samples = read_pictures(pictures, manifest)
    import nncf  # Slow to import; after what is cheap to find wrong.
    import openvino

    model = openvino.Core().read_model(package / manifest["graph"])
    if model.inputs[0].get_partial_shape().is_dynamic:
        shape = model.inputs[0].get_partial_shape()
        shape[0] = 1
        model.reshape(shape)
    dataset = nncf.Dataset(samples, lambda picture: prepared(picture, manifest))
    embeds = manifest["task"] == "embed"
    ignored = nncf.IgnoredScope(names=[] if embeds else names_after_the_last(model),
                                validate=False)
    # Mixed: activations that are negative, too, have ranges of their own below and above 0.
    quantised = nncf.quantize(model, dataset, preset=nncf.QuantizationPreset.MIXED,
                              subset_size=len(samples), ignored_scope=ignored)
    openvino.save_model(quantised, Path(output), compress_to_fp16=False)
    return len(samples)
