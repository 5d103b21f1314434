"""Training crops of very many products: windows of camera pictures, drawn alone.

What the embedder lacks is products, not pictures. A window around a held item has a ninth of a
picture's pixels, so that a cabinet's products are in hands some times each within seconds; optics,
distances, hands and light are those of `stills.py`.
"""

import dataclasses

import numpy as np

from lab.synth import foreign, scenarios, session, stage, stills
from lab.synth.world import CAMERA_SIZE, make_world

SIDE = 320  # Of a window, pixels of a 1280x720 picture.
HELD_CROPS = 4  # Of one product, before its cabinet is done.
MOMENTS_MAX = 24
SHADOW_SHARE = 0.25  # Of windows drawn with shadows, which take four times as long.
AWAY = 4
HELD_SHARES = (0.05, 0.8, 0.15)
LENS_GLARE_SHARE = 0.2  # Of lenses with bright spots: a window seldom has one.


class Windows(stage.Stage):
    """The cameras, of each a part of its picture: the window around what it shall show."""

    def __init__(self, world, director):
        self.eyes = world.cameras
        world.cameras = [self._camera(eye, (SIDE / 2,) * 2) for eye in self.eyes]
        super().__init__(world, director, (SIDE, SIDE))
        self.shadows = True

    def _still(self, camera, kind, draw):
        if kind == "picture":
            return self.scene.draw_roughly(camera, self.shadows)
        return super()._still(camera, kind, draw)

    def sees(self, camera, point):
        pixel, depth = stage.drawing.project(self.eyes[camera], point)
        return bool(depth[0] > 0.1 and (pixel[0] > 0).all() and (pixel[0] < CAMERA_SIZE).all())

    @staticmethod
    def _camera(eye, centre):
        """With its axis at a pixel of the window; as if the window were the whole of a sensor that
        `scene` scales to CAMERA_SIZE. What a lens bends within a window is too little to see."""
        scale = CAMERA_SIZE[0] / SIDE
        return dataclasses.replace(eye, focal=eye.focal * scale, distortion=(0.0, 0.0),
                                   centre=(centre[0] * scale, centre[1] * scale))

    def look_at(self, camera, point):
        eye = self.eyes[camera]
        right, down, forward = eye.rotation @ (point - eye.position)
        aim = np.array([right, down]) / forward
        self.world.cameras[camera] = self._camera(eye, SIDE / 2 - aim * eye.focal)
        self.scene.aims[camera] = aim
        self.kept.clear()
        for item, standing in enumerate(self.standing):
            if standing:
                self.scene.show_item(item, self._is_near(camera, item))

    def _is_near(self, camera, item):
        """Whether a window shows it, or its shadow perhaps: others need no drawing."""
        pixel, depth = stage.drawing.project(self.world.cameras[camera],
                                             self.director.item_pose(item, self.time)[0],
                                             (SIDE, SIDE))
        return depth[0] > 0 and np.abs(pixel[0] - SIDE / 2).max() < SIDE

    def whole_things(self, camera):
        """What does not touch the window's edge."""
        return [thing for thing in self.things(camera)
                if min(thing["box"][:2]) > 0 and max(thing["box"][2:]) < SIDE]


def _sensors(seed, world, rng):
    lenses = session.sensors(seed, world, (SIDE, SIDE))
    for lens in lenses:
        lens.blur *= CAMERA_SIZE[0] / SIDE
        if rng.random() >= LENS_GLARE_SHARE:
            lens.glare = None
    return lenses


def _away(world, writer, rng):
    """Items of the products that were in hands least, one of each."""
    items = {}
    for index in rng.permutation(len(world.items)):
        items.setdefault(world.items[index].product, int(index))
    order = sorted(items, key=lambda product: (
        writer.crops.get((world.products[product].id, "held"), 0), rng.random()))
    return {items[product] for product in order[:AWAY]}


def _done(world, writer):
    stocked = {world.products[item.product].id for item in world.items}
    return all(writer.crops.get((product, "held"), 0) >= HELD_CROPS for product in stocked)


def write_crops(seed, folder):
    """Crops and enrolment photos of one seed's products, as `stills` has them; returns moments."""
    rng = np.random.default_rng([seed, 8])
    writer = stills.Writer(folder, seed)
    world = make_world(seed)
    _, director = scenarios.direct(world, seed)
    if not director.foreign:
        director.foreign = foreign.Foreign(foreign.PHONE, [])
    lenses = _sensors(seed, world, rng)
    setting = Windows(world, director)
    number = 0
    try:
        while number < MOMENTS_MAX and not _done(world, writer):
            stills.loose_moment(director, _away(world, writer, rng), rng, HELD_SHARES)
            setting.at(0.0)
            for item in range(len(director.goods)):
                if director.is_held(item, 0.0):
                    _shoot(setting, lenses, writer, item, rng)
            number += 1
    finally:
        setting.close()
    writer.write_photos(world)
    return number


def _shoot(setting, lenses, writer, item, rng):
    """A held item as the cameras see it that do."""
    middle = setting.director.item_pose(item, 0.0)[0]
    for camera, sensor in enumerate(lenses):
        if not setting.sees(camera, middle):
            continue
        setting.look_at(camera, middle + rng.normal(0, 0.03, 3))
        things = setting.whole_things(camera)
        if any(t["class"] == stage.ITEM_IN_HAND for t in things):
            setting.shadows = rng.random() < SHADOW_SHARE
            picture = sensor.expose(setting.picture(camera), rng.random())
            writer.write_crops(picture, things, setting.world)
