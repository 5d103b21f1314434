"""Detections of the raw head, and their average precision at IoU 0.5 (AP50).

AP is the area under precision over recall with precision made monotone (as COCO's, but at every
recall instead of 101 of them). A detection that overlaps an ignored box and no other is neither
right nor wrong.
"""

import numpy as np
import torch

from . import detector_augment
from .labels import CLASSES, ITEM, ITEM_IN_HAND
from .yolox import decode_boxes, grid_of

SCORE_MIN = 0.02
NMS_IOU = 0.6
DETECTIONS_MAX = 100
CANDIDATES_MAX = 600
MATCH_IOU = 0.5
ITEMS_ALONE = {ITEM_IN_HAND: ITEM}  # For open sources, whose truth does not know about hands.


def ious(box, boxes):
    width = np.minimum(box[2], boxes[:, 2]) - np.maximum(box[0], boxes[:, 0])
    height = np.minimum(box[3], boxes[:, 3]) - np.maximum(box[1], boxes[:, 1])
    shared = width.clip(0) * height.clip(0)
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return shared / (area + (box[2] - box[0]) * (box[3] - box[1]) - shared + 1e-9)


def suppress(boxes, scores, limit=NMS_IOU):
    """Greedy: indices of what stays, best first."""
    order = scores.argsort()[::-1]
    kept = []
    while len(order) and len(kept) < DETECTIONS_MAX:
        best, order = order[0], order[1:]
        kept.append(best)
        order = order[ious(boxes[best], boxes[order]) <= limit]
    return np.array(kept, int)


def detections(rows, grid, strides):
    """[n,6] class, score, left, top, right, bottom of one picture's [N,5+C] with probabilities."""
    scores = rows[:, 4:5] * rows[:, 5:]
    cells, classes = np.nonzero(scores > SCORE_MIN)
    values = scores[cells, classes]
    if len(values) > CANDIDATES_MAX:
        best = values.argsort()[::-1][:CANDIDATES_MAX]
        cells, classes, values = cells[best], classes[best], values[best]
    raw = torch.from_numpy(np.ascontiguousarray(rows[cells, :4]))
    boxes = decode_boxes(raw, grid[cells], strides[cells]).numpy()
    boxes = np.concatenate((boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2), 1)
    found = []
    for label in np.unique(classes):
        chosen = np.flatnonzero(classes == label)
        chosen = chosen[suppress(boxes[chosen], values[chosen])]
        found.append(np.column_stack((np.full(len(chosen), label), values[chosen], boxes[chosen])))
    return np.concatenate(found) if found else np.zeros((0, 6))


def verdicts(found, truth):
    """For one picture and class: [(score, right)], without those that count as neither.

    found [n,5] score and box, truth [m,5] box and ignored.
    """
    real, ignored = truth[truth[:, 4] == 0], truth[truth[:, 4] != 0]
    free = np.ones(len(real), bool)
    out = []
    for row in found[found[:, 0].argsort()[::-1]]:
        overlap = np.where(free, ious(row[1:], real), 0) if len(real) else np.zeros(0)
        if len(overlap) and overlap.max() >= MATCH_IOU:
            free[overlap.argmax()] = False
            out.append((row[0], True))
            continue
        if len(ignored) and inside(row[1:], ignored).max() >= MATCH_IOU:
            continue
        out.append((row[0], False))
    return out


def inside(box, boxes):
    """The share of `box` that lies in each of boxes."""
    width = np.minimum(box[2], boxes[:, 2]) - np.maximum(box[0], boxes[:, 0])
    height = np.minimum(box[3], boxes[:, 3]) - np.maximum(box[1], boxes[:, 1])
    return width.clip(0) * height.clip(0) / ((box[2] - box[0]) * (box[3] - box[1]) + 1e-9)


def average_precision(judged, objects):
    """Area under the curve of [(score, right)] when there were `objects` to find; None without."""
    if objects == 0:
        return None
    if not judged:
        return 0.0
    right = np.array([r for _, r in sorted(judged, key=lambda entry: -entry[0])])
    hits = right.cumsum()
    precision = hits / (np.arange(len(right)) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    recall = np.concatenate(([0], hits / objects))
    return float(((recall[1:] - recall[:-1]) * precision).sum())


def evaluate(predict, cache, width, height, merge=None, batch=16,
             plain=detector_augment.plain_picture):
    """AP50 of each class, as {"hand": {"ap50", "objects"}, …} and their mean.

    predict: BGR bytes [B,height,width,3] -> rows [B,N,5+C]. merge maps a class to another one
    before counting (both in truth and in detections). plain: how a picture of cache is seen.
    """
    grid, strides = grid_of(height, width)
    merge = merge or {}
    judged = {label: [] for label in range(len(CLASSES))}
    objects = dict.fromkeys(judged, 0)
    for start in range(0, len(cache.boxes), batch):
        chosen = range(start, min(start + batch, len(cache.boxes)))
        seen = [plain(cache, i, width, height) for i in chosen]
        for rows, (_, truth) in zip(predict(np.stack([p for p, _ in seen])), seen):
            found = merged(detections(rows, grid, strides), merge)
            for label in judged:
                wanted = truth[[merge.get(int(t), int(t)) == label for t in truth[:, 0]]][:, 1:]
                objects[label] += int((wanted[:, 4] == 0).sum())
                judged[label] += verdicts(found[found[:, 0] == label][:, 1:], wanted)
    result = {}
    for label, name in enumerate(CLASSES):
        value = average_precision(judged[label], objects[label])
        if value is not None:
            result[name] = {"ap50": round(value, 4), "objects": objects[label]}
    values = [entry["ap50"] for entry in result.values()]
    return {"classes": result, "map50": round(float(np.mean(values)), 4) if values else 0.0,
            "pictures": len(cache.boxes)}


def merged(found, merge):
    """Detections after classes were merged: suppressed once more, across what is now one class."""
    if not merge or not len(found):
        return found
    found = found.copy()
    found[:, 0] = [merge.get(int(label), int(label)) for label in found[:, 0]]
    kept = []
    for label in np.unique(found[:, 0]):
        rows = found[found[:, 0] == label]
        kept.append(rows[suppress(rows[:, 2:], rows[:, 1])])
    return np.concatenate(kept)


def network_predictor(network):
    """predict() of a PyTorch network."""
    def predict(pictures):
        with torch.inference_mode():
            x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float()
            return network(x).float().numpy()
    return predict


def onnx_predictor(path):
    """predict() of an exported file, and its picture's width and height."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0]

    def predict(pictures):
        batch = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)).astype(np.float32)
        return np.concatenate([session.run(None, {entry.name: batch[i:i + 1]})[0]
                               for i in range(len(batch))])
    return predict, entry.shape[3], entry.shape[2]
