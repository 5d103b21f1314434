"""The detector's network: YOLOX-Nano, written from its paper (arXiv 2107.08430).

CSPDarknet with depth 0.33 and width 0.25, PAFPN, decoupled head; depthwise separable convolutions
and SiLU throughout. Input [B,3,H,W], BGR 0..255, sides multiples of 32. forward() gives the raw
head as the published ONNX does: [B,N,5+C] with offsets to the grid and logarithms of sizes in
strides, then objectness and class scores as probabilities; N counts the cells of strides 8, 16 and
32, rows first. levels() gives logits per level, which is what the loss wants.

Modules run in the order in which the published graph lists its convolutions: weights.py needs it.
"""

import math

import torch
from torch import nn

STRIDES = (8, 16, 32)
WIDTH = 0.25
BATCH_NORM_EPS = 1e-3
BATCH_NORM_MOMENTUM = 0.03
LOG_SIDE_MAX = 6.0  # A side of 400 strides: an untrained network must not overflow.
PRIOR_PROBABILITY = 0.01  # Of an object in a cell, before anything is learnt.


def scaled(channels):
    return int(channels * WIDTH)


class Conv(nn.Module):
    """Convolution, batch norm, SiLU. The bias takes what a published convolution has folded in."""

    def __init__(self, inputs, outputs, kernel, stride=1, groups=1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2, groups=groups)
        self.norm = nn.BatchNorm2d(outputs, BATCH_NORM_EPS, BATCH_NORM_MOMENTUM)
        self.act = nn.SiLU()

    def forward(self, x):
        return self.act(self.norm(self.conv(x)))


class Depthwise(nn.Module):
    """A convolution for each channel, then one over channels."""

    def __init__(self, inputs, outputs, kernel, stride=1):
        super().__init__()
        self.spatial = Conv(inputs, inputs, kernel, stride, groups=inputs)
        self.across = Conv(inputs, outputs, 1)

    def forward(self, x):
        return self.across(self.spatial(x))


class Bottleneck(nn.Module):
    def __init__(self, channels, shortcut):
        super().__init__()
        self.squeeze = Conv(channels, channels, 1)
        self.spread = Depthwise(channels, channels, 3)
        self.shortcut = shortcut

    def forward(self, x):
        y = self.spread(self.squeeze(x))
        return y + x if self.shortcut else y


class CrossStage(nn.Module):
    """A cross-stage partial layer: half of the channels go through the bottlenecks."""

    def __init__(self, inputs, outputs, count, shortcut=True):
        super().__init__()
        half = outputs // 2
        self.main = Conv(inputs, half, 1)
        self.side = Conv(inputs, half, 1)
        self.inner = nn.Sequential(*(Bottleneck(half, shortcut) for _ in range(count)))
        self.join = Conv(2 * half, outputs, 1)

    def forward(self, x):
        main, side = self.main(x), self.side(x)
        return self.join(torch.cat((self.inner(main), side), 1))


