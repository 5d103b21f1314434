"""What happens to a detector's training picture: one warp and a few table look-ups, for CPUs.

Geometry: scale, shift and mirror in a single warp, some pictures as they will be seen (letterboxed
top left, as tally does), some as a mosaic of four, some close to what a hand holds, which is rare.
Colour: gain, gamma and cast by a table for each
channel, saturation, blur, noise, and the blocks of a JPEG. Boxes come out as [n,6]: class, left,
top, right, bottom, ignored. Ignored are boxes under SIDE_MIN pixels and those of which less than
VISIBLE_MIN was left: neither an object to find nor background.
"""

import cv2
import numpy as np

from .cache import PAD
from .labels import HAND, ITEM_IN_HAND

SIDE_MIN = 5.0
VISIBLE_MIN = 0.35
PLAIN_SHARE = 0.35
MOSAIC_SHARE = 0.15
CLOSE_SHARE = 0.3  # Of the pictures that show something held: a look at that.
SCALE = (0.65, 1.7)  # Of the letterbox's own.
CLOSE_SCALE_MAX = 2.2
WINDOW_SCALE = (0.8, 1.7)
WINDOW_FOCUS = (0.6, 0.2)  # Of windows: around something held, around a hand; others anywhere.


def warp_boxes(boxes, matrix, frame):
    """Boxes under a matrix without rotation, clipped to frame (left, top, right, bottom)."""
    if not len(boxes):
        return np.zeros((0, 6), np.float32)
    xs = boxes[:, [1, 3]] * matrix[0, 0] + matrix[0, 2]
    ys = boxes[:, [2, 4]] * matrix[1, 1] + matrix[1, 2]
    left, right = xs.min(1), xs.max(1)
    top, bottom = ys.min(1), ys.max(1)
    whole = (right - left) * (bottom - top)
    left, right = left.clip(frame[0], frame[2]), right.clip(frame[0], frame[2])
    top, bottom = top.clip(frame[1], frame[3]), bottom.clip(frame[1], frame[3])
    area = (right - left) * (bottom - top)
    ignored = (area < VISIBLE_MIN * whole) | (np.minimum(right - left, bottom - top) < SIDE_MIN)
    out = np.stack([boxes[:, 0], left, top, right, bottom, ignored], 1).astype(np.float32)
    return out[area > 1]


def letterbox_matrix(size, width, height):
    """As at inference: the picture's `size` top left in width x height."""
    ratio = min(width / size[0], height / size[1])
    return np.array([[ratio, 0, 0], [0, ratio, 0]], np.float64)


def close_matrix(random, box, size, width, height):
    """A view in which the box's middle is anywhere but near the rim."""
    matrix = letterbox_matrix(size, width, height)
    matrix[:, :2] *= np.exp(random.uniform(0, np.log(CLOSE_SCALE_MAX)))
    for axis, side in ((0, width), (1, height)):
        middle = (box[1 + axis] + box[3 + axis]) / 2
        matrix[axis, 2] = random.uniform(0.15, 0.85) * side - middle * matrix[axis, axis]
    if random.random() < 0.5:  # Mirrored in the frame.
        matrix[0] = -matrix[0]
        matrix[0, 2] += width
    return matrix


def window_matrix(random, cache, index, view, window):
    """A small window of a picture that is letterboxed into `view`: what hands do, near enough."""
    size, boxes = cache.sizes[index], cache.boxes[index]
    chance, focus = random.random(), None
    held, hands = boxes[boxes[:, 0] == ITEM_IN_HAND], boxes[boxes[:, 0] == HAND]
    if len(held) and chance < WINDOW_FOCUS[0]:
        focus = held[random.integers(len(held))]
    elif len(hands) and chance < sum(WINDOW_FOCUS):
        focus = hands[random.integers(len(hands))]
    matrix = letterbox_matrix(size, *view)
    scale = np.exp(random.uniform(*np.log(WINDOW_SCALE)))
    stretch = np.exp(random.normal(0, 0.06))
    matrix[0, 0] *= scale * stretch
    matrix[1, 1] *= scale / stretch
    for axis, side in ((0, window[0]), (1, window[1])):
        if focus is None:
            room = side - size[axis] * matrix[axis, axis]
            matrix[axis, 2] = random.uniform(min(room, 0), max(room, 0))
        else:
            middle = (focus[1 + axis] + focus[3 + axis]) / 2
            matrix[axis, 2] = random.uniform(0.15, 0.85) * side - middle * matrix[axis, axis]
    if random.random() < 0.5:  # Mirrored in the window.
        matrix[0] = -matrix[0]
        matrix[0, 2] += window[0]
    return matrix


def random_matrix(random, size, width, height):
    matrix = letterbox_matrix(size, width, height)
    if random.random() > PLAIN_SHARE:
        scale = np.exp(random.uniform(np.log(SCALE[0]), np.log(SCALE[1])))
        stretch = np.exp(random.normal(0, 0.06))
        matrix[0, 0] *= scale * stretch
        matrix[1, 1] *= scale / stretch
        for axis, side in ((0, width), (1, height)):
            room = side - size[axis] * matrix[axis, axis]
            matrix[axis, 2] = random.uniform(min(room, 0) - 0.1 * side, max(room, 0) + 0.1 * side)
    if random.random() < 0.5:  # Mirrored within where it lies.
        matrix[0, 2] += matrix[0, 0] * size[0]
        matrix[0, 0] = -matrix[0, 0]
    return matrix


