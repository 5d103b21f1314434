"""Published weights into our networks, from an ONNX file whose batch norms are folded away.

The ONNX file lists convolutions in the order in which they run; a forward pass of ours with hooks
gives the same order for our modules, and every pair must agree in shape and groups. A folded
convolution has no batch norm left, but training wants one: unfold() measures mean and deviation of
each convolution's output on pictures and sets the norm to exactly undo itself, so that the network
computes what it did, in training mode too (but for the batch's own statistics).
"""

import contextlib
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn


class WeightsError(Exception):
    """The file and the network do not fit; says where."""


def published_convolutions(path):
    """[(weight, bias, groups)] of the graph's convolutions in their order."""
    graph = onnx.load(str(path)).graph
    arrays = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    found = []
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in arrays:  # Kept as fp16.
            arrays[node.output[0]] = arrays[node.input[0]].astype(np.float32)
        if node.op_type != "Conv":
            continue
        groups = next((a.i for a in node.attribute if a.name == "group"), 1)
        weight = arrays[node.input[1]]
        bias = arrays[node.input[2]] if len(node.input) > 2 else np.zeros(len(weight), np.float32)
        found.append((weight, bias, groups))
    return found


def convolutions_in_order(network, sample):
    """Our convolutions as they run on `sample`, as [(name, module)]."""
    order, hooks = [], []
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d):
            hooks.append(module.register_forward_hook(
                lambda m, i, o, name=name: order.append((name, m))))
    training = network.training
    network.eval()
    with torch.no_grad():
        network(sample)
    network.train(training)
    for hook in hooks:
        hook.remove()
    return order


def load_folded(network, path, sample, other=lambda name: False):
    """Fills the network's convolutions from the file; norms become the identity, but for what the
    file adds behind a convolution that has no bias of its own.

    other(name): may be of another shape (a head of other classes), and is then left as it is.
    Returns the number of those that were filled.
    """
    theirs = published_convolutions(Path(path))
    ours = convolutions_in_order(network, sample)
    if len(ours) != len(theirs):
        raise WeightsError(f"{path}: {len(theirs)} convolutions, the network has {len(ours)}")
    filled, added = 0, {}
    for (name, module), (weight, bias, groups) in zip(ours, theirs):
        if other(name) and tuple(module.weight.shape) != weight.shape:
            continue
        if tuple(module.weight.shape) != weight.shape or module.groups != groups:
            raise WeightsError(f"{path}: {name} is {tuple(module.weight.shape)} in {module.groups} "
                               f"groups, the file has {weight.shape} in {groups}")
        with torch.no_grad():
            module.weight.copy_(torch.from_numpy(weight.copy()))
            if module.bias is None:
                added[module] = torch.from_numpy(bias.copy())
            else:
                module.bias.copy_(torch.from_numpy(bias.copy()))
        filled += 1
    with torch.no_grad():
        before = {module.norm: module.conv for module in network.modules()
                  if hasattr(module, "norm")}
        for norm in network.modules():
            if isinstance(norm, nn.BatchNorm2d):
                set_identity(norm, torch.zeros_like(norm.running_mean),
                             torch.ones_like(norm.running_var), added.pop(before.get(norm), 0))
    if added:
        raise WeightsError(f"{path}: {len(added)} convolutions have neither a bias nor a norm")
    return filled


def set_identity(norm, mean, variance, added=0):
    """A norm that has seen `mean` and `variance`, and undoes them; then it adds `added`."""
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(variance)
    norm.weight.copy_((variance + norm.eps).sqrt())
    norm.bias.copy_(mean + added)


@contextlib.contextmanager
def measured(network):
    """Collects count, sum and sum of squares of each norm's input while it is open."""
    sums, hooks = {}, []

    def look(module, inputs):
        x = inputs[0].detach().double()
        dims = (0, 2, 3)
        entry = sums.setdefault(module, [0, 0.0, 0.0])
        entry[0] += x.numel() // x.shape[1]
        entry[1] = entry[1] + x.sum(dims)
        entry[2] = entry[2] + (x * x).sum(dims)

    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            hooks.append(module.register_forward_pre_hook(look))
    try:
        yield sums
    finally:
        for hook in hooks:
            hook.remove()


def unfold(network, batches):
    """Gives load_folded's norms these batches' statistics; what the network computes stays."""
    training = network.training
    network.eval()
    with torch.no_grad(), measured(network) as sums:
        for batch in batches:
            network(batch)
    with torch.no_grad():
        for norm, (count, total, squares) in sums.items():
            mean = total / count
            variance = (squares / count - mean * mean).clamp(min=0)
            # A channel that never moves would be divided by nothing: left as the identity.
            variance = torch.where(variance < 1e-4, torch.ones_like(variance), variance)
            set_identity(norm, mean.float(), variance.float(),
                         norm.bias - norm.running_mean)
    network.train(training)
