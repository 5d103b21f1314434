"""Puts a directed session before the cameras at any moment, and tells what each pixel shows."""

import cv2
import numpy as np

from lab.synth import scene as drawing
from lab.synth.scene import MOVING, STILL

HAND, ITEM, ITEM_IN_HAND = 0, 1, 2  # Frozen class ids of the detector (dataset.py).
SIDE_MIN = 8  # Smaller things are not told, pixels of a 1280x720 picture.
PHOTO_SIDE_MIN = 32  # Pixels: enrolment photos of slim products are enlarged to what tally takes.
VISIBLE_MIN = {HAND: 0.0, ITEM: 0.25, ITEM_IN_HAND: 0.12}


class Stage:
    def __init__(self, world, director, size=drawing.CAMERA_SIZE):
        self.world, self.director, self.size = world, director, size
        foreign = director.foreign
        self.scene = drawing.Scene(world, director.goods, director.arms, director.people,
                                   foreign.kind if foreign else None, size)
        self.kept = {}  # (camera, group of what stands still): drawn once.
        self.still_state = None
        self.standing = [True] * len(director.goods)

    def close(self):
        self.scene.close()

    def pose(self, time):
        """Returns whether anything moves in the pictures."""
        director, scene = self.director, self.scene
        leans = np.zeros((len(director.people), 3))
        for index, arm in enumerate(director.arms):
            person = director.people[arm.person]
            lean = scene.set_arm(index, arm, person, *arm.pose(time))
            if np.linalg.norm(lean) > np.linalg.norm(leans[arm.person]):
                leans[arm.person] = lean
        for index, person in enumerate(director.people):
            scene.set_person(index, person, leans[index])
        state = []
        for item in range(len(director.goods)):
            position, rotation = director.item_pose(item, time)
            still = director.stands_still(item, time)
            scene.set_item(item, position, rotation, not still)
            self.standing[item] = still
            stay = [k for k, s in enumerate(director.stays[item]) if s.time <= time][-1]
            state.append(stay if still else -1)
        if director.foreign:
            scene.set_foreign(*director.foreign.pose(director.arms, time))
        scene.set_door(director.door_angle(time))
        if state != self.still_state:
            self.still_state = state
            self.kept.clear()

    def _still(self, camera, kind, draw):
        key = (camera, kind)
        if key not in self.kept:
            self.kept[key] = draw(camera, STILL)
        return self.kept[key]

    def picture(self, camera):
        """What the lens gives, RGB."""
        still, still_depth = self._still(camera, "picture", self.scene.draw)
        moving, moving_depth = self.scene.draw(camera, MOVING)
        before = (moving_depth < still_depth).view(np.uint8)
        picture = cv2.copyTo(moving, before, self._shaded(still, before))
        return self._behind_glass(camera, self.scene.through_lens(camera, picture))

    def _shaded(self, still, before):
        """What moves takes some light from what is behind it."""
        small = cv2.resize(before * 255, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
        if not small.any():
            return still.copy()
        small = cv2.GaussianBlur(small, (0, 0), 4)
        small = np.roll(small, -3, axis=0)  # Downwards: pictures are bottom row first.
        shade = cv2.resize((small * 0.28).astype(np.uint8), self.size)
        dark = cv2.multiply(still, cv2.merge([shade] * 3), scale=1 / 255)
        return cv2.subtract(still, dark)

    def _behind_glass(self, camera, picture):
        angle = self.director.door_angle(self.time) if hasattr(self, "time") else 0.0
        corners, depth = drawing.project(self.world.cameras[camera],
                                         self.scene.door_corners(angle), self.size)
        if (depth < 0.05).any() or np.abs(corners).max() > 20000:
            return picture
        glass = np.zeros(picture.shape, np.uint8)
        cv2.fillConvexPoly(glass, corners.astype(np.int32), (34, 36, 38))
        middle = corners.mean(axis=0)
        streak = (corners * 0.25 + middle * 0.75).astype(np.int32)
        cv2.fillConvexPoly(glass, streak, (62, 64, 66))
        return cv2.addWeighted(picture, 1.0, cv2.blur(glass, (9, 9)), 0.8, 0)

    def at(self, time):
        self.time = time
        self.pose(time)

    def owners(self, camera):
        """Per pixel through the lens, the geom seen there or -1."""
        still, still_depth = self._still(camera, "owners", self.scene.owners_map)
        moving, moving_depth = self.scene.owners_map(camera, MOVING)
        both = np.where(moving_depth < still_depth, moving, still)
        return self.scene.owners_through_lens(camera, both)

    def things(self, camera, with_masks=False):
        """What is seen, as dicts: class, box (left, top, right, bottom in pixels), visible (share
        of its silhouette), and for items the product and the item's number."""
        owners = self.owners(camera)
        in_rows, in_columns = _counts(owners, self.scene.model.ngeom)
        pixels = in_rows.sum(axis=1)
        found = []

        def add(geoms, kind, visible, rest):
            thing = {"class": kind, "box": _box(in_rows[geoms], in_columns[geoms]),
                     "visible": visible, **rest}
            if with_masks:
                thing["mask"] = np.isin(owners, geoms)
            found.append(thing)

        hands = {}
        for index, geom in self.scene.parts["hand"]:
            hands.setdefault(index, []).append(geom)
        for index, geoms in hands.items():
            if pixels[geoms].sum() > 0:
                add(geoms, HAND, 1.0, {"hand": index})
        for index, geom in self.scene.parts["item"]:
            if pixels[geom] == 0:
                continue
            held = self.director.is_held(index, self.time)
            share = pixels[geom] / max(1.0, self._silhouette(camera, index))
            add([geom], ITEM_IN_HAND if held else ITEM, float(min(1.0, share)),
                {"item": index, "product": self.director.goods[index]})
        least = SIDE_MIN * self.size[0] / drawing.CAMERA_SIZE[0]
        return [thing for thing in found if thing["visible"] >= VISIBLE_MIN[thing["class"]]
                and min(thing["box"][2] - thing["box"][0],
                        thing["box"][3] - thing["box"][1]) >= least]

    def _silhouette(self, camera, item):
        """Pixels that the whole package would cover inside the picture: its convex outline."""
        product = self.world.products[self.director.goods[item]]
        position, rotation = self.director.item_pose(item, self.time)
        corners, depth = drawing.project(self.world.cameras[camera],
                                         product.mesh.vertices @ rotation.T + position, self.size)
        if (depth < drawing.NEAR).any():
            return 1e9
        hull = cv2.convexHull(corners.astype(np.float32))
        width, height = self.size
        frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        return cv2.intersectConvexConvex(hull, frame)[0]


def _counts(owners, geoms):
    """Pixels of each geom in each row [geoms, height] and each column [geoms, width]."""
    height, width = owners.shape
    shifted = owners.astype(np.int64) + 1
    rows = np.bincount((shifted * height + np.arange(height)[:, None]).ravel(),
                       minlength=(geoms + 1) * height).reshape(geoms + 1, height)
    columns = np.bincount((shifted * width + np.arange(width)[None]).ravel(),
                          minlength=(geoms + 1) * width).reshape(geoms + 1, width)
    return rows[1:], columns[1:]


def _box(in_rows, in_columns):
    rows, columns = np.flatnonzero(in_rows.any(axis=0)), np.flatnonzero(in_columns.any(axis=0))
    return (float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))


