"""Triangle meshes with texture coordinates for packages, in metres, standing on z = -height / 2.

A texture is a label wrapped once around a package: u runs around it, v from 0 at the top of the
picture to 1 at its bottom. The picture's top sixth is the lid, its bottom sixth the base, and what
lies between is the wall.
"""

from dataclasses import dataclass

import numpy as np

LID = 1 / 6
AROUND = 24  # Segments of a round package.


@dataclass
class Mesh:
    vertices: np.ndarray  # [n, 3]
    coordinates: np.ndarray  # [n, 2], u and v
    faces: np.ndarray  # [m, 3], counter-clockwise from outside

    def moved(self, dx, dy, dz):
        return Mesh(self.vertices + np.array([dx, dy, dz]), self.coordinates, self.faces)


def joined(meshes):
    offsets = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes])
    return Mesh(np.concatenate([mesh.vertices for mesh in meshes]),
                np.concatenate([mesh.coordinates for mesh in meshes]),
                np.concatenate([mesh.faces + at for mesh, at in zip(meshes, offsets)]))


def _grid_faces(rows, columns):
    """Faces of a grid of (rows + 1) x (columns + 1) vertices, row-major."""
    faces = []
    for row in range(rows):
        for column in range(columns):
            a = row * (columns + 1) + column
            b = a + columns + 1
            faces += [(a, b, a + 1), (a + 1, b, b + 1)]
    return faces


def lathe(profile, squash=1.0):
    """A body of revolution from `profile`, (radius, z) from top to bottom; y is squashed."""
    profile = np.array(profile)
    angles = np.linspace(0, 2 * np.pi, AROUND + 1)
    lengths = np.concatenate([[0], np.cumsum(np.abs(np.diff(profile[:, 1])))])
    shares = lengths / lengths[-1] if lengths[-1] > 0 else lengths
    vertices, coordinates = [], []
    for (radius, z), share in zip(profile, shares):
        for angle in angles:
            # The middle of the label, u = 0.5, faces -y: the shopper.
            vertices.append((-radius * np.sin(angle), squash * radius * np.cos(angle), z))
            coordinates.append((angle / (2 * np.pi), LID + share * (1 - 2 * LID)))
    faces = _grid_faces(len(profile) - 1, AROUND)
    for radius, z, v, down in ((*profile[0], LID / 2, False), (*profile[-1], 1 - LID / 2, True)):
        if radius <= 0:
            continue
        centre = len(vertices)
        vertices.append((0, 0, z))
        coordinates.append((0.5, v))
        for angle in angles:
            vertices.append((-radius * np.sin(angle), squash * radius * np.cos(angle), z))
            coordinates.append((0.5 + 0.4 * np.sin(angle),
                                v + LID * 0.45 * np.cos(angle)))
        for k in range(AROUND):
            a, b = centre + 1 + k, centre + 2 + k
            faces.append((centre, b, a) if down else (centre, a, b))
    return Mesh(np.array(vertices), np.array(coordinates), np.array(faces))


def can(radius, height):
    h = height / 2
    return lathe([(radius * 0.86, h), (radius, h - 0.006), (radius, -h + 0.006),
                  (radius * 0.86, -h)])


def bottle(radius, height, neck, shoulder):
    """`neck` is a share of the radius, `shoulder` the share of the height at which it begins."""
    h = height / 2
    top = h - (1 - shoulder) * height
    return lathe([(radius * neck, h), (radius * neck, h - 0.02),
                  (radius * neck * 0.95, h - 0.021), (radius * (neck + 0.25), top + 0.03),
                  (radius, top), (radius, -h + 0.008), (radius * 0.9, -h)])


def cup(radius, height, taper):
    h = height / 2
    return lathe([(radius, h), (radius, h - 0.004), (radius * 0.95, h - 0.006),
                  (radius * taper, -h)])


def box(width, depth, height):
    x, y, z = width / 2, depth / 2, height / 2
    front, side = width / (2 * (width + depth)), depth / (2 * (width + depth))
    # Around it, from the middle of the back: half back, left, front, right, half back.
    walls = [((-x, -y), (x, -y), 0.5 - front / 2, 0.5 + front / 2),
             ((x, -y), (x, y), 0.5 + front / 2, 0.5 + front / 2 + side),
             ((x, y), (0, y), 1 - front / 2, 1.0),
             ((0, y), (-x, y), 0.0, front / 2),
             ((-x, y), (-x, -y), front / 2, 0.5 - front / 2)]
    vertices, coordinates, faces = [], [], []
    for (x0, y0), (x1, y1), u0, u1 in walls:
        at = len(vertices)
        vertices += [(x0, y0, z), (x1, y1, z), (x0, y0, -z), (x1, y1, -z)]
        coordinates += [(u0, LID), (u1, LID), (u0, 1 - LID), (u1, 1 - LID)]
        faces += [(at, at + 2, at + 1), (at + 1, at + 2, at + 3)]
    for level, v0, v1, down in ((z, 0.0, LID, False), (-z, 1 - LID, 1.0, True)):
        at = len(vertices)
        vertices += [(-x, y, level), (x, y, level), (-x, -y, level), (x, -y, level)]
        coordinates += [(0.2, v0), (0.8, v0), (0.2, v1), (0.8, v1)]
        quad = [(at, at + 2, at + 1), (at + 1, at + 2, at + 3)]
        faces += [face[::-1] for face in quad] if down else quad
    return Mesh(np.array(vertices), np.array(coordinates), np.array(faces))


def gable(width, depth, height):
    """A milk carton: a box whose top is a roof."""
    roof = min(0.25 * height, 0.03)
    body = box(width, depth, height - roof).moved(0, 0, -roof / 2)
    x, y, low, high = width / 2, depth / 2, height / 2 - roof, height / 2
    vertices = [(-x, -y, low), (x, -y, low), (-x, 0, high), (x, 0, high), (-x, y, low),
                (x, y, low)]
    coordinates = [(0.3, LID), (0.7, LID), (0.3, 0.01), (0.7, 0.01), (0.3, LID), (0.7, LID)]
    faces = [(0, 1, 3), (0, 3, 2), (2, 3, 5), (2, 5, 4), (0, 2, 4), (1, 5, 3)]
    return joined([body, Mesh(np.array(vertices), np.array(coordinates), np.array(faces))])


def bag(width, depth, height):
    """A pillow of chips: thick in the middle, flat at its sealed ends."""
    rows = 10
    vertices, coordinates = [], []
    for row in range(rows + 1):
        share = row / rows
        full = np.sqrt(max(0.0, np.sin(np.pi * share))) * 0.94 + 0.06
        for angle in np.linspace(0, 2 * np.pi, AROUND + 1):
            vertices.append((-width / 2 * np.sin(angle) * (0.9 + 0.1 * full),
                             depth / 2 * np.cos(angle) * full, height / 2 - share * height))
            coordinates.append((angle / (2 * np.pi), LID + share * (1 - 2 * LID)))
    return Mesh(np.array(vertices), np.array(coordinates),
                np.array(_grid_faces(rows, AROUND)))


def two_pack(single, width):
    """Two of the same beside each other, wrapped as one."""
    return joined([single.moved(-width / 2, 0, 0), single.moved(width / 2, 0, 0)])
