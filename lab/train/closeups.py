"""Close-ups: square windows around hands, at a scale at which near and far hands are alike in size.

What tally looks at between two looks at a whole picture (src/perception/cabinet/close_look.hpp):
a window whose side is a few times that of the hand in it, so that what the hand holds is as large
as a small network needs it, wherever the hand is.

Kept on disk are crops with room around the window, from pictures at their full size, as an array of
[N, KEPT, KEPT, 3] bytes, BGR. Windows of other sides and places are then a warp away.
"""

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from . import detector_augment
from .labels import HAND, ITEM, ITEM_IN_HAND

KEPT = 384  # Pixels of a kept crop's side.
# A kept crop's side, in sides of the window that tally would look at: as ZOOM and SHIFT need.
ROOM = 1.9
SIDES = {HAND: 3.2, ITEM_IN_HAND: 2.4, ITEM: 2.4}  # A window's side, in longer sides of its box.
SIDE_MIN, SIDE_MAX = 96, 540  # Pixels of the picture; as tally has them.
ZOOM = (0.7, 1.45)  # Of the window's side.
SHIFT = 0.22  # Of the window's side, at most, in each direction.
PLAIN_SHIFT = 0.12  # The same, when measuring.
ELSEWHERE = 0.25  # Share of pictures that also give a window where no hand is.
BORDER = cv2.BORDER_CONSTANT


class Closeups(NamedTuple):
    pixels: np.ndarray  # [N,KEPT,KEPT,3], read only
    boxes: list  # [n,5] class, left, top, right, bottom in pixels of a kept crop
    windows: np.ndarray  # [N,3] middle and side of tally's window, in pixels of a kept crop
    open: np.ndarray  # [N] bool: all False


def window_side(label, box):
    """The side of tally's window around a box of the picture, pixels."""
    return float(np.clip(SIDES[label] * max(box[2] - box[0], box[3] - box[1]), SIDE_MIN, SIDE_MAX))


def focuses(random, boxes, width, height):
    """[(middle x, middle y, side)] of a picture's windows, all inside it: hands, what is held far
    from one, and now and then a place without any."""
    chosen = []

    def choose(middle, side):
        side = min(side, width, height)
        inside = np.clip(middle, side / 2, np.array([width, height]) - side / 2)
        if all(np.abs(inside - other[:2]).max() > 0.25 * other[2] for other in chosen):
            chosen.append((*inside, side))

    for label in (HAND, ITEM_IN_HAND):
        for box in boxes[boxes[:, 0] == label][:, 1:]:
            choose((box[:2] + box[2:]) / 2, window_side(label, box))
    if random.random() < ELSEWHERE:
        items = boxes[boxes[:, 0] == ITEM][:, 1:]
        if len(items) and random.random() < 0.6:
            box = items[random.integers(len(items))]
            choose((box[:2] + box[2:]) / 2, window_side(ITEM, box))
        else:
            choose(random.uniform(0, 1, 2) * (width, height),
                   np.exp(random.uniform(*np.log((SIDE_MIN, SIDE_MAX)))))
    return chosen


def kept_crop(picture, focus):
    """The crop's pixels, and the matrix from the picture to it."""
    middle_x, middle_y, side = focus
    scale = KEPT / (ROOM * side)
    matrix = np.array([[scale, 0, KEPT / 2 - middle_x * scale],
                       [0, scale, KEPT / 2 - middle_y * scale]])
    if scale < 0.6:  # A warp alone would skip pixels.
        half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        return warped(half, matrix * np.array([2, 2, 1]), KEPT), matrix
    return warped(picture, matrix, KEPT), matrix


def warped(picture, matrix, side):
    grey = (detector_augment.PAD,) * 3
    return cv2.warpAffine(picture, matrix, (side, side), flags=cv2.INTER_LINEAR,
                          borderMode=BORDER, borderValue=grey)


def pixel_boxes(picture, width, height):
    boxes = picture.boxes.copy()
    boxes[:, 1:3] = (picture.boxes[:, 1:3] - picture.boxes[:, 3:5] / 2) * (width, height)
    boxes[:, 3:5] = (picture.boxes[:, 1:3] + picture.boxes[:, 3:5] / 2) * (width, height)
    return boxes


