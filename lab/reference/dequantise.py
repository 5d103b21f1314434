#!/usr/bin/env python3
"""Makes the float twin of a dynamically quantised ONNX file: same weights, ordinary convolutions.

Dynamic quantisation rounds activations by their range at run time, so a difference in the last bit
of a float grows to whole steps, and no two engines (nor one engine after a different fusion) agree
to more than about a hundredth. The twin has none of that: where two sides differ on it, their
reading of the outputs differs.

Replaced is onnxruntime's pattern
  x -> DynamicQuantizeLinear -> ConvInteger -> Cast -> Mul(x_scale * w_scale)
by
  Conv(x, (w - w_zero) * w_scale)
"""

import sys

import numpy as np
import onnx
from onnx import numpy_helper


def dequantise(model):
    graph = model.graph
    constants = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    made_by = {name: node for node in graph.node for name in node.output}
    used_by = {}
    for node in graph.node:
        for name in node.input:
            used_by.setdefault(name, []).append(node)

    def only_user(name, kind):
        users = used_by[name]
        if len(users) != 1 or users[0].op_type != kind:
            raise SystemExit(f"dequantise: {name} is not followed by one {kind} alone")
        return users[0]

    dropped, replaced = set(), {}
    for node in graph.node:
        if node.op_type != "ConvInteger":
            continue
        quantised, weights = node.input[:2]
        zero = constants[node.input[3]].astype(np.float32) if len(node.input) > 3 else np.float32(0)
        cast = only_user(node.output[0], "Cast")
        scaled = only_user(cast.output[0], "Mul")
        scales = made_by[next(name for name in scaled.input if name != cast.output[0])]
        scale = next(constants[name] for name in scales.input if name in constants)
        column = [-1] + [1] * (constants[weights].ndim - 1)
        floats = constants[weights].astype(np.float32) - zero.reshape(column)
        floats *= scale.reshape(column)
        graph.initializer.append(numpy_helper.from_array(floats, weights + "_float"))
        conv = onnx.helper.make_node("Conv", [made_by[quantised].input[0], weights + "_float"],
                                     list(scaled.output), name=node.name + "_float")
        conv.attribute.extend(node.attribute)
        replaced[scaled.output[0]] = conv
        dropped |= {node.output[0], cast.output[0], scaled.output[0], scales.output[0]}
    kept = [replaced.get(node.output[0], node) for node in graph.node
            if node.output[0] not in dropped or node.output[0] in replaced]
    kept = [node for node in kept if node.op_type != "DynamicQuantizeLinear"]
    needed = {name for node in kept for name in node.input}
    initializers = [t for t in graph.initializer if t.name in needed]
    del graph.node[:], graph.initializer[:], graph.value_info[:]
    graph.node.extend(kept)
    graph.initializer.extend(initializers)
    onnx.checker.check_model(model)
    return model


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit("usage: dequantise.py QUANTISED.onnx FLOAT.onnx")
    onnx.save(dequantise(onnx.load(sys.argv[1])), sys.argv[2])
