"""Writes session folders (docs/session.md): videos, layout, enrolment photos, truth."""

import json
import shutil
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace

from lab.synth import imaging, scenarios, script, stage
from lab.synth.world import CAMERA_SIZE, make_world

PHOTOS = 5
FRAMES_PER_SECOND = 15
CURRENCY = "EUR"


def _numbers(values, digits=5):
    return "[" + ", ".join(f"{float(v):.{digits}f}" for v in values) + "]"


def layout_text(world):
    """The layout as its operator knows it: stated calibration, stock as predicted."""
    lines = ["version = 1", "", "[cabinet]", f"width = {world.width:.4f}",
             f"height = {world.height:.4f}", f"depth = {world.depth:.4f}"]
    for product in world.products:
        lines += ["", "[[product]]", f'id = "{product.id}"',
                  f"size = {_numbers(product.size, 4)}", f"price_minor = {product.price_minor}"]
    for index, z in enumerate(world.shelves):
        lines += ["", "[[shelf]]", f'id = "s{index + 1}"', f"z = {z:.4f}"]
    for index, facing in enumerate(world.facings):
        stock = sum(item.facing == index for item in world.items)
        lines += ["", "[[facing]]", f'id = "{facing.id}"', f'shelf = "s{facing.shelf + 1}"',
                  f'product = "{world.products[facing.product].id}"',
                  f"x = {_numbers((facing.left, facing.right), 4)}", f"rows = {facing.rows}",
                  f"stock = {stock}"]
    for camera in world.cameras:
        rows = ", ".join(_numbers(row, 6) for row in camera.stated_rotation)
        lines += ["", "[[camera]]", f'id = "{camera.id}"',
                  f"size = [{CAMERA_SIZE[0]}, {CAMERA_SIZE[1]}]",
                  f"focal = {_numbers([camera.stated_focal] * 2, 2)}",
                  f"centre = {_numbers(camera.centre, 2)}",
                  f"distortion = {_numbers(camera.distortion)}",
                  f"position = {_numbers(camera.stated_position)}", f"rotation = [{rows}]"]
    return "\n".join(lines) + "\n"


def kind_of(scenario):
    """Whose session it is, docs/session.md: a restocker's is marked as such when it begins."""
    return "restock" if scenario == "restock" else "shopping"


def session_text(scenario, world, clocks, photos):
    lines = ["version = 1"] + ['kind = "restock"'] * (kind_of(scenario) == "restock")
    lines += ['layout = "layout.toml"'] + ['photos = "products"'] * photos
    for camera, clock in zip(world.cameras, clocks):
        lines += ["", "[[video]]", f'camera = "{camera.id}"', f'file = "{camera.id}.mp4"',
                  f"start_ms = {round(clock.stated_offset * 1000)}"]
    return "\n".join(lines) + "\n"


def truth_of(seed, scenario, world, director):
    events = []
    net = {}
    for time, kind, product in script.events_of(director):
        at_ms, name = round(time * 1000), world.products[product].id
        events.append({"at_ms": at_ms, "kind": kind, "product": name, "quantity": 1})
        net[name] = net.get(name, 0) + (1 if kind == "take" else -1)
    return {"schema": "tally.truth.v1", "seed": seed, "scenario": scenario,
            "kind": kind_of(scenario), "currency": CURRENCY,
            "duration_ms": round(director.time * 1000),
            "products": [{"id": p.id, "price_minor": p.price_minor, "family": p.family}
                         for p in world.products],
            "events": events,
            "cart": [{"product": p, "quantity": n} for p, n in sorted(net.items()) if n]}


class Encoder:
    """H.264 with the frames' own times."""

    def __init__(self, path, size, crf):
        self.container = av.open(str(path), "w", options={"movflags": "faststart"})
        self.stream = self.container.add_stream("libx264", rate=30)
        self.stream.width, self.stream.height = size
        self.stream.pix_fmt = "yuv420p"
        self.stream.codec_context.colorspace = Colorspace.ITU709
        self.stream.codec_context.color_range = ColorRange.MPEG
        self.stream.time_base = self.stream.codec_context.time_base = Fraction(1, 90000)
        # One thread: the bytes must not depend on the machine.
        self.stream.options = {"preset": "superfast", "crf": str(crf), "threads": "1", "bf": "0",
                               "g": "60"}

    def add(self, picture, seconds):
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG)
        frame.pts, frame.time_base = round(seconds * 90000), Fraction(1, 90000)
        for packet in self.stream.encode(frame):
            self.container.mux(packet)

    def close(self):
        for packet in self.stream.encode():
            self.container.mux(packet)
        self.container.close()


def sensors(seed, world, size):
    rng = np.random.default_rng([seed, 3])
    fogged = rng.random() < 0.08
    return [imaging.Sensor(np.random.default_rng([seed, 4, k]), size, world.night, fogged)
            for k in range(len(world.cameras))]


def write_photos(world, seed, folder):
    studio = stage.Studio(world)
    try:
        for index, product in enumerate(world.products):
            rng = np.random.default_rng([seed, 5, index])
            (folder / product.id).mkdir(parents=True)
            for k in range(PHOTOS):
                turn = (0.0, 0.7, -0.7, 2.2, np.pi)[k % 5] + rng.normal(0, 0.15)
                picture = studio.photo(index, rng, turn)
                cv2.imwrite(str(folder / product.id / f"{k}.jpg"), picture[..., ::-1],
                            [cv2.IMWRITE_JPEG_QUALITY, 90])
    finally:
        studio.close()


def _film(setting, camera, clock, sensor, duration, path, crf, on_frame):
    """One camera's video. Frames in which nothing has moved are drawn once."""
    times = clock.times(duration)
    encoder = Encoder(path, setting.size, crf)
    for number, time in enumerate(times):
        setting.at(float(time))
        picture = sensor.expose(setting.picture(camera), clear_share=min(1.0, time / duration))
        encoder.add(picture, time - times[0])
        on_frame(camera, number, float(time), setting)
    encoder.close()


def write_session(seed, folder, scenario=None, size=CAMERA_SIZE, fps=FRAMES_PER_SECOND, crf=28,
                  on_frame=lambda *_: None):
    """One session into `folder`, which must not exist. Returns its truth."""
    world = make_world(seed)
    scenario, director = scenarios.direct(world, seed, scenario)
    return write_directed(seed, scenario, world, director, folder, size, fps, crf, on_frame)


def write_directed(seed, scenario, world, director, folder, size=CAMERA_SIZE,
                   fps=FRAMES_PER_SECOND, crf=28, on_frame=lambda *_: None, photos=True):
    """The session that is directed already; without `photos`, its products' are left out."""
    folder = Path(folder)
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    truth = truth_of(seed, scenario, world, director)
    clocks = [imaging.Clock(np.random.default_rng([seed, 6, k]), fps)
              for k in range(len(world.cameras))]
    setting = stage.Stage(world, director, size)
    try:
        for camera, sensor in enumerate(sensors(seed, world, size)):
            _film(setting, camera, clocks[camera], sensor, director.time,
                  part / f"{world.cameras[camera].id}.mp4", crf, on_frame)
    finally:
        setting.close()
    if photos:
        write_photos(world, seed, part / "products")
    (part / "layout.toml").write_text(layout_text(world))
    (part / "session.toml").write_text(session_text(scenario, world, clocks, photos))
    (part / "truth.json").write_text(json.dumps(truth, indent=1) + "\n")
    part.rename(folder)
    return truth
