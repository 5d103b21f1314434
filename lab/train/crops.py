"""Crops of items, and the classes of products they belong to.

The rule, as in tally: an item's box grown by 10 % of its width and height on each side, clipped to
the picture, letterboxed (centred, grey 114) into 96 x 96. Enrolment photos are letterboxed whole.

Kinds of sources, told apart by what they contain:
  synthetic   <session>_<product>/{enrol,held,shelf}_<k>.jpg: a class for each product of a session
  grocery     train/Packages/<kind>/<product>/*.jpg: whole photos; the 20 products that have a
              folder under val/ too are for evaluation, the other 11 for training
  boxes       YOLO text with SKUs as classes (beverages26): the training side of the split by
              near-duplicates

A data set with classes such as "bottle" and "can" says nothing on products, and is no source here.
"""

import re
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from . import labels

GROW = 0.1
SIDE = 96
PAD = 114
STORED_SIDE_MAX = 144  # Of crops kept in memory: room to jitter and turn before 96.
CROP_SIDE_MIN = 12
BOXES_HELD_OUT = 0.2
SYNTHETIC_HELD_OUT = 0.08


class Product(NamedTuple):
    name: str
    group: str  # Products of one session, or of one data set, compete with each other.
    enrol: list  # of Crop
    seen: list  # of Crop: held in a hand
    shelf: list  # of Crop


class Crop(NamedTuple):
    path: Path
    box: tuple | None  # Pixels (left, top, right, bottom) already grown; None: the whole picture


def grown(box, width, height):
    """Left, top, right, bottom in whole pixels of a box in pixels, grown and clipped."""
    left, top, right, bottom = box
    more_x, more_y = GROW * (right - left), GROW * (bottom - top)
    return (max(0, int(np.floor(left - more_x))), max(0, int(np.floor(top - more_y))),
            min(width, int(np.ceil(right + more_x))), min(height, int(np.ceil(bottom + more_y))))


def letterbox(picture, side=SIDE):
    """As tally's: aspect kept, centred, grey."""
    height, width = picture.shape[:2]
    ratio = min(side / width, side / height)
    new_width = min(side, max(1, round(width * ratio)))
    new_height = min(side, max(1, round(height * ratio)))
    canvas = np.full((side, side, 3), PAD, np.uint8)
    left, top = (side - new_width) // 2, (side - new_height) // 2
    method = cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR
    canvas[top:top + new_height, left:left + new_width] = cv2.resize(
        picture, (new_width, new_height), interpolation=method)
    return canvas


def read(crop, side_max=STORED_SIDE_MAX):
    """RGB bytes of a crop, its longer side at most side_max."""
    picture = cv2.imread(str(crop.path), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError(f"{crop.path}: not a picture")
    if crop.box is not None:
        left, top, right, bottom = crop.box
        picture = picture[top:bottom, left:right]
    longer = max(picture.shape[:2])
    if longer > side_max:
        size = [max(1, round(s * side_max / longer)) for s in picture.shape[1::-1]]
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(picture[:, :, ::-1])


def read_synthetic(folder):
    """(training, held out) products; a session lies on one side."""
    training, held = [], []
    for path in sorted(Path(folder).iterdir()):
        match = re.match(r"(.+)_([^_]+)$", path.name)
        if not path.is_dir() or not match:
            continue
        kinds = {kind: [Crop(p, None) for p in sorted(path.glob(f"{kind}_*.jpg"))]
                 for kind in ("enrol", "held", "shelf")}
        product = Product(path.name, match.group(1), kinds["enrol"], kinds["held"], kinds["shelf"])
        side = held if labels.held_out(match.group(1), SYNTHETIC_HELD_OUT) else training
        side.append(product)
    return training, held


def read_grocery(folder):
    """(training, held out) products of the grocery photos: see the split above."""
    folder = Path(folder)
    chosen = {path.name for path in (folder / "val" / "Packages").glob("*/*") if path.is_dir()}
    photos = {}
    for part in ("train", "val"):
        for path in sorted((folder / part / "Packages").glob("*/*/*.jpg")):
            photos.setdefault(path.parent.name, []).append(Crop(path, None))
    training, held = [], []
    for name, found in sorted(photos.items()):
        side = held if name in chosen else training
        side.append(Product(name, "grocery", [], found, []))
    return training, held


def read_boxed(folder):
    """(training, held out) products of pictures with SKU boxes; a held-out product may be among
    those to learn from, in other pictures."""
    source = labels.parse_source(str(folder))
    pictures = []
    for picture in labels.read_source(labels.Source(source.folder, True)):
        boxes = labels.read_boxes(source.folder / "labels" / (picture.path.stem + ".txt"))
        pictures.append(picture._replace(boxes=boxes))
    sides = []
    for chosen in labels.split(pictures, BOXES_HELD_OUT):
        products = {}
        for picture in chosen:
            height, width = cv2.imread(str(picture.path), cv2.IMREAD_REDUCED_GRAYSCALE_8).shape[:2]
            width, height = 8 * width, 8 * height
            for label, cx, cy, w, h in picture.boxes:
                box = grown(((cx - w / 2) * width, (cy - h / 2) * height, (cx + w / 2) * width,
                             (cy + h / 2) * height), width, height)
                if min(box[2] - box[0], box[3] - box[1]) >= CROP_SIDE_MIN:
                    products.setdefault(int(label), []).append(Crop(picture.path, box))
        sides.append([Product(f"{Path(folder).name}_{label}", Path(folder).name, [], found, [])
                      for label, found in sorted(products.items())])
    return sides


def read_any(folder):
    folder = Path(folder)
    if (folder / "crops").is_dir():
        return read_synthetic(folder / "crops")
    if (folder / "train" / "Packages").is_dir():
        return read_grocery(folder)
    if (folder / "train" / "images").is_dir() or (folder / "images").is_dir():
        return read_boxed(folder)
    return read_synthetic(folder)
