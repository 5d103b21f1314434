#!/usr/bin/env python3
"""Detections and masks of YOLO models, read from the heads' documentation and nothing of tally's.

Pictures in, tally.detections.v1 JSON out, so that `tally detect` can be held to it (see `parity`).
What is followed:
  letterbox   Ultralytics' LetterBox (auto=False): sides and paddings rounded as Python rounds,
              grey 114; YOLOX's preproc: sides truncated, top left, BGR 0..255
  yolov8      [1,4+C,N]: cx cy w h and class scores
  yolov8-seg  the same with M mask coefficients, and prototypes [1,M,H/4,W/4]; masks as
              process_mask_native: logits enlarged bilinearly to the picture, cropped to the box,
              > 0
  yolox       [1,N,5+C]: demo_postprocess (grid, stride, exp), score = objectness * class
  NMS         greedy, class by class, best first, IoU > limit is dropped; at most 300 are kept
"""

import argparse
import ast
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from PIL import Image, ImageOps

PAD = 114
DETECTIONS_MAX = 300


class Network:
    """A graph on onnxruntime's CPU provider."""

    def __init__(self, path):
        self.session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        entry = self.session.get_inputs()[0]
        self.input_name = entry.name
        self.height, self.width = entry.shape[2:]
        metadata = self.session.get_modelmeta().custom_metadata_map
        self.names = ast.literal_eval(metadata["names"]) if "names" in metadata else {}

    def run(self, tensor):
        return self.session.run(None, {self.input_name: tensor})


def letterbox(rgb, width, height, yolox):
    """The network's input, and what maps source pixels into it: ratio, resized size, offsets."""
    h, w = rgb.shape[:2]
    ratio = min(height / h, width / w)
    if yolox:
        new_w, new_h = int(w * ratio), int(h * ratio)
        left = top = 0
    else:
        new_w, new_h = round(w * ratio), round(h * ratio)
        left, top = round((width - new_w) / 2 - 0.1), round((height - new_h) / 2 - 0.1)
    canvas = np.full((height, width, 3), PAD, np.uint8)
    resized = rgb if (new_w, new_h) == (w, h) else cv2.resize(rgb, (new_w, new_h),
                                                              interpolation=cv2.INTER_LINEAR)
    canvas[top:top + new_h, left:left + new_w] = resized
    if yolox:
        tensor = canvas[:, :, ::-1].astype(np.float32)
    else:
        tensor = canvas.astype(np.float32) / 255
    return np.ascontiguousarray(tensor.transpose(2, 0, 1)[None]), (ratio, new_w, new_h, left, top)


def decode_yolov8(output, coefficients):
    rows = output[0].T
    xywh, scores = rows[:, :4], rows[:, 4:rows.shape[1] - coefficients]
    return xywh, scores, rows[:, rows.shape[1] - coefficients:]


def decode_yolox(output, width, height):
    rows = output[0]
    grids, strides = [], []
    for stride in (8, 16, 32):
        ys, xs = np.meshgrid(np.arange(height // stride), np.arange(width // stride), indexing="ij")
        grids.append(np.stack([xs, ys], -1).reshape(-1, 2))
        strides.append(np.full((len(grids[-1]), 1), stride))
    grid, stride = np.concatenate(grids), np.concatenate(strides)
    xywh = np.concatenate([(rows[:, :2] + grid) * stride, np.exp(rows[:, 2:4]) * stride], 1)
    return xywh, rows[:, 4:5] * rows[:, 5:], np.zeros((len(rows), 0), np.float32)


def pair_iou(box, boxes):
    left, top = np.maximum(box[0], boxes[:, 0]), np.maximum(box[1], boxes[:, 1])
    right, bottom = np.minimum(box[2], boxes[:, 2]), np.minimum(box[3], boxes[:, 3])
    shared = np.clip(right - left, 0, None) * np.clip(bottom - top, 0, None)
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return shared / ((box[2] - box[0]) * (box[3] - box[1]) + area - shared)


def suppress(boxes, scores, classes, limit):
    left = np.argsort(-scores, kind="stable")
    kept = []
    while len(left) and len(kept) < DETECTIONS_MAX:
        best, left = left[0], left[1:]
        kept.append(best)
        same = (classes[left] == classes[best]) & (pair_iou(boxes[best], boxes[left]) > limit)
        left = left[~same]
    return kept


def mask_of(coefficients, prototypes, box, size, network, geometry):
    """The mask in the source picture, bool [h, w]."""
    (w, h), (_, new_w, new_h, left, top) = size, geometry
    logits = np.tensordot(coefficients, prototypes, 1)
    logits = cv2.resize(logits, (network.width, network.height), interpolation=cv2.INTER_LINEAR)
    logits = cv2.resize(logits[top:top + new_h, left:left + new_w], (w, h),
                        interpolation=cv2.INTER_LINEAR)
    ys, xs = np.arange(h)[:, None], np.arange(w)[None]
    inside = (xs >= box[0]) & (xs < box[2]) & (ys >= box[1]) & (ys < box[3])
    return (logits > 0) & inside


def to_rle(mask):
    """COCO's uncompressed run lengths: down the columns, unset pixels first."""
    flat = mask.T.ravel()
    edges = np.flatnonzero(np.diff(flat)) + 1
    counts = np.diff(np.concatenate([[0], edges, [len(flat)]])).tolist()
    return {"size": list(mask.shape), "counts": [0] + counts if flat[0] else counts}


def detect(network, head, rgb, score_min, iou_max):
    h, w = rgb.shape[:2]
    tensor, geometry = letterbox(rgb, network.width, network.height, head == "yolox")
    ratio, _, _, left, top = geometry
    outputs = network.run(tensor)
    if head == "yolox":
        xywh, scores, coefficients = decode_yolox(outputs[0], network.width, network.height)
    else:
        count = outputs[1].shape[1] if head == "yolov8-seg" else 0
        xywh, scores, coefficients = decode_yolov8(outputs[0], count)
    classes, best = scores.argmax(1), scores.max(1)
    wanted = best >= score_min
    xywh, classes, best, coefficients = (a[wanted] for a in (xywh, classes, best, coefficients))
    boxes = np.concatenate([xywh[:, :2] - xywh[:, 2:] / 2, xywh[:, :2] + xywh[:, 2:] / 2], 1)
    found = []
    for i in suppress(boxes, best, classes, iou_max):
        box = (boxes[i] - [left, top, left, top]) / ratio
        box = np.clip(box, 0, [w, h, w, h])
        detection = {"class": network.names.get(int(classes[i]), str(classes[i])),
                     "class_id": int(classes[i]), "score": float(best[i]), "box": box.tolist()}
        if head == "yolov8-seg":
            detection["mask"] = to_rle(
                mask_of(coefficients[i], outputs[1][0], box, (w, h), network, geometry))
        found.append(detection)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="an ONNX file")
    parser.add_argument("pictures", nargs="+", type=Path, help="JPEG or PNG files")
    parser.add_argument("--head", required=True, choices=["yolov8", "yolov8-seg", "yolox"])
    parser.add_argument("--score", type=float, default=0.25)
    parser.add_argument("--iou", type=float, default=0.45)
    arguments = parser.parse_args()
    network = Network(arguments.model)
    images = []
    for path in arguments.pictures:
        rgb = np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))
        images.append({"file": str(path), "frame": 0, "time_ms": 0, "width": rgb.shape[1],
                       "height": rgb.shape[0],
                       "detections": detect(network, arguments.head, rgb, arguments.score,
                                            arguments.iou)})
    json.dump({"schema": "tally.detections.v1", "images": images}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
