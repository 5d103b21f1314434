"""Pictures decoded once: an array on disk of [N, 270, 480, 3] bytes, BGR.

A picture keeps its aspect and lies top left; the rest is grey (114). Boxes become pixels of that
array's picture. The array's name comes from the pictures' names, sizes and times, so a changed
source makes a new one.
"""

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

WIDTH, HEIGHT = 480, 270
PAD = 114
PICTURES_MAX = 60_000  # 23 GB on disk


class Cached(NamedTuple):
    pixels: np.ndarray  # [N,HEIGHT,WIDTH,3], read only
    boxes: list  # [n,5] class, left, top, right, bottom in pixels
    sizes: np.ndarray  # [N,2] width and height of what is not grey
    open: np.ndarray  # [N] bool


def fitted(width, height, into_width=WIDTH, into_height=HEIGHT):
    ratio = min(into_width / width, into_height / height)
    return max(1, round(width * ratio)), max(1, round(height * ratio))


def shrink(picture):
    """The picture letterboxed into the cache's size, and the size it takes there."""
    width, height = fitted(picture.shape[1], picture.shape[0])
    canvas = np.full((HEIGHT, WIDTH, 3), PAD, np.uint8)
    canvas[:height, :width] = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return canvas, (width, height)


def key_of(pictures):
    digest = hashlib.sha256(f"{WIDTH}x{HEIGHT} 1".encode())
    for picture in pictures:
        state = picture.path.stat()
        digest.update(f"{picture.path} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def fill(pictures, pixels_path, sizes_path, say):
    partial = pixels_path.with_suffix(".part")
    pixels = np.lib.format.open_memmap(partial, "w+", np.uint8,
                                       (len(pictures), HEIGHT, WIDTH, 3))
    sizes = np.zeros((len(pictures), 2), np.int32)
    for i, picture in enumerate(pictures):
        # Decoding at half the size is twice as fast and still larger than what is kept.
        decoded = cv2.imread(str(picture.path), cv2.IMREAD_REDUCED_COLOR_2)
        if decoded is None or decoded.shape[1] < WIDTH:
            decoded = cv2.imread(str(picture.path), cv2.IMREAD_COLOR)
        if decoded is None:
            raise ValueError(f"{picture.path}: not a picture")
        pixels[i], sizes[i] = shrink(decoded)
        if (i + 1) % 1000 == 0:
            say(f"cache: {i + 1} of {len(pictures)} pictures")
    pixels.flush()
    np.save(sizes_path, sizes)
    os.replace(partial, pixels_path)


def pixel_boxes(shares, size):
    boxes = shares.copy()
    boxes[:, 1:3] = (shares[:, 1:3] - shares[:, 3:5] / 2) * size
    boxes[:, 3:5] = (shares[:, 1:3] + shares[:, 3:5] / 2) * size
    return boxes


def cached(pictures, folder, say=lambda text: None):
    if len(pictures) > PICTURES_MAX:
        raise ValueError(f"{len(pictures)} pictures; at most {PICTURES_MAX} are cached")
    if not pictures:
        return Cached(np.zeros((0, HEIGHT, WIDTH, 3), np.uint8), [], np.zeros((0, 2), np.int32),
                      np.zeros(0, bool))
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    key = key_of(pictures)
    pixels_path, sizes_path = folder / f"{key}.npy", folder / f"{key}.sizes.npy"
    if not (pixels_path.exists() and sizes_path.exists()):
        fill(pictures, pixels_path, sizes_path, say)
    sizes = np.load(sizes_path)
    boxes = [pixel_boxes(picture.boxes, size) for picture, size in zip(pictures, sizes)]
    return Cached(np.load(pixels_path, mmap_mode="r"), boxes, sizes,
                  np.array([picture.open for picture in pictures], bool))
