"""What happens to a crop before the embedder learns from it.

A crop of an item comes out of a detector's box, which is never exact; of a hand, which covers a
part; of a camera far away, which leaves 20 pixels of it; and of its own light. RGB bytes in, RGB
bytes 96 x 96 out.
"""

import cv2
import numpy as np

from .crops import PAD, SIDE

TURN_MAX = 40.0  # Degrees.
JITTER = 0.10
QUARTER_TURN_SHARE = 0.15
FINGER_COLOURS = ((236, 198, 170), (214, 160, 126), (170, 118, 84), (120, 80, 56), (74, 50, 38))


def placed(random, picture, background):
    """Turned, jittered and letterboxed by one warp; what is beyond the crop is background."""
    height, width = picture.shape[:2]
    angle = 0.0
    if random.random() < 0.7:
        angle = float(np.clip(random.normal(0, TURN_MAX / 2), -TURN_MAX, TURN_MAX))
    jitter = random.uniform(-JITTER, JITTER, 4)
    left, right = width * jitter[0], width * (1 + jitter[1])
    top, bottom = height * jitter[2], height * (1 + jitter[3])
    # A turned item fills a larger box, as its detection would.
    radians = np.deg2rad(abs(angle))
    wide, high = right - left, bottom - top
    # Half of the growth: boxes hug rounded items closer than the corners of their crops.
    box_width = wide + 0.5 * (wide * (np.cos(radians) - 1) + high * np.sin(radians))
    box_height = high + 0.5 * (high * (np.cos(radians) - 1) + wide * np.sin(radians))
    ratio = min(SIDE / box_width, SIDE / box_height)
    matrix = cv2.getRotationMatrix2D(((left + right) / 2, (top + bottom) / 2), angle, ratio)
    matrix[:, 2] += SIDE / 2 - np.array([(left + right) / 2, (top + bottom) / 2])
    matrix[:, :2] += random.normal(0, 0.04, (2, 2)) * ratio  # A view from the side: shear.
    flags = cv2.INTER_LINEAR
    if ratio < 0.6:  # Warps do not average: shrink first.
        factor = ratio * 1.2
        small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        matrix[:, :2] /= factor
        picture = small
    item = cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=flags,
                          borderMode=cv2.BORDER_CONSTANT, borderValue=(PAD, PAD, PAD))
    there = cv2.warpAffine(np.full(picture.shape[:2], 255, np.uint8), matrix, (SIDE, SIDE))
    out = np.full((SIDE, SIDE, 3), PAD, np.uint8)
    x, y = int((SIDE - box_width * ratio) / 2), int((SIDE - box_height * ratio) / 2)
    x, y = max(0, x), max(0, y)
    inner = (slice(y, SIDE - y), slice(x, SIDE - x))
    mask = there[inner][..., None] > 127
    out[inner] = np.where(mask, item[inner], background[inner])
    return out


def background_of(random, others):
    """A picture to stand behind: another crop blown up, one colour, or noise of low frequency."""
    kind = random.random()
    if kind < 0.5 and len(others):
        other = others[int(random.integers(len(others)))]
        return cv2.resize(other, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    if kind < 0.75:
        return np.full((SIDE, SIDE, 3), random.integers(0, 256, 3), np.uint8)
    coarse = random.integers(0, 256, (int(random.integers(2, 6)),) * 2 + (3,)).astype(np.uint8)
    return cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)


