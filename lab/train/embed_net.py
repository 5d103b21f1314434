"""The embedder's network: the first eleven blocks of EfficientNet-Lite0, and a small head.

Input [B,3,96,96] RGB 0..255, scaled inside. Output [B,128] of length 1. Lite0 (arXiv 1905.11946,
without squeeze-and-excite, with ReLU6) is cut after stride 16: what comes later is most of its
weights and knows categories, not prints. The head pools three depths, so that colour and pattern
reach the embedding beside shape. Convolutions, pooling, and one division.
"""

import torch
from torch import nn

from . import weights

SIDE = 96
DIMENSIONS = 128
CENTRE, SPREAD = 127.0, 128.0
NORM_EPS, NORM_MOMENTUM = 1e-3, 0.01
# (kernel, stride, expansion, channels) of the blocks; the stem gives 32 channels.
BLOCKS = ((3, 1, 1, 16), (3, 2, 6, 24), (3, 1, 6, 24), (5, 2, 6, 40), (5, 1, 6, 40), (3, 2, 6, 80),
          (3, 1, 6, 80), (3, 1, 6, 80), (5, 1, 6, 112), (5, 1, 6, 112), (5, 1, 6, 112))
TAPS = (4, 7)  # Blocks whose maps are pooled into the embedding too.
LOCAL = 384  # Channels of the last map before it is pooled.
LENGTH_MIN = 1e-12


class ConvNorm(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=1, groups=1, active=True):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups,
                              bias=False)
        self.norm = nn.BatchNorm2d(outputs, NORM_EPS, NORM_MOMENTUM)
        self.act = nn.ReLU6() if active else nn.Identity()

    def forward(self, x):
        return self.act(self.norm(self.conv(x)))


class Block(nn.Module):
    """Widen, look around, narrow; with a way past it where shapes agree."""

    def __init__(self, inputs, kernel, stride, expansion, outputs):
        super().__init__()
        wide = inputs * expansion
        self.expand = ConvNorm(inputs, wide, 1) if expansion > 1 else None
        self.depthwise = ConvNorm(wide, wide, kernel, stride, groups=wide)
        self.project = ConvNorm(wide, outputs, 1, active=False)
        self.past = stride == 1 and inputs == outputs

    def forward(self, x):
        y = x if self.expand is None else self.expand(x)
        y = self.project(self.depthwise(y))
        return x + y if self.past else y


class Embedder(nn.Module):
    def __init__(self):
        super().__init__()
        self.frozen = 0
        self.stem = ConvNorm(3, 32, 3, 2)
        channels, blocks = 32, []
        for kernel, stride, expansion, outputs in BLOCKS:
            blocks.append(Block(channels, kernel, stride, expansion, outputs))
            channels = outputs
        self.blocks = nn.ModuleList(blocks)
        self.local = ConvNorm(channels, LOCAL, 1)
        pooled = LOCAL + sum(BLOCKS[tap][3] for tap in TAPS)
        self.embed = nn.Conv2d(pooled, DIMENSIONS, 1)

    def freeze(self, blocks):
        """Stem and first blocks stay as they are: the dearest to train, and general already."""
        self.frozen = blocks
        for part in (self.stem, *self.blocks[:blocks]):
            for parameter in part.parameters():
                parameter.requires_grad_(False)
        self.train(self.training)

    def train(self, mode=True):
        super().train(mode)
        if self.frozen:
            for part in (self.stem, *self.blocks[:self.frozen]):
                part.eval()
        return self

    def forward(self, x):
        x = self.stem((x - CENTRE) / SPREAD)
        pooled = []
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i in TAPS:
                pooled.append(nn.functional.adaptive_avg_pool2d(x, 1))
        pooled.append(nn.functional.adaptive_avg_pool2d(self.local(x), 1))
        vector = self.embed(torch.cat(pooled, 1)).flatten(1)
        return vector / ((vector * vector).sum(1, keepdim=True) + LENGTH_MIN).sqrt()


def load_published(network, path):
    """Stem and blocks of a published EfficientNet-Lite0 (.pth); returns how many tensors."""
    theirs = torch.load(path, map_location="cpu", weights_only=True)
    pairs = [("stem", "_conv_stem", "_bn0")]
    for i, block in enumerate(network.blocks):
        number = 0
        if block.expand is not None:
            pairs.append((f"blocks.{i}.expand", f"_blocks.{i}._expand_conv", f"_blocks.{i}._bn0"))
        number = 1
        pairs.append((f"blocks.{i}.depthwise", f"_blocks.{i}._depthwise_conv",
                      f"_blocks.{i}._bn{number}"))
        pairs.append((f"blocks.{i}.project", f"_blocks.{i}._project_conv", f"_blocks.{i}._bn2"))
    mine = network.state_dict()
    for ours, conv, norm in pairs:
        mine[f"{ours}.conv.weight"].copy_(theirs[f"{conv}.weight"])
        for part in ("weight", "bias", "running_mean", "running_var"):
            mine[f"{ours}.norm.{part}"].copy_(theirs[f"{norm}.{part}"])
    return 5 * len(pairs)


def load_any(network, path):
    """Weights of a published file, of a graph that was exported, or of an earlier run's checkpoint.
    Norms of a graph are to be unfolded (`weights.unfold`)."""
    if path.suffix == ".onnx":
        weights.load_folded(network, path, torch.zeros(1, 3, SIDE, SIDE))
        return
    state = torch.load(path, map_location="cpu", weights_only=True)
    if "average" not in state:
        load_published(network, path)
        return
    network.load_state_dict(state["average"])


def multiply_adds(network, side=SIDE):
    """Multiplications with addition of one picture's convolutions."""
    total, hooks = [0], []

    def count(module, inputs, output):
        total[0] += output[0].numel() * module.weight[0].numel()

    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            hooks.append(module.register_forward_hook(count))
    training = network.training
    with torch.no_grad():
        network.eval()(torch.zeros(1, 3, side, side))
    network.train(training)
    for hook in hooks:
        hook.remove()
    return total[0]