class PoolingPyramid(nn.Module):
    """Spatial pyramid pooling with windows of 5, 9 and 13 cells."""

    def __init__(self, channels):
        super().__init__()
        self.squeeze = Conv(channels, channels // 2, 1)
        self.pools = nn.ModuleList(nn.MaxPool2d(k, 1, k // 2) for k in (5, 9, 13))
        self.join = Conv(channels * 2, channels, 1)

    def forward(self, x):
        x = self.squeeze(x)
        return self.join(torch.cat([x, *(pool(x) for pool in self.pools)], 1))


class Focus(nn.Module):
    """Every second pixel to channels: top left, bottom left, top right, bottom right."""

    def __init__(self, outputs):
        super().__init__()
        self.conv = Conv(12, outputs, 3)

    def forward(self, x):
        corners = (x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2])
        return self.conv(torch.cat(corners, 1))


class Backbone(nn.Module):
    """CSPDarknet. Gives the maps of strides 8, 16 and 32."""

    def __init__(self):
        super().__init__()
        c = [scaled(n) for n in (64, 128, 256, 512, 1024)]
        self.stem = Focus(c[0])
        self.stage2 = nn.Sequential(Depthwise(c[0], c[1], 3, 2), CrossStage(c[1], c[1], 1))
        self.stage3 = nn.Sequential(Depthwise(c[1], c[2], 3, 2), CrossStage(c[2], c[2], 3))
        self.stage4 = nn.Sequential(Depthwise(c[2], c[3], 3, 2), CrossStage(c[3], c[3], 3))
        self.stage5 = nn.Sequential(Depthwise(c[3], c[4], 3, 2), PoolingPyramid(c[4]),
                                    CrossStage(c[4], c[4], 1, shortcut=False))

    def forward(self, x):
        eighth = self.stage3(self.stage2(self.stem(x)))
        sixteenth = self.stage4(eighth)
        return eighth, sixteenth, self.stage5(sixteenth)


class Neck(nn.Module):
    """PAFPN: down from coarse to fine, and up again."""

    def __init__(self):
        super().__init__()
        fine, middle, coarse = (scaled(n) for n in (256, 512, 1024))
        self.lateral = Conv(coarse, middle, 1)
        self.down_middle = CrossStage(2 * middle, middle, 1, shortcut=False)
        self.reduce = Conv(middle, fine, 1)
        self.down_fine = CrossStage(2 * fine, fine, 1, shortcut=False)
        self.up_fine = Depthwise(fine, fine, 3, 2)
        self.up_middle = CrossStage(2 * fine, middle, 1, shortcut=False)
        self.up_coarse = Depthwise(middle, middle, 3, 2)
        self.top = CrossStage(2 * middle, coarse, 1, shortcut=False)
        self.larger = nn.Upsample(scale_factor=2, mode="nearest")

    def forward(self, maps):
        eighth, sixteenth, thirty_second = maps
        lateral = self.lateral(thirty_second)
        reduced = self.reduce(self.down_middle(torch.cat((self.larger(lateral), sixteenth), 1)))
        fine = self.down_fine(torch.cat((self.larger(reduced), eighth), 1))
        middle = self.up_middle(torch.cat((self.up_fine(fine), reduced), 1))
        return fine, middle, self.top(torch.cat((self.up_coarse(middle), lateral), 1))


class Head(nn.Module):
    """One level's decoupled head: classes on one side, boxes and objectness on the other."""

    def __init__(self, inputs, classes):
        super().__init__()
        width = scaled(256)
        self.stem = Conv(inputs, width, 1)
        self.class_side = nn.Sequential(Depthwise(width, width, 3), Depthwise(width, width, 3))
        self.classes = nn.Conv2d(width, classes, 1)
        self.box_side = nn.Sequential(Depthwise(width, width, 3), Depthwise(width, width, 3))
        self.box = nn.Conv2d(width, 4, 1)
        self.objectness = nn.Conv2d(width, 1, 1)
        prior = -math.log((1 - PRIOR_PROBABILITY) / PRIOR_PROBABILITY)
        nn.init.constant_(self.classes.bias, prior)
        nn.init.constant_(self.objectness.bias, prior)

    def forward(self, x):
        x = self.stem(x)
        classes = self.classes(self.class_side(x))
        side = self.box_side(x)
        return self.box(side), self.objectness(side), classes


class YoloxNano(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.backbone = Backbone()
        self.neck = Neck()
        self.heads = nn.ModuleList(Head(scaled(n), classes) for n in (256, 512, 1024))

    def levels(self, x):
        """Per stride: box [B,4,h,w], objectness [B,1,h,w], classes [B,C,h,w]; all raw."""
        maps = self.neck(self.backbone(x))
        return [head(m) for head, m in zip(self.heads, maps)]

    def logits(self, x):
        """[B,N,5+C] of raw numbers."""
        return torch.cat([torch.cat(level, 1).flatten(2) for level in self.levels(x)],
                         2).permute(0, 2, 1)

    def forward(self, x):
        rows = []
        for box, objectness, classes in self.levels(x):
            rows.append(in_rows(torch.cat((box, objectness.sigmoid(), classes.sigmoid()), 1)))
        return torch.cat(rows, 2).permute(0, 2, 1)


def in_rows(maps):
    """[B,C,h,w] as [B,C,h*w], with sizes that an exported graph states and does not compute."""
    batch, channels, height, width = (int(side) for side in maps.shape)
    return maps.reshape(batch, channels, height * width)


def grid_of(height, width):
    """Left top corners of all cells in strides [N,2], and the strides [N,1]."""
    corners, strides = [], []
    for stride in STRIDES:
        ys, xs = torch.meshgrid(torch.arange(height // stride), torch.arange(width // stride),
                                indexing="ij")
        corners.append(torch.stack((xs, ys), -1).reshape(-1, 2).float())
        strides.append(torch.full((len(corners[-1]), 1), float(stride)))
    return torch.cat(corners), torch.cat(strides)


def decode_boxes(raw, grid, strides):
    """Raw [...,N,4] to centre x, centre y, width, height in pixels."""
    sides = raw[..., 2:4].clamp(max=LOG_SIDE_MAX).exp() * strides
    return torch.cat(((raw[..., :2] + grid) * strides, sides), -1)
