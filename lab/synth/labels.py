"""Procedural labels: one RGB picture per product, laid out as meshes.py wraps it."""

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 384, 256
FONTS = ("DejaVuSans-Bold.ttf", "DejaVuSerif-Bold.ttf", "DejaVuSansMono-Bold.ttf",
         "DejaVuSansCondensed-Bold.ttf")
SYLLABLES = ("ba", "cor", "da", "el", "fri", "go", "hi", "jo", "ka", "lu", "mi", "no", "or", "pa",
             "qui", "ra", "so", "ta", "ul", "vi", "wa", "xo", "ya", "zen", "mo", "ler", "bri")
FLAVOURS = ("cola", "lemon", "zero", "mint", "peach", "berry", "salt", "milk", "choco", "plain",
            "lime", "light", "ginger", "apple", "mango", "classic", "spicy", "honey", "oat", "nut")
PATTERNS = ("plain", "stripes", "bands", "dots", "diagonal", "split", "waves")


@dataclass(frozen=True)
class Label:
    """All that a label shows. Products of a family share all but a colour or a word."""
    ground: tuple
    accent: tuple
    ink: tuple
    lid: tuple
    pattern: str
    scale: float
    brand: str
    flavour: str
    font: int
    badge: str
    badge_at: float


def random_colour(rng, lightness=(0.12, 0.95)):
    hue, light = rng.uniform(0, 180), rng.uniform(*lightness)
    saturation = rng.choice([rng.uniform(0.55, 1), rng.uniform(0, 0.35)], p=[0.7, 0.3])
    pixel = np.uint8([[[hue, light * 255, saturation * 255]]])
    return tuple(int(c) for c in cv2.cvtColor(pixel, cv2.COLOR_HLS2RGB)[0, 0])


def _ink_on(ground, rng):
    dark = np.dot(ground, (0.3, 0.6, 0.1)) < 120
    return tuple(int(c) for c in (rng.integers(215, 256, 3) if dark else rng.integers(0, 60, 3)))


def random_label(rng):
    ground = random_colour(rng)
    return Label(ground=ground, accent=random_colour(rng), ink=_ink_on(ground, rng),
                 lid=tuple(int(c) for c in rng.integers(120, 230, 1).repeat(3))
                 if rng.random() < 0.5 else random_colour(rng),
                 pattern=str(rng.choice(PATTERNS)), scale=float(rng.uniform(0.6, 1.6)),
                 brand="".join(rng.choice(SYLLABLES, int(rng.integers(2, 4)))).upper(),
                 flavour=str(rng.choice(FLAVOURS)), font=int(rng.integers(len(FONTS))),
                 badge=str(rng.choice(("circle", "diamond", "none", "star", "oval"))),
                 badge_at=float(rng.uniform(0.45, 0.75)))


def sibling(label, rng):
    """A look-alike: one colour or one word is another."""
    flavour = str(rng.choice([word for word in FLAVOURS if word != label.flavour]))
    kind = rng.choice(("ground", "accent", "word"), p=[0.45, 0.35, 0.2])
    if kind == "ground":
        ground = random_colour(rng)
        return replace(label, ground=ground, ink=_ink_on(ground, rng), flavour=flavour)
    if kind == "accent":
        return replace(label, accent=random_colour(rng), flavour=flavour)
    return replace(label, flavour=flavour)


@lru_cache(maxsize=64)
def _font(index, size):
    return ImageFont.truetype(FONTS[index], size)


def _fill_pattern(draw, label, top, bottom):
    step = max(6, int(28 * label.scale))
    accent = label.accent
    if label.pattern == "stripes":
        for x in range(0, WIDTH, 2 * step):
            draw.rectangle((x, top, x + step // 2, bottom), fill=accent)
    elif label.pattern == "bands":
        height = int((bottom - top) * 0.16 * label.scale)
        draw.rectangle((0, top, WIDTH, top + height), fill=accent)
        draw.rectangle((0, bottom - height, WIDTH, bottom), fill=accent)
    elif label.pattern == "dots":
        for x in range(0, WIDTH, step):
            for y in range(top, bottom, step):
                draw.ellipse((x, y, x + step // 3, y + step // 3), fill=accent)
    elif label.pattern == "diagonal":
        for x in range(-HEIGHT, WIDTH, 2 * step):
            draw.line((x, bottom, x + (bottom - top), top), fill=accent, width=step // 2)
    elif label.pattern == "split":
        draw.rectangle((0, (top + bottom) // 2, WIDTH, bottom), fill=accent)
    elif label.pattern == "waves":
        for y in range(top, bottom, 2 * step):
            points = [(x, y + step * 0.4 * np.sin(x / step)) for x in range(0, WIDTH + 8, 8)]
            draw.line(points, fill=accent, width=max(3, step // 3))


def _badge(draw, label, x, y, size):
    box = (x - size, y - size, x + size, y + size)
    if label.badge == "circle":
        draw.ellipse(box, fill=label.accent, outline=label.ink, width=3)
    elif label.badge == "oval":
        draw.ellipse((x - 1.6 * size, y - size, x + 1.6 * size, y + size), fill=label.accent)
    elif label.badge == "diamond":
        draw.polygon([(x, y - size), (x + size, y), (x, y + size), (x - size, y)],
                     fill=label.accent)
    elif label.badge == "star":
        angles = np.linspace(0, 2 * np.pi, 11) - np.pi / 2
        radii = [size if k % 2 == 0 else size * 0.45 for k in range(11)]
        draw.polygon([(x + r * np.cos(a), y + r * np.sin(a)) for a, r in zip(angles, radii)],
                     fill=label.accent)


def _centred(draw, label, text, x, y, width, size, fill):
    font = _font(label.font, size)
    while size > 8 and draw.textlength(text, font=font) > width:
        size -= 2
        font = _font(label.font, size)
    draw.text((x, y), text, font=font, fill=fill, anchor="mm")


def paint(label):
    """The label as uint8 [HEIGHT, WIDTH, 3], RGB."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), label.ground)
    draw = ImageDraw.Draw(picture)
    top, bottom = HEIGHT // 6, HEIGHT - HEIGHT // 6
    _fill_pattern(draw, label, top, bottom)
    middle = WIDTH // 2
    wall = bottom - top
    _badge(draw, label, middle, top + wall * label.badge_at, 22 + 10 * label.scale)
    # On the front, and once more on the back, which begins and ends the picture.
    for x in (middle, 0, WIDTH):
        _centred(draw, label, label.brand, x, top + wall * 0.28, WIDTH * 0.36, 52, label.ink)
        _centred(draw, label, label.flavour, x, top + wall * label.badge_at, WIDTH * 0.28, 34,
                 label.ink)
    for row in range(7):  # Small print on the sides.
        y = top + wall * (0.35 + 0.06 * row)
        draw.line((WIDTH * 0.2, y, WIDTH * 0.27, y), fill=label.ink, width=2)
    draw.rectangle((WIDTH * 0.74, bottom - wall * 0.3, WIDTH * 0.8, bottom - wall * 0.08),
                   fill=(245, 245, 245))
    for bar in range(6):
        x = WIDTH * 0.745 + bar * 3.6
        draw.line((x, bottom - wall * 0.28, x, bottom - wall * 0.1), fill=(10, 10, 10), width=2)
    draw.rectangle((0, 0, WIDTH, top), fill=label.lid)
    draw.ellipse((middle - 30, top // 2 - 8, middle + 30, top // 2 + 8), outline=(90, 90, 90),
                 width=3)
    draw.rectangle((0, bottom, WIDTH, HEIGHT), fill=label.lid)
    return np.asarray(picture)
