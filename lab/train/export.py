"""Trained networks to ONNX: static shapes, batch norms folded away, one file, so small that its
package, with golden input and output, stays under 4 MB.

Weights stay fp32 where the file fits, else the large ones become fp16 with a Cast to fp32 behind
each, which engines fold when they load. The file is run by onnxruntime and compared with PyTorch
before it appears under its name.
"""

import copy
import os
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

BYTES_MAX = 3_300_000
OPSET = 13
HALF_ELEMENTS_MIN = 256
TOLERANCE_SINGLE, TOLERANCE_HALF = 2e-3, 5e-2
# What our engines and ahead-of-time compilers take: no sorting, no shapes from data.
ALLOWED = {"Add", "Cast", "Clip", "Concat", "Constant", "Conv", "Div", "Flatten",
           "GlobalAveragePool", "ReduceSum", "Sqrt",
           "Identity", "MaxPool", "Mul", "Relu", "Reshape", "Resize", "Sigmoid", "Slice", "Sub",
           "Transpose", "Squeeze"}


class ExportError(Exception):
    """The exported file is not what it should be: says how."""


def folded(network):
    """A copy in which every module with .conv and .norm has the norm inside the convolution."""
    network = copy.deepcopy(network).eval()
    for module in network.modules():
        if isinstance(getattr(module, "norm", None), nn.BatchNorm2d):
            module.conv = fuse_conv_bn_eval(module.conv, module.norm)
            module.norm = nn.Identity()
    return network.to(memory_format=torch.contiguous_format)


def halved(model):
    """Large weights as fp16, each with a Cast to fp32 behind it."""
    casts, kept = [], []
    for entry in model.graph.initializer:
        array = numpy_helper.to_array(entry)
        if array.dtype != np.float32 or array.size < HALF_ELEMENTS_MIN:
            kept.append(entry)
            continue
        half = entry.name + ".half"
        kept.append(numpy_helper.from_array(array.astype(np.float16), half))
        casts.append(helper.make_node("Cast", [half], [entry.name], to=TensorProto.FLOAT))
    nodes = list(model.graph.node)
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(casts + nodes)
    return model


def write(network, path, sample, output):
    """Exports, shrinks if need be, checks, and moves into place. sample: what to check with."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    network = folded(network)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # The exporter is the older of two; it needs nothing else.
        torch.onnx.export(network, (sample,), str(partial), dynamo=False, opset_version=OPSET,
                          input_names=["images"], output_names=[output])
    tolerance = TOLERANCE_SINGLE
    if partial.stat().st_size > BYTES_MAX:
        onnx.save(halved(onnx.load(str(partial))), str(partial))
        tolerance = TOLERANCE_HALF
    check(network, partial, sample, tolerance)
    os.replace(partial, path)


def check(network, path, sample, tolerance):
    model = onnx.load(str(path))
    onnx.checker.check_model(model)
    strange = {node.op_type for node in model.graph.node} - ALLOWED
    if strange:
        raise ExportError(f"{path}: operators that not every engine has: {sorted(strange)}")
    size = path.stat().st_size
    if size > BYTES_MAX:
        raise ExportError(f"{path}: {size} bytes; at most {BYTES_MAX}")
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    theirs = session.run(None, {"images": sample.numpy()})[0]
    with torch.inference_mode():
        ours = network(sample).numpy()
    difference = float(np.abs(ours - theirs).max())
    if ours.shape != theirs.shape or not difference <= tolerance * max(1.0, np.abs(ours).max()):
        raise ExportError(f"{path}: differs from PyTorch by {difference:.2g}; at most {tolerance}")


def picture_sample(width, height, seed=1):
    """A smooth picture with noise, 0..255: nothing a network was trained on, and no edge case."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand((1, 3, 4, 6), generator=generator) * 255
    smooth = nn.functional.interpolate(coarse, (height, width), mode="bilinear")
    return (smooth + torch.randn(smooth.shape, generator=generator) * 4).clamp(0, 255)


def detector(network, path, width, height):
    write(network, path, picture_sample(width, height), "output")


def embedder(network, path, side):
    write(network, path, picture_sample(side, side), "embedding")
