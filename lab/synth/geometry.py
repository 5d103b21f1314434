"""Rotations and paths. Rotations are 3x3 matrices whose columns are the body's axes."""

import numpy as np


def unit(vector):
    vector = np.asarray(vector, float)
    return vector / max(1e-9, np.linalg.norm(vector))


def about(axis, angle):
    """Rotation about an axis (Rodrigues)."""
    x, y, z = unit(axis)
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * (k @ k)


def from_to(rotation_a, rotation_b, share):
    """On the shortest way between two rotations."""
    delta = rotation_a.T @ rotation_b
    angle = np.arccos(np.clip((np.trace(delta) - 1) / 2, -1, 1))
    if angle < 1e-6:
        return rotation_b
    axis = np.array([delta[2, 1] - delta[1, 2], delta[0, 2] - delta[2, 0],
                     delta[1, 0] - delta[0, 1]])
    if np.linalg.norm(axis) < 1e-9:  # A half turn: any axis across will do.
        axis = np.array([0.0, 0.0, 1.0])
    return rotation_a @ about(axis, angle * share)


def looking_at(position, target, roll=0.0, up=(0.0, 0.0, 1.0)):
    """A camera's axes as rows: right, down, forward (OpenCV). `up` is above in the picture."""
    forward = unit(np.subtract(target, position))
    right = unit(np.cross(forward, up))
    down = np.cross(forward, right)
    c, s = np.cos(roll), np.sin(roll)
    return np.array([c * right + s * down, c * down - s * right, forward])


def minimum_jerk(share):
    """How far a hand has come (Flash and Hogan, 1985)."""
    share = np.clip(share, 0.0, 1.0)
    return share ** 3 * (10 - 15 * share + 6 * share ** 2)
