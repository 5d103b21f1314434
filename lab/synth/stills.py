"""Training pictures: single moments from one camera each, with boxes and crops.

Half of the moments are from directed sessions; the other half are poses that no script would come
to often enough: any package in any hand, anywhere before and in the opening.
"""

import shutil
from pathlib import Path

import cv2
import numpy as np

from lab.synth import dataset, foreign, imaging, people, scenarios, script, session, stage
from lab.synth.world import CAMERA_SIZE, make_world

NEAR_OPENING = -0.5  # Hands further out are not worth a picture, metres.
SHELF_CROPS = 6  # Of one product, from one seed.
HELD_SHARES = (0.25, 0.63, 0.12)  # Of a hand at the opening: no item, one, two.


def loose_moment(director, away, rng, held_shares=HELD_SHARES):
    """Poses every arm anew; some of the items `away` from the shelves are in hands."""
    items = director.world.items
    director.stays = [[script.Stay(-1.0, items[k].position, items[k].rotation)]
                      if k < len(items) and k not in away
                      else [script.Stay(-1.0, script.GONE, np.eye(3))]
                      for k in range(len(director.goods))]
    free = list(rng.permutation(list(away)))
    for index, arm in enumerate(director.arms):
        position, frame = director.arms[index].keys[0].position, director.arms[index].keys[0].frame
        curl = 0.3
        if rng.random() < 0.75:
            style = str(rng.choice(("side", "top", "under"), p=(0.75, 0.15, 0.1)))
            place = items[int(rng.integers(len(items)))].position
            y = rng.uniform(-0.48, 0.05)
            position = np.array([place[0] + rng.normal(0, 0.08), y, place[2]
                                 + rng.normal(0.03, 0.07)])
            frame = director._frame(style, arm, rng.normal(0, 0.45), rng.normal(0, 0.35),
                                    rng.normal(0, 0.4))
            curl = rng.uniform(0.0, 0.95)
            held = int(rng.choice((0, 1, 2), p=held_shares))
            for slot in range(min(held, len(free))):
                item = int(free.pop())
                offset = people.held_offset(style, director.world.products[
                    director.goods[item]].size, slot) + rng.normal(0, 0.006, 3)
                upright = director._frame(style, arm, 0.0).T
                director.stays[item] = [script.Stay(-1.0, arm=index, offset=offset,
                                                    turn=upright @ script.geometry.about(
                                                        (0, 0, 1), rng.uniform(-3.14, 3.14)))]
                curl = rng.uniform(0.8, 0.95)
        arm.keys = [script.Key(0.0, position, frame, curl)]
    director.foreign = foreign.brought(foreign.PHONE, int(rng.integers(len(director.arms))), -1.0)
    if rng.random() >= 0.06:
        director.foreign.stays.clear()
    director.door = [(-2.0, 0.0), (-1.0, rng.uniform(1.6, 2.0))] if rng.random() < 0.93 else []


class Writer:
    """Writes what is learnt from: labelled pictures, and crops of items."""

    def __init__(self, folder, seed):
        self.folder, self.seed = Path(folder), seed
        self.crops = {}
        for name in ("images", "labels", "crops"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def write(self, name, picture, things, world):
        size = (picture.shape[1], picture.shape[0])
        cv2.imwrite(str(self.folder / "images" / f"{name}.jpg"), picture[..., ::-1],
                    [cv2.IMWRITE_JPEG_QUALITY, 88])
        (self.folder / "labels" / f"{name}.txt").write_text(
            dataset.yolo_lines(((t["class"], t["box"]) for t in things), size))
        self.write_crops(picture, things, world)

    def write_crops(self, picture, things, world):
        size = (picture.shape[1], picture.shape[0])
        for thing in things:
            if "product" not in thing:
                continue
            held = thing["class"] == stage.ITEM_IN_HAND
            if thing["visible"] < (0.3 if held else 0.55):
                continue
            self.crop(world.products[thing["product"]].id, "held" if held else "shelf", picture,
                      stage.grown(thing["box"], size))

    def crop(self, product, kind, picture, box):
        count = self.crops.get((product, kind), 0)
        left, top, right, bottom = box
        if (kind == "shelf" and count >= SHELF_CROPS) or min(right - left, bottom - top) < 10:
            return
        self.crops[product, kind] = count + 1
        folder = self.folder / "crops" / f"{self.seed}_{product}"
        folder.mkdir(exist_ok=True)
        cv2.imwrite(str(folder / f"{kind}_{count}.jpg"), picture[top:bottom, left:right, ::-1],
                    [cv2.IMWRITE_JPEG_QUALITY, 92])

    def write_photos(self, world):
        """Enrolment photos, beside the crops of their products."""
        photos = self.folder / "photos.part" / str(self.seed)
        session.write_photos(world, self.seed, photos)
        for product in world.products:
            target = self.folder / "crops" / f"{self.seed}_{product.id}"
            target.mkdir(exist_ok=True)
            for photo in (photos / product.id).iterdir():
                photo.rename(target / f"enrol_{photo.name}")
        shutil.rmtree(photos)


def _shoot(setting, lenses, writer, number, time, rng, world):
    setting.at(time)
    for camera, sensor in enumerate(lenses):
        things = setting.things(camera)
        if not any(t["class"] != stage.ITEM for t in things) and rng.random() < 0.7:
            continue
        picture = sensor.expose(setting.picture(camera), rng.random())
        writer.write(f"{writer.seed:07}_{number:03}_{world.cameras[camera].id}", picture, things,
                     world)


def write_stills(seed, folder, moments=5, blocks=3, size=CAMERA_SIZE):
    """Stills of one seed: `moments` of a directed session and `blocks` of 5 loose poses each."""
    rng = np.random.default_rng([seed, 7])
    writer = Writer(folder, seed)
    world = make_world(seed)
    _, director = scenarios.direct(world, seed)
    if not director.foreign:
        director.foreign = foreign.Foreign(foreign.PHONE, [])
    lenses = session.sensors(seed, world, size)
    setting = stage.Stage(world, director, size)
    number = 0
    try:
        near = [t for t in np.arange(0.3, director.time, 0.05)
                if max(arm.pose(t)[0][1] for arm in director.arms) > NEAR_OPENING]
        chosen = sorted(rng.choice(near, min(moments, len(near)), replace=False)) if near else []
        for time in chosen:
            _shoot(setting, lenses, writer, number, float(time), rng, world)
            number += 1
        for _ in range(blocks):
            count = min(4, len(world.items) - 1)
            away = set(int(k) for k in rng.choice(len(world.items), count, replace=False))
            for _ in range(5):
                loose_moment(director, away, rng)
                _shoot(setting, lenses, writer, number, 0.0, rng, world)
                number += 1
    finally:
        setting.close()
    writer.write_photos(world)
    return number
