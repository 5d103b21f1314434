"""Which product each held item was: what `fusion looks` prints, against the truth of lab.synth.

A session of lab.synth is directed again from its seed, without drawing anything. A look shows the
package whose outline its box fits best at that moment; an item is the product that most of its
looks show. Phones and bags in hands are strange; items of which no look shows either (hands
themselves) are left out.
"""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lab.synth import imaging, scenarios, scene, session
from lab.synth.world import make_world

IOU_MIN = 0.3
SHARE_MIN = 0.5  # Of an item's looks, that show one product.
STRANGE = -1  # In place of a product: a thing that is none.


class Item(NamedTuple):
    """One held item: its product, and for each look the camera and similarities to photos."""
    session: str
    product: int  # Or STRANGE.
    cameras: np.ndarray  # [looks]
    similarities: np.ndarray  # [looks, products, photos]; NaN where a product has fewer photos


class TruthError(Exception):
    """A session that lab.synth, as it is now, does not direct from its seed: says which."""


class Session:
    """A rendered session directed again: what is in hands, and where cameras see it."""

    def __init__(self, folder):
        truth = json.loads((Path(folder) / "truth.json").read_text())
        seed = truth["seed"]
        self.world = make_world(seed)
        for wanted in (None, truth["scenario"]):  # Drawn, or asked for on the command line.
            name, self.director = scenarios.direct(self.world, seed, wanted)
            if session.truth_of(seed, name, self.world, self.director) == truth:
                break
        else:
            raise TruthError(f"{folder}: not what lab.synth makes of seed {seed}")
        self.shift = [self._shift(seed, camera) for camera in range(len(self.world.cameras))]

    def _shift(self, seed, camera):
        """To add to a look's time on the session's clock, for the time of what was filmed."""
        clock = imaging.Clock(np.random.default_rng([seed, 6, camera]), session.FRAMES_PER_SECOND)
        return float(clock.times(self.director.time)[0]) - round(clock.stated_offset * 1000) / 1000

    def boxes(self, camera, seconds):
        """{product or STRANGE: box} of what is in hands; of two of one product, the later one."""
        time, found = seconds + self.shift[camera], {}
        for item, product in enumerate(self.director.goods):
            if not self.director.is_held(item, time):
                continue
            self._see(camera, self.world.products[product].mesh.vertices,
                      self.director.item_pose(item, time), found, product)
        thing = self.director.foreign
        if thing and thing.is_held(time):
            self._see(camera, thing.corners(), thing.pose(self.director.arms, time), found, STRANGE)
        return found

    def _see(self, camera, vertices, pose, found, name):
        position, rotation = pose
        corners, depth = scene.project(self.world.cameras[camera], vertices @ rotation.T + position)
        if (depth > scene.NEAR).all():
            found[name] = (*corners.min(axis=0), *corners.max(axis=0))


def iou(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0.0, width) * max(0.0, height)
    whole = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return shared / max(1e-9, whole - shared)


def shown(box, boxes):
    """The product whose box is nearest to that of a look; None where none is near."""
    best = max(boxes, key=lambda product: iou(box, boxes[product]), default=None)
    return best if best is not None and iou(box, boxes[best]) >= IOU_MIN else None


def product_of(seen):
    """Of what an item's looks show; None where that is nothing, or one thing and another."""
    known = [product for product in seen if product is not None]
    if not known:
        return None
    most = max(set(known), key=known.count)
    return most if known.count(most) >= SHARE_MIN * len(seen) else None


def padded(similarities):
    """[looks, products, photos] of lists that may differ in length."""
    photos = max(len(product) for look in similarities for product in look)
    return np.array([[product + [np.nan] * (photos - len(product)) for product in look]
                     for look in similarities], float)


def read(lines):
    """(items, strange ones, how many more of which neither is known) of the lines of `fusion
    looks`."""
    items, strange, unknown = [], [], 0
    for line in lines:
        told = json.loads(line)
        truth = Session(told["session"])
        if told["products"] != [product.id for product in truth.world.products]:
            raise TruthError(f"{told['session']}: its layout has other products than its seed")
        for looks in told["items"]:
            product = product_of([shown(look["box"], truth.boxes(look["camera"],
                                                                 look["time_us"] * 1e-6))
                                  for look in looks])
            if product is None:
                unknown += 1
                continue
            (strange if product == STRANGE else items).append(Item(
                told["session"], product, np.array([look["camera"] for look in looks]),
                padded([look["similarities"] for look in looks])))
    return items, strange, unknown
