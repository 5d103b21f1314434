"""Draws a directed session with MuJoCo, without a screen (EGL; MUJOCO_GL=osmesa also works).

Nothing is simulated: poses are written straight into the renderer's arrays. What stands still is
drawn once with shadows and smooth edges and kept; what moves (hands, people, the door, held
packages) is drawn alone and laid over it by depth. A frame then costs little more than its moving
parts.
"""

import os

import numpy as np

os.environ.setdefault("MUJOCO_GL", "egl")

import cv2  # noqa: E402
import mujoco  # noqa: E402

from lab.synth import geometry, people, products  # noqa: E402
from lab.synth.foreign import SIZES  # noqa: E402
from lab.synth.world import BOARD, CAMERA_SIZE  # noqa: E402

STILL, MOVING, HIDDEN = 1, 2, 5  # Groups of geoms.
NEAR, FAR = 0.02, 8.0
ZOOM_OUT = 0.92  # Pictures are drawn wider than the lens sees, for its distortion.

_FLAG = mujoco.mjtRndFlag
_GEOM = mujoco.mjtGeom


def _texture(spec, name, picture):
    height, width = picture.shape[:2]
    texture = spec.add_texture(name=name, type=mujoco.mjtTexture.mjTEXTURE_2D, width=width,
                               height=height, nchannel=3)
    texture.data = np.ascontiguousarray(picture[::-1]).tobytes()
    return texture


