"""One cabinet with its stock and cameras, drawn from a seed.

Coordinates: metres; x right as the shopper sees it, 0 in the middle; y = 0 the plane of the
opening, inwards positive; z up from the cabinet's floor.
"""

from dataclasses import dataclass, field

import numpy as np

from lab.synth import geometry
from lab.synth.products import make_products

CAMERA_SIZE = (1280, 720)  # That calibrations speak of; a picture may be a share of it.
BOARD = 0.012  # Thickness of a shelf.
FACINGS_MIN, FACINGS_MAX = 12, 40


@dataclass
class Camera:
    """True optics and pose, and what the operator's calibration says of them."""
    id: str
    focal: float
    centre: tuple
    distortion: tuple  # k1, k2
    position: np.ndarray
    rotation: np.ndarray
    stated_position: np.ndarray
    stated_rotation: np.ndarray
    stated_focal: float


@dataclass
class Facing:
    id: str
    shelf: int
    product: int
    left: float
    right: float
    rows: int
    front: float  # y of the first item's front.

    @property
    def middle(self):
        return (self.left + self.right) / 2


@dataclass
class Item:
    """One package. Its pose is where it stands before anybody came."""
    product: int
    facing: int
    row: int
    position: np.ndarray
    rotation: np.ndarray


@dataclass
class World:
    seed: int
    width: float
    height: float
    depth: float
    shelves: list  # z of each board's top, from below.
    clear: list  # Height above each board.
    products: list
    facings: list
    items: list
    cameras: list
    night: bool
    hinge: int  # -1: the door's hinge is on the left, 1: on the right.
    colours: dict = field(default_factory=dict)

    def standing(self, facing, row, rng):
        """Where an item of this product stands in a row of this facing."""
        place = self.facings[facing]
        width, depth, height = self.products[place.product].size
        y = place.front + depth / 2 + row * (depth + 0.008)
        slack = max(0.0, (place.right - place.left - width) / 2 - 0.003)
        x = place.middle + rng.uniform(-slack, slack) * 0.6
        z = self.shelves[place.shelf] + height / 2
        turn = rng.normal(0, 0.12)
        return np.array([x, y, z]), geometry.about((0, 0, 1), turn)


def _stated(rng, position, rotation, focal):
    """A calibration's error: a few millimetres, a fifth of a degree, half a percent."""
    axis = geometry.unit(rng.normal(size=3))
    error = geometry.about(axis, np.deg2rad(rng.normal(0, 0.15)))
    return (position + rng.normal(0, 0.002, 3), rotation @ error,
            focal * (1 + rng.normal(0, 0.003)))


def _camera(rng, name, position, target, field_of_view, up):
    width, height = CAMERA_SIZE
    focal = height / 2 / np.tan(np.deg2rad(field_of_view + rng.normal(0, 1.0)) / 2)
    position = np.asarray(position, float) + rng.normal(0, 0.012, 3)
    rotation = geometry.looking_at(position, np.asarray(target) + rng.normal(0, 0.02, 3),
                                   rng.normal(0, 0.02), up)
    stated = _stated(rng, position, rotation, focal)
    centre = (width / 2 + rng.normal(0, 6), height / 2 + rng.normal(0, 6))
    return Camera(name, focal, centre, (rng.uniform(-0.025, 0.0), 0.0), position, rotation,
                  *stated)


