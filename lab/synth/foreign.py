"""Things that are no products: a phone or a bag that a hand brings, leaves inside, or takes away.

They are in no truth: no event, no line of a cart, no box. They stand where packages leave room.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from lab.synth import geometry
from lab.synth.script import GONE, Key, Stay

PHONE, BAG = "phone", "bag"
SIZES = {PHONE: (0.037, 0.075, 0.005), BAG: (0.09, 0.05, 0.08)}  # Half of each side, metres.
# A thing's axes in its hand's frame: across the palm, along the fingers, down.
IN_HAND = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])
AHEAD, GAP = 0.05, 0.015  # Of the hand, along its fingers; between palm and thing.
PALM = 0.035  # A hand's height over the board, at least.
ROOM = 0.004  # To the packages beside it.
HAND_SIDE, HAND_UP = 0.16, 0.2  # From a thing's middle, where hands go by.
TRIES = 400
# How it can stand: flat or leant upright, along or across.
LEANT = np.deg2rad(84)
STANDS = {PHONE: (np.eye(3), geometry.about((0, 0, 1), np.pi / 2),
                  geometry.about((1, 0, 0), LEANT)),
          BAG: (np.eye(3), geometry.about((0, 0, 1), np.pi / 2))}


@dataclass
class Foreign:
    """One such thing and where it is; nowhere before its first stay."""
    kind: str
    stays: list

    def stay(self, time):
        """The one that it is in; None before its first."""
        begun = [stay for stay in self.stays if stay.time <= time]
        return begun[-1] if begun else None

    def is_held(self, time):
        stay = self.stay(time)
        return stay is not None and stay.arm is not None

    def corners(self):
        """[8, 3], about its middle."""
        return np.array(list(itertools.product((-1, 1), repeat=3))) * np.array(SIZES[self.kind])

    def pose(self, arms, time):
        stay = self.stay(time)
        if stay is None:
            return GONE, np.eye(3)
        if stay.arm is None:
            return stay.position, stay.rotation
        position, frame, _ = arms[stay.arm].pose(time)
        if stay.offset is not None:
            return position + frame @ stay.offset, frame @ stay.turn
        half = SIZES[self.kind]
        return (position + frame @ np.array([AHEAD, half[0] + GAP, 0.0]),
                np.stack([frame[:, 1], frame[:, 0], -frame[:, 2]], axis=1))


@dataclass
class Place:
    """Room for a thing on a shelf, and how a hand holds it there."""
    position: np.ndarray
    offset: np.ndarray  # In the hand's frame, as in Stay.
    turn: np.ndarray
    frame: np.ndarray  # The hand's.

    @property
    def hand(self):
        return self.position - self.frame @ self.offset

    def hides(self, position):
        """Whether a hand that goes straight to `position` would meet what stands here."""
        across, _, up = np.abs(np.asarray(position) - self.position)
        return across < HAND_SIDE and up < HAND_UP


def half_extents(kind, rotation):
    """Of the box along the cabinet's axes around a thing that is turned so."""
    return np.abs(rotation) @ np.array(SIZES[kind])


def _boxes(director):
    """(middle, half extents) of every package as it stands."""
    for item, product in enumerate(director.goods):
        position, rotation = director.item_pose(item, director.time)
        half = np.array(director.world.products[product].size) / 2
        yield position, np.abs(rotation) @ half


def free_place(director, kind, index, rng):
    """A Place near the front of a shelf for arm `index`; None where none was found."""
    world, arm = director.world, director.arms[index]
    boxes = list(_boxes(director))
    for _ in range(TRIES):
        shelf = int(rng.integers(len(world.shelves)))
        x = rng.uniform(-0.5, 0.5) * world.width
        frame = director._frame("side", arm, director._yaw(arm, x) * 0.6)
        turn = IN_HAND @ STANDS[kind][int(rng.integers(len(STANDS[kind])))]
        half = half_extents(kind, frame @ turn)
        middle = np.array([x, half[1] + rng.uniform(0.004, 0.06), world.shelves[shelf] + half[2]])
        if abs(x) + half[0] > world.width / 2 - 0.012 or 2 * half[2] > world.clear[shelf] - 0.02:
            continue
        if any((np.abs(middle - other) < half + size + ROOM).all() for other, size in boxes):
            continue
        wide = half_extents(kind, turn)[1]  # Across the palm.
        offset = np.array([AHEAD, wide + GAP, -max(0.0, PALM - half[2])])
        return Place(middle, offset, turn, frame)
    return None


def brought(kind, index, time, place=None):
    """In a hand from `time` on; held as it will stand at `place`, if that is known."""
    held = (place.offset, place.turn) if place else (None, None)
    return Foreign(kind, [Stay(time, arm=index, offset=held[0], turn=held[1])])


def found(kind, place):
    """There from the beginning."""
    return Foreign(kind, [Stay(-1.0, place.position, place.frame @ place.turn)])


def _reach(director, index, place, curl):
    before = np.array([place.hand[0], -0.13, place.hand[2] + 0.03])
    director._go(index, before, place.frame, curl, director.rng.uniform(0.6, 1.0))
    director._go(index, place.hand, place.frame, curl, 0.6, 0.25)


def _withdraw(director, index, place, curl):
    director._go(index, np.array([place.hand[0], -0.15, place.hand[2] + 0.02]), place.frame, curl,
                 director.rng.uniform(0.6, 1.0))
    director._go(index, director._outside(place.hand), place.frame, curl)
    director._tick(index)


def set_down(director, index, place):
    """The hand leaves the thing that it brought at `place`."""
    _reach(director, index, place, 0.9)
    arm = director.arms[index]
    release = arm.now + director.rng.uniform(0.06, 0.2)
    arm.keys.append(Key(release, place.hand, place.frame, 0.9))
    director.foreign.stays.append(Stay(release, place.position, place.frame @ place.turn))
    arm.keys.append(Key(release + 0.12, place.hand, place.frame, 0.25))
    _withdraw(director, index, place, 0.2)


def fetch(director, index, place):
    """The hand takes the thing that stands at `place` out."""
    _reach(director, index, place, 0.15)
    arm = director.arms[index]
    grasp = arm.now + director.rng.uniform(0.08, 0.35)
    arm.keys.append(Key(grasp, place.hand, place.frame, 0.9))
    director.foreign.stays.append(Stay(grasp, arm=index, offset=place.offset, turn=place.turn))
    _withdraw(director, index, place, 0.9)