def key_of(pictures):
    text = f"{KEPT} {ROOM} {sorted(SIDES.items())} {SIDE_MIN} {SIDE_MAX} {ELSEWHERE} 1"
    digest = hashlib.sha256(text.encode())
    for picture in pictures:
        state = picture.path.stat()
        digest.update(f"{picture.path} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def plan(pictures):
    """For each crop (number of its picture, focus), and the pictures' boxes in pixels."""
    planned, all_boxes = [], []
    for number, picture in enumerate(pictures):
        if picture.open:
            raise ValueError(f"{picture.path}: close-ups need pictures whose hands have boxes")
        header = cv2.imread(str(picture.path), cv2.IMREAD_REDUCED_GRAYSCALE_8)
        if header is None:
            raise ValueError(f"{picture.path}: not a picture")
        height, width = header.shape[0] * 8, header.shape[1] * 8
        all_boxes.append(pixel_boxes(picture, width, height))
        random = np.random.default_rng([number, 3])
        planned += [(number, focus) for focus in focuses(random, all_boxes[-1], width, height)]
    return planned, all_boxes


def fill(pictures, planned, path, say):
    partial = path.with_suffix(".part")
    pixels = np.lib.format.open_memmap(partial, "w+", np.uint8, (len(planned), KEPT, KEPT, 3))
    shown = -1
    for i, (number, focus) in enumerate(planned):
        if number != shown:
            picture, shown = cv2.imread(str(pictures[number].path)), number
        pixels[i] = kept_crop(picture, focus)[0]
        if (i + 1) % 2000 == 0:
            say(f"close-ups: {i + 1} of {len(planned)}")
    pixels.flush()
    os.replace(partial, path)


def closeups(pictures, folder, say=lambda text: None):
    """All close-ups of pictures (labels.Picture), kept in folder."""
    if not pictures:
        return Closeups(np.zeros((0, KEPT, KEPT, 3), np.uint8), [], np.zeros((0, 3)),
                        np.zeros(0, bool))
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"close-{key_of(pictures)}.npy"
    planned, all_boxes = plan(pictures)
    if not path.exists():
        fill(pictures, planned, path, say)
    boxes, windows = [], []
    for number, focus in planned:
        scale = KEPT / (ROOM * focus[2])
        matrix = np.array([[scale, 0, KEPT / 2 - focus[0] * scale],
                           [0, scale, KEPT / 2 - focus[1] * scale]])
        found = detector_augment.warp_boxes(all_boxes[number], matrix, (0, 0, KEPT, KEPT))
        boxes.append(found[:, :5])
        windows.append((KEPT / 2, KEPT / 2, KEPT / ROOM))
    return Closeups(np.load(path, mmap_mode="r"), boxes, np.array(windows),
                    np.zeros(len(planned), bool))


def window_matrix(window, zoom, shift, side):
    """From a kept crop to a network's picture of `side`; shift in sides of the window."""
    scale = side / (window[2] * zoom)
    return np.array([[scale, 0, side / 2 - (window[0] + shift[0] * window[2]) * scale],
                     [0, scale, side / 2 - (window[1] + shift[1] * window[2]) * scale]])


def view(closeups_, index, matrix, side):
    """A window's pixels and boxes."""
    boxes = detector_augment.warp_boxes(closeups_.boxes[index], matrix, (0, 0, side, side))
    return warped(np.asarray(closeups_.pixels[index]), matrix, side), boxes


def training_closeup(random, closeups_, index, side):
    """[side,side,3] bytes, its boxes [n,6], and False: its labels are not open."""
    zoom = np.exp(random.uniform(*np.log(ZOOM)))
    matrix = window_matrix(closeups_.windows[index], zoom, random.uniform(-SHIFT, SHIFT, 2), side)
    stretch = np.exp(random.normal(0, 0.05))
    matrix[0] *= stretch
    matrix[1] /= stretch
    if random.random() < 0.5:
        matrix[0] = -matrix[0]
        matrix[0, 2] += side
    picture, boxes = view(closeups_, index, matrix, side)
    return detector_augment.colour(random, picture), boxes, False


def plain_closeup(closeups_, index, width, height):
    """As tally looks, a little beside the hand, as after a look at where it was before."""
    if width != height:
        raise ValueError("close-ups are square")
    shift = np.random.default_rng([index, 5]).uniform(-PLAIN_SHIFT, PLAIN_SHIFT, 2)
    return view(closeups_, index, window_matrix(closeups_.windows[index], 1.0, shift, width), width)