def make_cameras(rng, width, height, hinge):
    """Two at the top looking down across the opening, one at the side of the door's handle."""
    top = height + rng.uniform(0.04, 0.10)
    out = -rng.uniform(0.24, 0.32)
    spread = width * rng.uniform(0.24, 0.32)
    low = height * 0.35
    inwards, upwards = (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
    side = -hinge
    beside = (side * (width / 2 + 0.13), -rng.uniform(0.24, 0.3), height * rng.uniform(0.5, 0.62))
    return [_camera(rng, "cam0", (-spread, out, top), (0.06, -0.02, low), 72, inwards),
            _camera(rng, "cam1", (spread, out, top), (-0.06, -0.02, low), 72, inwards),
            _camera(rng, "cam2", beside, (-side * 0.1, 0.0, height * 0.46), 86, upwards)]


def _lay_out(rng, world):
    """Facings shelf by shelf; look-alikes stand beside each other more often than not."""
    order = list(range(len(world.products)))
    if rng.random() < 0.35:
        rng.shuffle(order)
    limit = int(rng.integers(FACINGS_MIN, FACINGS_MAX + 1))
    queue = list(order)
    per_shelf = int(np.ceil(limit / len(world.shelves)))
    for shelf in range(len(world.shelves)):
        x = -world.width / 2 + rng.uniform(0.015, 0.04)
        placed = 0
        while placed < per_shelf and len(world.facings) < limit:
            fitting = [p for p in queue
                       if world.products[p].size[2] < world.clear[shelf] - 0.045]
            if not fitting:
                queue = [p for p in order
                         if world.products[p].size[2] < world.clear[shelf] - 0.045]
                if not queue:
                    break
                fitting = queue
            product = fitting[0]
            queue.remove(product)
            wide = world.products[product].size[0] + rng.uniform(0.012, 0.03)
            if x + wide > world.width / 2 - 0.012:
                queue.insert(0, product)
                break
            deep = world.products[product].size[1] + 0.008
            front = rng.uniform(0.02, 0.06)
            rows = int(min(4, (world.depth - front - 0.02) // deep))
            world.facings.append(Facing(f"s{shelf + 1}f{placed + 1}", shelf, product, x, x + wide,
                                        rows, front))
            x += wide
            placed += 1


def _stock(rng, world):
    for index, facing in enumerate(world.facings):
        kind = rng.choice(("full", "front_gone", "empty"), p=[0.72, 0.16, 0.12])
        if kind == "empty":
            continue
        first = 0 if kind == "full" or facing.rows == 1 else 1
        for row in range(first, facing.rows):
            position, rotation = world.standing(index, row, rng)
            world.items.append(Item(facing.product, index, row, position, rotation))


def _muted(rng, low, high):
    """A colour of rooms: more grey than not."""
    grey = rng.uniform(low, high)
    return tuple(grey + 0.35 * (rng.uniform(low, high, 3) - grey))


def make_world(seed):
    rng = np.random.default_rng([seed, 1])
    shelves = int(rng.integers(3, 6))
    width, height = rng.uniform(0.58, 0.92), rng.uniform(0.24, 0.31) * shelves + 0.05
    depth = rng.uniform(0.42, 0.52)
    levels = [BOARD + 0.01 + k * (height - 0.03) / shelves for k in range(shelves)]
    clear = [(height - 0.03) / shelves - BOARD] * shelves
    hinge = int(rng.choice((-1, 1)))
    products = make_products(rng, int(rng.integers(12, 27)))
    world = World(seed, width, height, depth, levels, clear, products, [], [],
                  make_cameras(rng, width, height, hinge), bool(rng.random() < 0.15), hinge)
    _lay_out(rng, world)
    _stock(rng, world)
    used = sorted({facing.product for facing in world.facings})
    world.products = [products[k] for k in used]
    again = {old: new for new, old in enumerate(used)}
    for thing in world.facings + world.items:
        thing.product = again[thing.product]
    white = rng.uniform(0.62, 0.95)
    world.colours = {
        "inside": (white, white, white * rng.uniform(0.93, 1.03)) if rng.random() < 0.7
        else tuple(rng.uniform(0.12, 0.4) * np.ones(3)),
        "board": tuple(rng.uniform(0.55, 0.9, 1).repeat(3)),
        "rail": tuple(rng.uniform(0.1, 0.95, 3)),
        "frame": tuple(rng.uniform(0.05, 0.6, 1).repeat(3)),
        "room": _muted(rng, 0.15, 0.8), "floor": _muted(rng, 0.1, 0.6)}
    return world