def warp(picture, size, matrix, width, height):
    content = picture[:size[1], :size[0]]
    return cv2.warpAffine(content, matrix, (width, height), flags=cv2.INTER_LINEAR,
                          borderMode=cv2.BORDER_CONSTANT, borderValue=(PAD, PAD, PAD))


def one(random, cache, index, width, height):
    size = cache.sizes[index]
    held = cache.boxes[index][cache.boxes[index][:, 0] == ITEM_IN_HAND]
    if len(held) and random.random() < CLOSE_SHARE:
        matrix = close_matrix(random, held[random.integers(len(held))], size, width, height)
    else:
        matrix = random_matrix(random, size, width, height)
    boxes = warp_boxes(cache.boxes[index], matrix, (0, 0, width, height))
    return warp(cache.pixels[index], size, matrix, width, height), boxes


def mosaic(random, cache, indices, width, height):
    """Four pictures around a point near the middle."""
    x = int(width * random.uniform(0.35, 0.65))
    y = int(height * random.uniform(0.35, 0.65))
    canvas = np.empty((height, width, 3), np.uint8)
    boxes = []
    frames = ((0, 0, x, y), (x, 0, width, y), (0, y, x, height), (x, y, width, height))
    for frame, index in zip(frames, indices):
        part, found = one(random, cache, index, frame[2] - frame[0], frame[3] - frame[1])
        canvas[frame[1]:frame[3], frame[0]:frame[2]] = part
        found[:, [1, 3]] += frame[0]
        found[:, [2, 4]] += frame[1]
        boxes.append(found)
    return canvas, np.concatenate(boxes)


def tables(random):
    """A table of 256 bytes for each channel: exposure, gamma, colour cast."""
    values = np.arange(256, dtype=np.float32) / 255
    gamma = np.exp(random.normal(0, 0.18))
    gain = np.exp(random.normal(0, 0.2))
    cast = np.exp(random.normal(0, 0.08, 3))
    offset = random.normal(0, 0.03)
    out = (values[:, None] ** gamma) * gain * cast + offset
    return (out.clip(0, 1) * 255 + 0.5).astype(np.uint8).reshape(1, 256, 3)


def colour(random, picture):
    """The light and the camera: changes `picture`'s look, never its geometry."""
    if random.random() < 0.8:
        picture = cv2.LUT(picture, tables(random))
    if random.random() < 0.3:
        grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
        keep = random.uniform(0.3, 1.5)
        picture = cv2.addWeighted(picture, keep, grey, 1 - keep, 0)
    chance = random.random()
    if chance < 0.15:
        picture = cv2.GaussianBlur(picture, (0, 0), random.uniform(0.4, 1.3))
    elif chance < 0.25:
        length = int(random.integers(3, 8))
        kernel = np.zeros((length, length), np.float32)
        kernel[length // 2] = 1 / length
        kernel = kernel if random.random() < 0.5 else kernel.T
        picture = cv2.filter2D(picture, -1, np.ascontiguousarray(kernel))
    if random.random() < 0.25:
        noise = np.empty(picture.shape, np.int16)
        cv2.setRNGSeed(int(random.integers(1, 2**31)))
        cv2.randn(noise, 0, random.uniform(2, 10))
        picture = cv2.add(picture, noise, dtype=cv2.CV_8U)
    if random.random() < 0.15:
        quality = int(random.integers(25, 80))
        packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        picture = cv2.imdecode(packed,
                               cv2.IMREAD_COLOR)
    return picture


def training_picture(random, cache, index, width, height, mosaics=True):
    """[height,width,3] bytes, its boxes [n,6], and whether its labels are open."""
    if mosaics and random.random() < MOSAIC_SHARE:
        indices = [index, *random.integers(0, len(cache.boxes), 3)]
        picture, boxes = mosaic(random, cache, indices, width, height)
        return colour(random, picture), boxes, bool(cache.open[indices].any())
    picture, boxes = one(random, cache, index, width, height)
    return colour(random, picture), boxes, bool(cache.open[index])


def training_window(random, cache, index, view, window):
    """As training_picture, of a window (width, height) out of a picture seen at `view`'s scale."""
    matrix = window_matrix(random, cache, index, view, window)
    boxes = warp_boxes(cache.boxes[index], matrix, (0, 0, *window))
    picture = warp(cache.pixels[index], cache.sizes[index], matrix, *window)
    return colour(random, picture), boxes, bool(cache.open[index])


def plain_picture(cache, index, width, height):
    """As at inference, for evaluation."""
    size = cache.sizes[index]
    matrix = letterbox_matrix(size, width, height)
    boxes = warp_boxes(cache.boxes[index], matrix, (0, 0, width, height))
    return warp(cache.pixels[index], size, matrix, width, height), boxes
