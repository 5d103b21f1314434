"""Sources of labelled pictures: folders with images/ and labels/ in YOLO's text format.

A source on the command line is DIR or DIR=item. The first has this project's own classes, the
second any classes at all, of which every box is an item; whether a hand holds it is then not known,
and hands in its pictures have no boxes ("open" sources, see detector_loss.py).

Shares of the picture everywhere: a box is (class, centre x, centre y, width, height). Polygons
become the box around them, empty files a picture without boxes, and lines that are no numbers an
error that names file and line.

Near-duplicates must not sit on both sides of a split: groups() joins pictures whose names have the
same stem (before `_jpg.rf.`, or the seed of a synthetic session), and pictures that look alike
(difference hash of 64 bits, at most HASH_BITS_MAX apart).
"""

import hashlib
import re
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

CLASSES = ("hand", "item", "item_in_hand")
HAND, ITEM, ITEM_IN_HAND = range(3)
LINE_NUMBERS_MAX = 4096
HASH_BITS_MAX = 3  # With 4, chains of unrelated pictures on white grounds begin.
PICTURES = (".jpg", ".jpeg", ".png")


class LabelError(Exception):
    """A label file that cannot be read: says file, line, and what is wrong."""


class Source(NamedTuple):
    folder: Path
    open: bool  # Only items are labelled, and whether they are held is unknown.


class Picture(NamedTuple):
    path: Path
    boxes: np.ndarray  # [n,5] class, centre x, centre y, width, height
    open: bool


def parse_source(text):
    folder, _, kind = text.partition("=")
    if kind not in ("", "item"):
        raise LabelError(f"{text}: after = only 'item' is known")
    path = Path(folder)
    if (path / "train" / "images").is_dir():
        path = path / "train"
    if (path / "valid" / "images").is_dir():
        path = path / "valid"
    if not (path / "images").is_dir():
        raise LabelError(f"{folder}: has no folder images/")
    return Source(path, kind == "item")


def box_of(numbers):
    """class cx cy w h of a line's numbers; polygons (an even count of coordinates) are enclosed."""
    if len(numbers) == 5:
        _, cx, cy, w, h = numbers
        left, top, right, bottom = cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2
    elif len(numbers) >= 7 and len(numbers) % 2 == 1:
        xs, ys = numbers[1::2], numbers[2::2]
        left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
    else:
        return None
    left, top = max(left, 0.0), max(top, 0.0)
    right, bottom = min(right, 1.0), min(bottom, 1.0)
    if right <= left or bottom <= top:
        return None
    return numbers[0], (left + right) / 2, (top + bottom) / 2, right - left, bottom - top


def read_boxes(path):
    """The boxes of a label file as [n,5]."""
    boxes = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        words = line.split()
        if not words:
            continue
        if len(words) > LINE_NUMBERS_MAX:
            raise LabelError(f"{path}:{number}: more than {LINE_NUMBERS_MAX} numbers")
        try:
            numbers = [float(word) for word in words]
        except ValueError:
            raise LabelError(f"{path}:{number}: not a line of numbers: {line[:60]!r}") from None
        box = box_of(numbers)
        if box is not None:
            boxes.append(box)
    return np.array(boxes, np.float32).reshape(-1, 5)


def read_source(source):
    """All pictures of a source, by name."""
    pictures = []
    for path in sorted((source.folder / "images").iterdir()):
        if path.suffix.lower() not in PICTURES:
            continue
        label = source.folder / "labels" / (path.stem + ".txt")
        if not label.exists():
            continue  # Not labelled yet, which is not the same as an empty file.
        boxes = read_boxes(label)
        if source.open:
            boxes[:, 0] = ITEM
        elif len(boxes) and not set(boxes[:, 0]) <= set(range(len(CLASSES))):
            raise LabelError(f"{path}: classes beyond {CLASSES}; is it a source for =item?")
        pictures.append(Picture(path, boxes, source.open))
    if not pictures:
        raise LabelError(f"{source.folder}: no pictures in images/")
    return pictures


def stem_of(path):
    """What near-duplicates have in common in their names."""
    name = path.stem.split("_jpg.rf.")[0].split("_jpeg.rf.")[0]
    session = re.match(r"(\d{7})_\d+_cam\d+$", name)
    return session.group(1) if session else name


def difference_hash(path):
    """64 bits: whether each of 8 x 8 cells is brighter than its right neighbour."""
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise LabelError(f"{path}: not a picture")
    small = cv2.resize(grey, (9, 8), interpolation=cv2.INTER_AREA).astype(np.int16)
    return (small[:, 1:] > small[:, :-1]).ravel()


def groups(paths, look=True):
    """A group number for each path; `look` also compares what the pictures show."""
    parent = list(range(len(paths)))

    def root(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first = {}
    for i, path in enumerate(paths):
        parent[root(i)] = root(first.setdefault(stem_of(path), i))
    if look and paths:
        hashes = np.stack([difference_hash(path) for path in paths])
        for i in range(len(paths)):
            for j in np.flatnonzero((hashes[i + 1:] != hashes[i]).sum(1) <= HASH_BITS_MAX):
                parent[root(i)] = root(i + 1 + int(j))
    return [root(i) for i in range(len(paths))]


def held_out(key, share):
    """Whether a group belongs to the held-out part: by its name alone, the same in every run."""
    digest = hashlib.sha256(str(key).encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32 < share


def split(pictures, share):
    """(training, held out); a group lies on one side. Synthetic sessions differ by their seed."""
    paths = [picture.path for picture in pictures]
    look = any(picture.open for picture in pictures)
    training, held = [], []
    # The first path of a group by name stands for it, so that order does not matter.
    names = {}
    numbers = groups(paths, look)
    for path, number in zip(paths, numbers):
        names[number] = min(names.get(number, path.name), path.name)
    stems = {number: stem_of(Path(name)) for number, name in names.items()}
    for picture, number in zip(pictures, numbers):
        (held if held_out(stems[number], share) else training).append(picture)
    return training, held
