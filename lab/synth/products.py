"""Products made from a seed: shape, size, label, price. Families differ in one colour or word."""

from dataclasses import dataclass

import numpy as np

from lab.synth import labels, meshes

KINDS = ("can", "bottle", "carton", "gable", "cup", "bag", "two_pack", "bar")
KIND_SHARES = (0.24, 0.24, 0.14, 0.08, 0.1, 0.1, 0.05, 0.05)


@dataclass
class Product:
    id: str
    family: str
    kind: str
    size: tuple  # Width, depth, height as it stands, metres.
    mesh: meshes.Mesh
    label: labels.Label
    price_minor: int
    shine: float


def _shape(kind, rng):
    """A mesh and its size."""
    uniform = rng.uniform
    if kind == "can":
        radius, height = uniform(0.026, 0.034), uniform(0.10, 0.17)
        return meshes.can(radius, height), (2 * radius, 2 * radius, height)
    if kind == "bottle":
        radius, height = uniform(0.028, 0.042), uniform(0.17, 0.25)
        mesh = meshes.bottle(radius, height, uniform(0.32, 0.5), uniform(0.62, 0.78))
        return mesh, (2 * radius, 2 * radius, height)
    if kind in ("carton", "gable"):
        width, depth, height = uniform(0.05, 0.085), uniform(0.04, 0.07), uniform(0.10, 0.22)
        build = meshes.box if kind == "carton" else meshes.gable
        return build(width, depth, height), (width, depth, height)
    if kind == "cup":
        radius, height = uniform(0.035, 0.046), uniform(0.07, 0.12)
        return meshes.cup(radius, height, uniform(0.7, 0.9)), (2 * radius, 2 * radius, height)
    if kind == "bag":
        width, depth, height = uniform(0.10, 0.14), uniform(0.04, 0.06), uniform(0.15, 0.21)
        return meshes.bag(width, depth, height), (width, depth, height)
    if kind == "bar":
        width, depth, height = uniform(0.035, 0.05), uniform(0.02, 0.03), uniform(0.10, 0.15)
        return meshes.box(width, depth, height), (width, depth, height)
    radius, height = uniform(0.026, 0.031), uniform(0.10, 0.15)
    mesh = meshes.two_pack(meshes.can(radius, height), 2 * radius)
    return mesh, (4 * radius, 2 * radius, height)


def make_products(rng, count):
    """`count` products; about half of them in families of two or three look-alikes."""
    products = []
    family = 0
    while len(products) < count:
        family += 1
        kind = str(rng.choice(KINDS, p=KIND_SHARES))
        mesh, size = _shape(kind, rng)
        label = labels.random_label(rng)
        price = int(rng.integers(8, 46)) * 10 + int(rng.choice([0, 5, 9]))
        shine = float(rng.uniform(0.1, 0.9))
        members = int(rng.choice([1, 2, 3], p=[0.55, 0.3, 0.15]))
        shown = [label]
        while len(shown) < min(members, count - len(products)):
            other = labels.sibling(label, rng)
            if other not in shown:
                shown.append(other)
        for member in shown:
            products.append(Product(f"p{len(products) + 1:02}", f"f{family}", kind, size, mesh,
                                    member, price, shine))
    return products


def is_small(product):
    """Small enough to vanish in a hand."""
    width, depth, height = product.size
    return height < 0.13 and max(width, depth) < 0.07


def texture_of(product):
    return np.ascontiguousarray(labels.paint(product.label))