def swap_surroundings(random, picture, background):
    """Everything outside of an upright ellipse or box in the middle becomes another background."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    half = (int(SIDE * random.uniform(0.24, 0.42)), int(SIDE * random.uniform(0.40, 0.48)))
    centre = (SIDE // 2 + int(random.normal(0, 3)), SIDE // 2 + int(random.normal(0, 3)))
    if random.random() < 0.5:
        cv2.ellipse(mask, centre, half, float(random.normal(0, 10)), 0, 360, 255, -1)
    else:
        cv2.rectangle(mask, (centre[0] - half[0], centre[1] - half[1]),
                      (centre[0] + half[0], centre[1] + half[1]), 255, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), 1.5)[..., None].astype(np.uint16)
    return ((picture * mask + background * (255 - mask)) // 255).astype(np.uint8)


def cover(random, picture):
    """Fingers from an edge, or a patch of one colour."""
    if random.random() < 0.7:
        base = np.array(FINGER_COLOURS[int(random.integers(len(FINGER_COLOURS)))], np.float32)
        colour = tuple(float(v) for v in (base * random.uniform(0.7, 1.15)).clip(0, 255))
        side = int(random.integers(4))
        angle = side * np.pi / 2 + random.normal(0, 0.3)
        start = random.uniform(0.2, 0.6) * SIDE
        thick = int(random.integers(7, 14))
        for finger in range(int(random.integers(1, 5))):
            along = start + finger * thick * 1.25
            edge = {0: (0, along), 1: (along, 0), 2: (SIDE, along), 3: (along, SIDE)}[side]
            length = SIDE * random.uniform(0.15, 0.42)
            tip = (edge[0] + np.cos(angle) * length, edge[1] + np.sin(angle) * length)
            cv2.line(picture, [int(v) for v in edge], [int(v) for v in tip], colour, thick,
                     cv2.LINE_AA)
        return picture
    w, h = (int(v) for v in random.uniform(0.12, 0.4, 2) * SIDE)
    x = int(random.integers(-w // 2, SIDE - w // 2))
    y = int(random.integers(-h // 2, SIDE - h // 2))
    picture[max(0, y):y + h, max(0, x):x + w] = random.integers(0, 256, 3)
    return picture


def light(random, picture):
    """Exposure, gamma and cast, by a table for each channel."""
    values = np.arange(256, dtype=np.float32) / 255
    gamma, gain = np.exp(random.normal(0, 0.25)), np.exp(random.normal(0, 0.25))
    cast = np.exp(random.normal(0, 0.07, 3))
    out = (values[:, None] ** gamma) * gain * cast + random.normal(0, 0.04)
    table = (out.clip(0, 1) * 255 + 0.5).astype(np.uint8).reshape(1, 256, 3)
    picture = cv2.LUT(picture, table)
    if random.random() < 0.3:
        grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        keep = random.uniform(0.5, 1.4)
        picture = cv2.addWeighted(picture, keep, grey, 1 - keep, 0)
    return picture


def far(random, picture):
    """As few pixels as a far item has, back to size."""
    side = int(random.integers(20, 48))
    small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)


def blurred(random, picture):
    if random.random() < 0.5:
        return cv2.GaussianBlur(picture, (0, 0), random.uniform(0.4, 1.8))
    length = int(random.integers(3, 10))
    kernel = np.zeros((length, length), np.float32)
    ends = np.array([np.cos(a := random.uniform(0, np.pi)), np.sin(a)]) * (length - 1) / 2
    middle = (length - 1) / 2
    cv2.line(kernel, [round(middle - e) for e in ends], [round(middle + e) for e in ends], 1.0)
    return cv2.filter2D(picture, -1, kernel / kernel.sum())


def training_crop(random, picture, others=()):
    """96 x 96 RGB bytes of a crop; others: crops of other products, for backgrounds."""
    background = (background_of(random, others) if random.random() < 0.5
                  else np.full((SIDE, SIDE, 3), PAD, np.uint8))
    if random.random() < QUARTER_TURN_SHARE:  # Items are held in any way.
        picture = np.ascontiguousarray(np.rot90(picture, int(random.integers(1, 4))))
    out = placed(random, picture, background)
    if random.random() < 0.2:
        out = swap_surroundings(random, out, background_of(random, others))
    if random.random() < 0.35:
        out = cover(random, out)
    if random.random() < 0.8:
        out = light(random, out)
    if random.random() < 0.35:
        out = far(random, out)
    if random.random() < 0.3:
        out = blurred(random, out)
    if random.random() < 0.3:
        noise = np.empty(out.shape, np.int16)
        cv2.setRNGSeed(int(random.integers(1, 2**31)))
        cv2.randn(noise, 0, random.uniform(2, 12))
        out = cv2.add(out, noise, dtype=cv2.CV_8U)
    if random.random() < 0.3:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(20, 80))]
        out = cv2.imdecode(cv2.imencode(".jpg", out, quality)[1], cv2.IMREAD_COLOR)
    return out