class Scene:
    """Pictures of one world. `goods` are product indices of all packages that ever appear."""

    def __init__(self, world, goods, arms, persons, foreign=None, size=CAMERA_SIZE):
        self.world, self.size = world, size
        self.owners = {}  # Geom id: ("item", k), ("hand", k) and so on.
        self.model = self._compile(goods, arms, len(persons), foreign)
        self.data = mujoco.MjData(self.model)
        mujoco.mj_forward(self.model, self.data)
        self.mesh_at = [self._mesh_frame(geom) for geom in range(self.model.ngeom)]
        self._dress(arms, persons)
        self.gl = mujoco.GLContext(*size)
        self.gl.make_current()
        self.contexts = {}
        for group, samples in ((STILL, 4), (MOVING, 0)):
            self.model.vis.quality.offsamples = samples
            self.contexts[group] = mujoco.MjrContext(self.model,
                                                     mujoco.mjtFontScale.mjFONTSCALE_50)
            mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self.contexts[group])
        self.scene = mujoco.MjvScene(self.model, 2000)
        self.options = mujoco.MjvOption()
        self.viewport = mujoco.MjrRect(0, 0, *size)
        self.lenses = [self._lens(camera) for camera in world.cameras]
        self.aims = {}  # Camera: where its picture's middle lies, (right, down) / depth.

    def close(self):
        for context in self.contexts.values():
            context.free()
        self.gl.free()

    # Building.
    def _compile(self, goods, arms, persons, foreign):
        spec = mujoco.MjSpec()
        spec.visual.global_.offwidth, spec.visual.global_.offheight = self.size
        spec.visual.quality.shadowsize = 1024
        spec.visual.map.znear, spec.visual.map.zfar = NEAR, FAR
        spec.stat.extent, spec.stat.center = 1.0, (0, 0, 0.7)
        spec.visual.headlight.active = 0
        self._materials(spec, goods)
        self._cabinet(spec)
        for index, good in enumerate(goods):
            geom = spec.worldbody.add_geom(type=_GEOM.mjGEOM_MESH, meshname=f"mesh{good}",
                                           material=f"product{good}", contype=0, conaffinity=0,
                                           group=STILL)
            geom.name = f"item {index}"
        for index, arm in enumerate(arms):
            self._arm(spec, index, arm)
        for index in range(persons):
            for part, kind, size in (("torso", _GEOM.mjGEOM_ELLIPSOID, (0.2, 0.12, 0.36)),
                                     ("head", _GEOM.mjGEOM_ELLIPSOID, (0.08, 0.095, 0.115)),
                                     ("hair", _GEOM.mjGEOM_ELLIPSOID, (0.088, 0.1, 0.09))):
                self._loose(spec, f"{part} {index}", kind, size)
        for bar in range(4):
            self._loose(spec, f"door {bar}", _GEOM.mjGEOM_BOX, self._door_bars()[bar][1])
        if foreign:
            self._loose(spec, "foreign 0", _GEOM.mjGEOM_BOX, SIZES[foreign])
        for index, camera in enumerate(self.world.cameras):
            right, down, forward = camera.rotation
            height = self.size[1]
            focal = camera.focal * self.size[0] / CAMERA_SIZE[0] * ZOOM_OUT
            spec.worldbody.add_camera(name=f"camera {index}", pos=camera.position,
                                      xyaxes=[*right, *-down],
                                      fovy=float(np.rad2deg(2 * np.arctan(height / 2 / focal))))
        model = spec.compile()
        for geom in range(model.ngeom):
            name = model.geom(geom).name
            kind, _, index = name.partition(" ")
            self.owners[geom] = (kind, int(index.split(" ")[0]) if index else 0)
        return model

    def _materials(self, spec, goods):
        used = sorted(set(goods))
        for index in used:
            product = self.world.products[index]
            _texture(spec, f"label{index}", products.texture_of(product))
            material = spec.add_material(name=f"product{index}", specular=product.shine * 0.6,
                                         shininess=product.shine * 0.7)
            material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = f"label{index}"
            mesh = product.mesh
            spec.add_mesh(name=f"mesh{index}", uservert=mesh.vertices.ravel(),
                          userface=mesh.faces.astype(np.int32).ravel(),
                          usertexcoord=np.stack([mesh.coordinates[:, 0],
                                                 1 - mesh.coordinates[:, 1]], 1).ravel(),
                          inertia=mujoco.mjtMeshInertia.mjMESH_INERTIA_CONVEX)

    def _cabinet(self, spec):
        world, colours = self.world, self.world.colours
        w, d, h = world.width / 2, world.depth, world.height
        thick = 0.025

        def block(name, low, high, colour):
            low, high = np.array(low), np.array(high)
            spec.worldbody.add_geom(name=name, type=_GEOM.mjGEOM_BOX, pos=(low + high) / 2,
                                    size=np.maximum(1e-3, (high - low) / 2),
                                    rgba=[*np.clip(colour, 0, 1), 1], group=0, contype=0,
                                    conaffinity=0)

        block("wall 0", (-w - thick, 0, -0.03), (-w, d, h + 0.03), colours["inside"])
        block("wall 1", (w, 0, -0.03), (w + thick, d, h + 0.03), colours["inside"])
        block("wall 2", (-w, d, -0.03), (w, d + thick, h + 0.03), colours["inside"])
        block("wall 3", (-w - thick, 0, h), (w + thick, d, h + thick), colours["inside"])
        block("wall 4", (-w - thick, 0, -0.05), (w + thick, d, 0.0), colours["inside"])
        for side, x in ((0, -w - 0.04), (1, w)):
            block(f"frame {side}", (x, -0.02, -0.06), (x + 0.04, 0.01, h + 0.06),
                  colours["frame"])
        for index, z in enumerate(world.shelves):
            block(f"board {index}", (-w, 0.008, z - BOARD), (w, d, z), colours["board"])
            block(f"rail {index}", (-w, 0.0, z - 0.022), (w, 0.008, z + 0.004), colours["rail"])
        block("floor 0", (-4, -4, -0.42), (4, 1.5, -0.4), colours["floor"])
        block("room 0", (-4, -2.6, -0.4), (4, -2.5, 3), colours["room"])
        block("room 1", (-2.6, -4, -0.4), (-2.5, 1.5, 3), np.array(colours["room"]) * 0.9)
        block("room 2", (2.5, -4, -0.4), (2.6, 1.5, 3), np.array(colours["room"]) * 0.8)
        dim = 0.35 if world.night else 1.0
        # Two lamps inside that cast shadows into the shelves, and the room's own light.
        for x, z in ((-w * 0.5, h * 0.98), (w * 0.6, h * 0.9)):
            spec.worldbody.add_light(pos=(x, -0.12, z), dir=(0, 0.45, -1), castshadow=x < 0,
                                     type=mujoco.mjtLightType.mjLIGHT_SPOT, cutoff=75, exponent=1,
                                     diffuse=np.full(3, 0.55), ambient=np.full(3, 0.16),
                                     specular=np.full(3, 0.25), attenuation=(0.6, 0.35, 0.1))
        spec.worldbody.add_light(pos=(0.4, -1.5, 2.2), dir=(-0.1, 0.6, -0.8), castshadow=False,
                                 type=mujoco.mjtLightType.mjLIGHT_DIRECTIONAL,
                                 diffuse=np.full(3, 0.42 * dim), ambient=np.full(3, 0.22 * dim),
                                 specular=np.full(3, 0.1))

    def _loose(self, spec, name, kind, size):
        spec.worldbody.add_geom(name=name, type=kind, size=np.resize(size, 3), contype=0,
                                conaffinity=0, group=MOVING, pos=(0, -40, 0))

    def _arm(self, spec, index, arm):
        size = arm.size
        self._loose(spec, f"hand {index} palm", _GEOM.mjGEOM_ELLIPSOID,
                    np.array(people.PALM) * size * 1.15)
        capsules = people.hand_parts(np.zeros(3), np.eye(3), 0.0, size)
        for part, (_, _, radius) in enumerate(capsules):
            self._loose(spec, f"hand {index} {part}", _GEOM.mjGEOM_CAPSULE, (radius, 0.02, 0))
        self._loose(spec, f"forearm {index}", _GEOM.mjGEOM_CAPSULE, (0.037 * size, 0.1, 0))
        self._loose(spec, f"upperarm {index}", _GEOM.mjGEOM_CAPSULE, (0.048 * size, 0.1, 0))

    def _dress(self, arms, persons):
        for geom, (kind, index) in self.owners.items():
            if kind in ("hand", "forearm", "upperarm"):
                person = persons[arms[index].person]
                colour = person.glove or person.skin
                if kind == "upperarm" or (kind == "forearm" and not person.bare):
                    colour = person.sleeve
                elif kind == "forearm":
                    colour = person.skin
            elif kind in ("torso", "head", "hair"):
                person = persons[index]
                colour = {"torso": person.sleeve, "head": person.skin, "hair": person.hair}[kind]
            elif kind == "door":
                colour = self.world.colours["frame"]
            elif kind == "foreign":
                colour = (0.06, 0.06, 0.07)
            else:
                continue
            self.model.geom_rgba[geom, :3] = np.clip(colour, 0, 1)
        self.parts = {name: [] for name in ("hand", "forearm", "upperarm", "torso", "head", "hair",
                                            "door", "foreign", "item")}
        for geom, (kind, index) in sorted(self.owners.items()):
            if kind in self.parts:
                self.parts[kind].append((index, geom))

    def _mesh_frame(self, geom):
        mesh = self.model.geom_dataid[geom]
        if mesh < 0:
            return np.zeros(3), np.eye(3)
        rotation = np.zeros(9)
        mujoco.mju_quat2Mat(rotation, self.model.mesh_quat[mesh])
        return self.model.mesh_pos[mesh].copy(), rotation.reshape(3, 3)

    # Posing.
    def _set(self, geom, position, rotation):
        offset, turn = self.mesh_at[geom]
        self.data.geom_xpos[geom] = position + rotation @ offset
        self.data.geom_xmat[geom] = (rotation @ turn).ravel()

    def _set_capsule(self, geom, start, end, radius=None):
        along = end - start
        axis = geometry.unit(along)
        side = geometry.unit(np.cross(axis, (0.3, 0.5, 0.81) if abs(axis[2]) < 0.9
                                      else (1.0, 0.0, 0.0)))
        self._set(geom, (start + end) / 2,
                  np.stack([side, np.cross(axis, side), axis], axis=1))
        self.model.geom_size[geom, 1] = np.linalg.norm(along) / 2

    def set_item(self, index, position, rotation, moving):
        geom = self.parts["item"][index][1]
        self._set(geom, position, rotation)
        self.model.geom_group[geom] = MOVING if moving else STILL

    def show_item(self, index, shown):
        """Of what stands still: drawn or not."""
        self.model.geom_group[self.parts["item"][index][1]] = STILL if shown else HIDDEN

    def set_arm(self, index, arm, person, position, frame, curl):
        """Returns how far the shoulder leans."""
        hand = [geom for owner, geom in self.parts["hand"] if owner == index]
        self._set(hand[0], position, frame)
        for geom, (start, end, _) in zip(hand[1:],
                                         people.hand_parts(position, frame, curl, arm.size)):
            self._set_capsule(geom, start, end)
        wrist, elbow, shoulder, lean = people.arm_joints(person, arm.right, position, frame,
                                                         arm.size)
        self._set_capsule(self.parts["forearm"][index][1], wrist, elbow)
        self._set_capsule(self.parts["upperarm"][index][1], elbow, shoulder)
        return lean

    def set_person(self, index, person, lean):
        base = np.array([person.x, -0.72, person.shoulder]) + lean * np.array([0.8, 0.8, 1.0])
        head = base + np.array([0, 0.08 + 0.5 * person.lean * min(1.0, np.linalg.norm(lean) * 3),
                                0.27])
        self._set(self.parts["torso"][index][1], base - np.array([0, 0.02, 0.28]), np.eye(3))
        self._set(self.parts["head"][index][1], head, np.eye(3))
        self._set(self.parts["hair"][index][1], head + np.array([0, -0.02, 0.045]), np.eye(3))

    def _door_bars(self):
        w, h = self.world.width, self.world.height + 0.04
        return [((0.02, h / 2), (0.02, 0.016, h / 2)), ((w - 0.02, h / 2), (0.02, 0.016, h / 2)),
                ((w / 2, 0.02), (w / 2 - 0.04, 0.014, 0.02)),
                ((w / 2, h - 0.02), (w / 2 - 0.04, 0.014, 0.02))]

    def door_corners(self, angle):
        """Of the glass, in cabinet coordinates."""
        w, h = self.world.width, self.world.height
        return np.array([self._on_door(angle, along, z - 0.02) for along, z in
                         ((0.04, 0.05), (w - 0.04, 0.05), (w - 0.04, h), (0.04, h))])

    def _on_door(self, angle, along, z):
        hinge = self.world.hinge
        return np.array([hinge * (self.world.width / 2 - along * np.cos(angle)),
                         -0.035 - along * np.sin(angle), z])

    def set_door(self, angle):
        hinge = self.world.hinge
        axis = np.array([-hinge * np.cos(angle), -np.sin(angle), 0.0])
        frame = np.stack([axis, np.cross((0, 0, 1), axis), (0, 0, 1)], axis=1)
        for (_, geom), ((along, z), _) in zip(self.parts["door"], self._door_bars()):
            self._set(geom, self._on_door(angle, along, z - 0.02), frame)

    def set_foreign(self, position, frame):
        self._set(self.parts["foreign"][0][1], position, frame)

    # Drawing.
    def _draw(self, camera, groups, context, flags):
        self.options.geomgroup[:] = 0
        for group in groups:
            self.options.geomgroup[group] = 1
        view = mujoco.MjvCamera()
        view.type, view.fixedcamid = mujoco.mjtCamera.mjCAMERA_FIXED, camera
        mujoco.mjv_updateScene(self.model, self.data, self.options, None, view,
                               mujoco.mjtCatBit.mjCAT_ALL, self.scene)
        if camera in self.aims:
            self._aim(*self.aims[camera])
        for flag in (_FLAG.mjRND_SHADOW, _FLAG.mjRND_SEGMENT, _FLAG.mjRND_IDCOLOR):
            self.scene.flags[flag] = flag in flags
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, context)
        mujoco.mjr_render(self.viewport, self.scene, context)
        width, height = self.size
        picture = np.empty((height, width, 3), np.uint8)
        depth = np.empty((height, width), np.float32)
        mujoco.mjr_readPixels(picture, depth, self.viewport, context)
        return picture, depth

    def _aim(self, right, down):
        """Off the axis: the same sensor, another part of it."""
        for view in self.scene.camera:
            view.frustum_center = view.frustum_near * right
            high = (view.frustum_top - view.frustum_bottom) / 2
            view.frustum_top = high - view.frustum_near * down
            view.frustum_bottom = -high - view.frustum_near * down

    def draw(self, camera, group):
        """Picture and depth buffer of what stands still, or of what moves alone, bottom row first,
        before the lens."""
        groups, flags = (((0, STILL), (_FLAG.mjRND_SHADOW,)) if group == STILL
                         else ((MOVING,), ()))
        return self._draw(camera, groups, self.contexts[group], flags)

    def draw_roughly(self, camera, shadows):
        """What stands still, without smooth edges: in half of draw()'s time, without shadows in a
        ninth of it."""
        return self._draw(camera, (0, STILL), self.contexts[MOVING],
                          (_FLAG.mjRND_SHADOW,) if shadows else ())

    def owners_map(self, camera, group):
        """Per pixel, the geom seen there, or -1; drawn without smooth edges."""
        groups = (0, STILL) if group == STILL else (MOVING,)
        picture, depth = self._draw(camera, groups, self.contexts[MOVING],
                                    (_FLAG.mjRND_SEGMENT, _FLAG.mjRND_IDCOLOR))
        packed = (picture[..., 0].astype(np.int32) + picture[..., 1].astype(np.int32) * 256
                  + picture[..., 2].astype(np.int32) * 65536)
        geoms = np.full(self.scene.ngeom + 1, -1, np.int32)
        for k in range(self.scene.ngeom):
            drawn = self.scene.geoms[k]
            if drawn.objtype == mujoco.mjtObj.mjOBJ_GEOM and drawn.segid >= 0:
                geoms[drawn.segid + 1] = drawn.objid
        return geoms[np.clip(packed, 0, self.scene.ngeom)], depth

    # Optics.
    def _lens(self, camera):
        """Where each pixel of the lens' picture lies in the drawn one, for cv2.remap. The
        drawn one's bottom row comes first."""
        width, height = self.size
        scale = width / CAMERA_SIZE[0]
        focal = camera.focal * scale
        u, v = np.meshgrid(np.arange(width, dtype=np.float64), np.arange(height))
        xd = (u + 0.5 - camera.centre[0] * scale) / focal
        yd = (v + 0.5 - camera.centre[1] * scale) / focal
        x, y = xd.copy(), yd.copy()
        for _ in range(6):
            r2 = x * x + y * y
            factor = 1 + camera.distortion[0] * r2 + camera.distortion[1] * r2 * r2
            x, y = xd / factor, yd / factor
        drawn = focal * ZOOM_OUT
        return cv2.convertMaps((x * drawn + width / 2 - 0.5).astype(np.float32),
                               (height / 2 - 0.5 - y * drawn).astype(np.float32), cv2.CV_16SC2)

    def through_lens(self, camera, picture):
        return cv2.remap(picture, *self.lenses[camera], cv2.INTER_LINEAR,
                         borderMode=cv2.BORDER_REPLICATE)

    def owners_through_lens(self, camera, owners):
        return cv2.remap((owners + 1).astype(np.uint16), *self.lenses[camera],
                         cv2.INTER_NEAREST).astype(np.int32) - 1


def project(camera, points, size=CAMERA_SIZE):
    """Cabinet coordinates to pixels [n, 2] and depth [n], by the camera's true optics."""
    inside = (np.atleast_2d(points) - camera.position) @ camera.rotation.T
    depth = inside[:, 2]
    x, y = inside[:, 0] / np.maximum(depth, 1e-6), inside[:, 1] / np.maximum(depth, 1e-6)
    r2 = x * x + y * y
    factor = 1 + camera.distortion[0] * r2 + camera.distortion[1] * r2 * r2
    scale = size[0] / CAMERA_SIZE[0]
    return np.stack([(camera.focal * x * factor + camera.centre[0]) * scale,
                     (camera.focal * y * factor + camera.centre[1]) * scale], 1), depth