class Studio:
    """Photos of single products, as an operator's phone would take them."""

    SIDE = 320

    def __init__(self, world):
        mujoco = drawing.mujoco
        spec = mujoco.MjSpec()
        spec.visual.global_.offwidth = spec.visual.global_.offheight = self.SIDE
        spec.visual.map.znear, spec.visual.map.zfar = drawing.NEAR, drawing.FAR
        spec.stat.extent = 1.0
        spec.visual.quality.shadowsize = 512
        spec.visual.headlight.ambient = (0.35,) * 3
        spec.visual.headlight.diffuse = (0.35,) * 3
        drawing.Scene._materials(type("Goods", (), {"world": world})(), spec,
                                 range(len(world.products)))
        spec.worldbody.add_geom(name="table", type=drawing._GEOM.mjGEOM_BOX, size=(3, 3, 0.01),
                                pos=(0, 0, -0.01), group=0)
        spec.worldbody.add_light(pos=(0.3, -0.6, 0.9), dir=(-0.3, 0.5, -0.8), castshadow=True,
                                 diffuse=(0.5,) * 3, type=mujoco.mjtLightType.mjLIGHT_SPOT,
                                 cutoff=80)
        for index, product in enumerate(world.products):
            spec.worldbody.add_geom(name=f"item {index}", type=drawing._GEOM.mjGEOM_MESH,
                                    meshname=f"mesh{index}", material=f"product{index}",
                                    contype=0, conaffinity=0, group=3)
        self.world, self.model = world, spec.compile()
        self.data = mujoco.MjData(self.model)
        mujoco.mj_forward(self.model, self.data)
        self.renderer = mujoco.Renderer(self.model, self.SIDE, self.SIDE)
        self.options = mujoco.MjvOption()

    def close(self):
        self.renderer.close()

    def photo(self, index, rng, turn):
        """RGB; `turn` in radians about the product's upright axis."""
        mujoco, product = drawing.mujoco, self.world.products[index]
        height = product.size[2]
        for k in range(len(self.world.products)):
            self.model.geom_group[self.model.geom(f"item {k}").id] = 1 if k == index else 5
        geom = self.model.geom(f"item {index}").id
        rotation = drawing.geometry.about((0, 0, 1), turn)
        offset, mesh_turn = drawing.Scene._mesh_frame(self, geom)
        self.data.geom_xpos[geom] = np.array([0, 0, height / 2]) + rotation @ offset
        self.data.geom_xmat[geom] = (rotation @ mesh_turn).ravel()
        self.model.geom_rgba[self.model.geom("table").id, :3] = rng.uniform(0.15, 0.95, 3)
        view = mujoco.MjvCamera()
        view.lookat[:] = (0, 0, height * 0.5)
        view.distance = max(product.size) * rng.uniform(2.2, 2.8) + 0.06
        view.azimuth, view.elevation = 90 + rng.normal(0, 8), -rng.uniform(5, 45)
        self.options.geomgroup[:] = (1, 1, 0, 0, 0, 0)
        self.renderer.update_scene(self.data, view, self.options)
        picture = self.renderer.render()
        self.renderer.enable_segmentation_rendering()
        self.renderer.update_scene(self.data, view, self.options)
        mask = self.renderer.render()[..., 0] == geom
        self.renderer.disable_segmentation_rendering()
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        left, top, right, bottom = grown((columns[0], rows[0], columns[-1] + 1, rows[-1] + 1),
                                         (self.SIDE, self.SIDE))
        gain = rng.uniform(0.75, 1.15)
        photo = cv2.convertScaleAbs(picture[top:bottom, left:right], alpha=gain)
        larger = PHOTO_SIDE_MIN / min(photo.shape[:2])
        return cv2.resize(photo, None, fx=larger, fy=larger) if larger > 1 else photo


def grown(box, size, share=0.1):
    """The crop of a box: grown on each side, clipped to the picture, whole pixels."""
    left, top, right, bottom = box
    dx, dy = (right - left) * share, (bottom - top) * share
    return (max(0, int(left - dx)), max(0, int(top - dy)),
            min(size[0], int(np.ceil(right + dx))), min(size[1], int(np.ceil(bottom + dy))))
