"""YOLOX's loss: SimOTA assigns cells to objects, then IoU, objectness and class losses.

Follows arXiv 2107.08430 and OTA (arXiv 2103.14259): an object's candidates are the cells in its box
or within 2.5 strides of its centre; their cost is class loss + 3 IoU loss; each object takes
as many of the cheapest as the sum of its ten best IoUs says, a cell goes to its cheapest object.

Beyond the paper:
  ignored boxes  cells with their centre in one are no background
  open pictures  only items are labelled, held or not: the class loss there only says "no hand", and
                 cells that the network takes for a hand are not called background
"""

import torch
import torch.nn.functional as functional

from .labels import HAND
from .yolox import decode_boxes

CENTRE_RADIUS = 2.5
BEST_COUNT = 10
IOU_WEIGHT = 5.0
COST_IOU, COST_OUTSIDE = 3.0, 1e5


def corners(boxes):
    return torch.cat((boxes[..., :2] - boxes[..., 2:] / 2, boxes[..., :2] + boxes[..., 2:] / 2), -1)


def areas(boxes):
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])


def shared_areas(left_top, right_bottom):
    return (right_bottom - left_top).clamp(min=0).prod(-1)


def iou_matrix(a, b):
    """[len(a), len(b)] of boxes as corners."""
    shared = shared_areas(torch.maximum(a[:, None, :2], b[None, :, :2]),
                          torch.minimum(a[:, None, 2:], b[None, :, 2:]))
    return shared / (areas(a)[:, None] + areas(b)[None] - shared + 1e-9)


def iou_pairs(a, b):
    shared = shared_areas(torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:]))
    return shared / (areas(a) + areas(b) - shared + 1e-9)


@torch.no_grad()
def assign(predicted, objectness, classes, boxes, labels, centres, strides, class_matters=True):
    """SimOTA for one picture.

    predicted [N,4] corners, objectness [N], classes [N,C] logits; boxes [G,4] corners, labels [G].
    Returns (cells, objects, ious): three vectors of equal length.
    """
    inside = ((centres[None] > boxes[:, None, :2]) & (centres[None] < boxes[:, None, 2:])).all(-1)
    middle = (boxes[:, None, :2] + boxes[:, None, 2:]) / 2
    near = ((centres[None] - middle).abs() < CENTRE_RADIUS * strides[None]).all(-1)
    candidates = (inside | near).any(0).nonzero().squeeze(1)
    if not len(candidates):
        empty = torch.zeros(0, dtype=torch.long)
        return empty, empty, torch.zeros(0)
    ious = iou_matrix(boxes, predicted[candidates])
    cost = -COST_IOU * torch.log(ious + 1e-8)
    if class_matters:
        joint = (classes[candidates].sigmoid() * objectness[candidates].sigmoid()[:, None]).sqrt()
        joint = joint.clamp(1e-6, 1 - 1e-6)
        negative = -torch.log1p(-joint)
        cost = cost + negative.sum(1)[None] + (-torch.log(joint) - negative)[:, labels].T
    cost = cost + COST_OUTSIDE * (~(inside & near)[:, candidates])
    best = ious.topk(min(BEST_COUNT, len(candidates)), 1).values.sum(1).int().clamp(min=1)
    matching = torch.zeros_like(cost, dtype=torch.bool)
    order = cost.argsort(1)[:, :int(best.max())]
    taken = torch.arange(order.shape[1])[None] < best[:, None]
    matching.scatter_(1, order, taken)
    doubled = matching.sum(0) > 1
    if doubled.any():
        cheapest = cost[:, doubled].argmin(0)
        matching[:, doubled] = False
        matching[cheapest, doubled.nonzero().squeeze(1)] = True
    objects, columns = matching.nonzero(as_tuple=True)
    return candidates[columns], objects, ious[objects, columns]


def in_any(centres, boxes):
    if not len(boxes):
        return torch.zeros(len(centres), dtype=torch.bool)
    within = (centres[None] > boxes[:, None, :2]) & (centres[None] < boxes[:, None, 2:])
    return within.all(-1).any(0)


def loss(logits, targets, opens, grid, strides):
    """logits [B,N,5+C]; targets: per picture [n,6] of detector_augment; opens: per picture bool.

    Returns the sum to minimise and its parts {"iou", "objectness", "class", "cells"} for the log.
    """
    centres = (grid + 0.5) * strides
    predicted = corners(decode_boxes(logits[..., :4], grid, strides))
    detached, raw = predicted.detach(), logits.detach()
    count = logits.shape[2] - 5
    object_target = torch.zeros(logits.shape[:2])
    object_weight = torch.ones(logits.shape[:2])
    positives, wanted_boxes, wanted_classes, class_weights = [], [], [], []
    for b, (target, is_open) in enumerate(zip(targets, opens)):
        real, ignored = target[target[:, 5] == 0], target[target[:, 5] != 0]
        object_weight[b][in_any(centres, ignored[:, 1:5])] = 0
        if is_open:
            object_weight[b][raw[b, :, 5 + HAND] > 0] = 0
        if not len(real):
            continue
        labels = real[:, 0].long()
        cells, objects, ious = assign(detached[b], raw[b, :, 4], raw[b, :, 5:], real[:, 1:5],
                                      labels,
                                      centres, strides, class_matters=not is_open)
        object_target[b][cells] = 1
        object_weight[b][cells] = 1
        positives.append(b * logits.shape[1] + cells)
        wanted_boxes.append(real[objects, 1:5])
        one_hot = functional.one_hot(labels[objects], count) * ious[:, None]
        weight = torch.ones_like(one_hot)
        if is_open:
            weight.zero_()
            weight[:, HAND] = 1
        wanted_classes.append(one_hot)
        class_weights.append(weight)
    objectness = functional.binary_cross_entropy_with_logits(
        logits[..., 4], object_target, object_weight, reduction="sum")
    if not positives:
        return objectness, {"iou": 0.0, "objectness": objectness.item(), "class": 0.0, "cells": 0}
    cells = torch.cat(positives)
    normal = max(1, len(cells))
    iou = iou_pairs(predicted.reshape(-1, 4)[cells], torch.cat(wanted_boxes))
    iou_loss = (1 - iou * iou).sum() / normal
    class_loss = functional.binary_cross_entropy_with_logits(
        logits.reshape(-1, 5 + count)[cells, 5:], torch.cat(wanted_classes),
        torch.cat(class_weights), reduction="sum") / normal
    objectness = objectness / normal
    parts = {"iou": iou_loss.item(), "objectness": objectness.item(), "class": class_loss.item(),
             "cells": normal}
    return IOU_WEIGHT * iou_loss + objectness + class_loss, parts
