"""Arms, hands and heads as bodies of simple shapes, and how a hand holds a package.

A hand's frame: column 0 along the fingers (F), column 1 out of the palm (N), column 2 towards the
thumb (T).
"""

from dataclasses import dataclass

import numpy as np

from lab.synth import geometry

PALM = (0.046, 0.014, 0.042)  # Half sizes along F, N, T.
GAP = 0.02  # From the palm's middle to what it holds.
FOREARM, UPPER_ARM = 0.27, 0.30
REACH = 0.6  # A shoulder follows a hand that goes further.


@dataclass
class Person:
    x: float
    skin: tuple
    sleeve: tuple
    glove: tuple | None
    bare: bool  # Forearms without sleeves.
    hair: tuple
    size: float
    shoulder: float  # Height above the cabinet's floor.
    lean: float  # How far the head comes in.


SKINS = ((0.95, 0.80, 0.70), (0.88, 0.68, 0.54), (0.76, 0.55, 0.40), (0.58, 0.39, 0.27),
         (0.42, 0.27, 0.19), (0.28, 0.18, 0.13))


def random_person(rng, x):
    skin = np.clip(np.array(SKINS[rng.integers(len(SKINS))]) + rng.normal(0, 0.03, 3), 0.08, 1)
    glove = tuple(rng.uniform(0.05, 0.9, 3)) if rng.random() < 0.14 else None
    return Person(x, tuple(skin), tuple(rng.uniform(0.05, 0.95, 3)), glove,
                  bool(rng.random() < 0.35), tuple(rng.uniform(0.05, 0.5, 3)),
                  float(rng.uniform(0.88, 1.12)), float(rng.uniform(0.85, 1.25)),
                  float(rng.choice((0.0, rng.uniform(0.1, 0.35)), p=(0.6, 0.4))))


def grip_rotation(style, right, yaw, pitch=0.0, roll=0.0):
    """`side`: thumb up, palm towards the item beside it. `top`: palm down. `under`: palm up."""
    forward = np.array([0.0, 1.0, 0.0])
    normal = {"side": np.array([-1.0 if right else 1.0, 0.0, 0.0]),
              "top": np.array([0.0, 0.0, -1.0]),
              "under": np.array([0.0, 0.0, 1.0])}[style]
    thumb = np.cross(forward, normal) * (1 if right else -1)
    frame = np.stack([forward, normal, thumb], axis=1)
    turn = (geometry.about((0, 0, 1), -yaw) @ geometry.about((1, 0, 0), pitch)
            @ geometry.about((0, 1, 0), roll))
    return turn @ frame


def held_offset(style, size, slot=0):
    """An item's middle in its hand's frame. A second item sits beside the first, towards the
    fingers' tips."""
    width, depth, height = size
    thickness = {"side": width, "top": height, "under": height}[style] / 2
    along = 0.03 if slot == 0 else 0.03 + 0.9 * depth
    reach = 0.012 if style == "side" else 0.0
    return np.array([along, thickness + GAP, -reach])


def hand_parts(position, frame, curl, size):
    """Capsules (from, to, radius) and the palm's box of a hand. `curl`: 0 open, 1 closed."""
    forward, normal, thumb = frame.T
    capsules = []
    for k, at in enumerate((0.032, 0.011, -0.011, -0.031)):
        base = position + size * (0.042 * forward + at * thumb)
        first, second = 0.12 + 0.62 * curl, 0.3 + 1.5 * curl
        long = size * (0.046 if k in (1, 2) else 0.040)
        knuckle = base + long * (np.cos(first) * forward + np.sin(first) * normal)
        tip = knuckle + 0.85 * long * (np.cos(second) * forward + np.sin(second) * normal)
        capsules += [(base, knuckle, 0.0092 * size), (knuckle, tip, 0.008 * size)]
    base = position + size * (0.036 * thumb - 0.02 * forward)
    knuckle = base + size * 0.04 * geometry.unit(0.55 * thumb + 0.6 * forward
                                                 + (0.3 + 0.5 * curl) * normal)
    tip = knuckle + size * 0.032 * geometry.unit((0.3 - 0.4 * curl) * thumb + 0.6 * forward
                                                 + (0.3 + 0.7 * curl) * normal)
    capsules += [(base, knuckle, 0.0105 * size), (knuckle, tip, 0.0095 * size)]
    return capsules


def arm_joints(person, right, position, frame, size):
    """Wrist, elbow and shoulder for a hand; the shoulder leans after a hand that reaches far."""
    wrist = position - 0.055 * size * frame[:, 0]
    side = 0.2 if right else -0.2
    shoulder = np.array([person.x + side, -0.66, person.shoulder])
    away = wrist - shoulder
    distance = np.linalg.norm(away)
    lean = np.zeros(3)
    if distance > REACH * person.size:
        lean = geometry.unit(away) * (distance - 0.98 * REACH * person.size)
        lean[1] = min(lean[1], max(0.0, -0.12 - shoulder[1]))  # Nobody climbs in.
        shoulder = shoulder + lean
    middle = (wrist + shoulder) / 2
    along = geometry.unit(shoulder - wrist)
    down = geometry.unit(np.array([side * 2.0, 0.0, -1.0]) - along * along[2] * -1.0)
    half = min(0.28, np.linalg.norm(shoulder - wrist) / 2)
    drop = np.sqrt(max(0.0, 0.28 ** 2 - half ** 2)) * 0.8
    return wrist, middle + drop * down, shoulder, lean
