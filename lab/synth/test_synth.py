"""Tests of lab.synth: `python -m unittest lab.synth.test_synth`."""

import json
import tempfile
import unittest
from pathlib import Path

import av
import cv2
import numpy as np

from lab.synth import (dataset, foreign, geometry, play, scenarios, scene, script, session,
                       stage, windows)
from lab.synth.world import make_world


def directed(name, first=0, tries=30):
    """The first cabinet from `first` on in which a scenario is possible, directed."""
    for seed in range(first, first + tries):
        world = make_world(seed)
        try:
            return seed, world, scenarios.direct(world, seed, name)[1]
        except scenarios.NotPossible:
            continue
    raise AssertionError(f"{name} is nowhere possible")


def truth(name, first=0):
    seed, world, director = directed(name, first)
    return session.truth_of(seed, name, world, director)


def kinds(record):
    return [event["kind"] for event in record["events"]]


class Scenarios(unittest.TestCase):
    def test_every_scenario_can_be_directed_and_its_cart_is_the_sum_of_its_events(self):
        for name in scenarios.SCENARIOS:
            record = truth(name)
            net = {}
            for event in record["events"]:
                sign = 1 if event["kind"] == "take" else -1
                net[event["product"]] = net.get(event["product"], 0) + sign
                self.assertLess(event["at_ms"], record["duration_ms"])
            self.assertEqual({p: n for p, n in net.items() if n},
                             {line["product"]: line["quantity"] for line in record["cart"]}, name)

    def test_what_is_put_back_is_not_in_the_cart(self):
        for first in range(0, 50, 10):
            for name in ("put_back_wrong_place", "put_back_other_shelf", "swap"):
                events = truth(name, first)["events"]
                self.assertEqual([e["kind"] for e in events[:2]], ["take", "put"], name)
                self.assertEqual(events[0]["product"], events[1]["product"])

    def test_browsing_takes_nothing(self):
        for first in range(0, 50, 10):
            self.assertEqual(truth("browse", first)["events"], [])

    def test_two_in_one_hand_are_two_takes_and_no_put(self):
        # The first goes in again with the hand that fetches the second.
        for first in range(0, 50, 10):
            self.assertEqual(kinds(truth("several_in_one_hand", first)), ["take", "take"])

    def test_a_restock_only_puts(self):
        record = truth("restock")
        self.assertEqual((set(kinds(record)), record["kind"]), ({"put"}, "restock"))
        self.assertTrue(all(line["quantity"] < 0 for line in record["cart"]))

    def test_hold_two_keep_one(self):
        record = truth("hold_two_keep_one")
        self.assertEqual(sorted(kinds(record)), ["put", "take", "take"])
        self.assertEqual([line["quantity"] for line in record["cart"]], [1])

    def test_the_same_seed_is_the_same_session_and_another_is_not(self):
        def told(seed):
            world = make_world(seed)
            name, director = scenarios.direct(world, seed)
            return (session.layout_text(world),
                    json.dumps(session.truth_of(seed, name, world, director)))

        self.assertEqual(told(5), told(5))
        self.assertNotEqual(told(5)[0], told(6)[0])

    def test_evaluation_shows_products_that_training_never_saw(self):
        def labels(seeds):
            return {product.label for seed in seeds for product in make_world(seed).products}

        self.assertFalse(labels(range(40)) & labels(range(1_000_000, 1_000_040)))


class FreePlay(unittest.TestCase):
    SEED = 900015  # The cabinet of demo/take_one.

    def told(self, *acts):
        world = make_world(self.SEED)
        record = session.truth_of(self.SEED, "free_play", world, play.direct(world, list(acts)))
        events = [(event["kind"], event["product"]) for event in record["events"]]
        return events, {line["product"]: line["quantity"] for line in record["cart"]}

    def refusal(self, *acts):
        with self.assertRaises(play.Refused) as refused:
            self.told(*acts)
        return str(refused.exception)

    def product_of(self, name):
        world = make_world(self.SEED)
        return next(world.products[f.product].id for f in world.facings if f.id == name)

    def test_its_truth_is_the_acts(self):
        first, second = self.product_of("s2f1"), self.product_of("s2f2")
        events, cart = self.told({"take": "s2f1"}, {"take": "s2f2"}, {"take": "s2f2"},
                                 {"put": first, "facing": "s2f1"})
        self.assertEqual(events, [("take", first), ("take", second), ("take", second),
                                  ("put", first)])
        self.assertEqual(cart, {second: 2})

    def test_what_is_put_back_at_once_is_never_in_the_bag(self):
        product = self.product_of("s2f1")
        events, cart = self.told({"take": "s2f1"}, {"put": product, "facing": "s2f1"})
        self.assertEqual((events, cart), ([("take", product), ("put", product)], {}))

    def test_all_of_a_facing_can_be_taken_and_put_back(self):
        product = self.product_of("s1f1")
        back = [{"put": product, "facing": "s1f1"}] * 4
        self.assertEqual(self.told(*[{"take": "s1f1"}] * 4, *back)[1], {})
        self.assertIn("s1f1 is empty", self.refusal(*[{"take": "s1f1"}] * 5))

    def test_a_facing_takes_no_more_than_it_has_rows(self):
        other = self.product_of("s1f2")
        self.assertIn("s1f1 is full", self.refusal({"take": "s1f2"},
                                                   {"put": other, "facing": "s1f1"}))
        self.assertEqual(self.told({"take": "s1f1"}, {"take": "s1f2"},
                                   {"put": other, "facing": "s1f1"})[1],
                         {self.product_of("s1f1"): 1})

    def test_what_can_not_be_done_is_refused_with_words(self):
        product = self.product_of("s2f1")
        self.assertIn("no facing s9f9", self.refusal({"take": "s9f9"}))
        self.assertIn("not in the hand", self.refusal({"put": product, "facing": "s2f1"}))
        self.assertIn("list of 1 to 12", self.refusal())
        self.assertIn("list of 1 to 12", self.refusal(*[{"take": "s2f1"}] * 13))
        for act in ({"take": 3}, {"put": product}, {"take": "s2f1", "put": product}, "take"):
            self.assertIn("not an act", self.refusal(act))

    def test_the_same_acts_are_the_same_session_in_the_cabinet_of_the_layout(self):
        with tempfile.TemporaryDirectory() as folder:
            cabinet = Path(folder, "cabinet")
            cabinet.mkdir()
            (cabinet / "truth.json").write_text(json.dumps({"seed": self.SEED}))
            (cabinet / "layout.toml").write_text(session.layout_text(make_world(self.SEED)))
            told = []
            for name in ("a", "b"):
                play.render(cabinet, [{"take": "s2f2"}], Path(folder, name), (320, 180), 4,
                            told.append)
            self.assertEqual(sorted(path.name for path in Path(folder, "a").iterdir()),
                             ["cam0.mp4", "cam1.mp4", "cam2.mp4", "layout.toml", "session.toml",
                              "truth.json"])
            for path in Path(folder, "a").iterdir():
                self.assertEqual(path.read_bytes(), Path(folder, "b", path.name).read_bytes())
            self.assertEqual((cabinet / "layout.toml").read_text(),
                             Path(folder, "a", "layout.toml").read_text())
            self.assertGreater(max(told), 90)
            (cabinet / "layout.toml").write_text("another")
            with self.assertRaisesRegex(play.Refused, "another version"):
                play.world_of(cabinet)


class ForeignObjects(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directed = [directed("foreign_object", seed, 1) for seed in range(40)]

    def where(self, director, time):
        return director.foreign.pose(director.arms, time)

    def inside(self, director, time):
        return self.where(director, time)[0][1] > 0

    def test_some_are_carried_in_and_out_some_left_some_fetched_and_some_were_there(self):
        courses = {(self.inside(director, 0.0), self.inside(director, director.time),
                    len(director.foreign.stays)) for _, _, director in self.directed}
        self.assertEqual(courses, {(False, False, 1), (False, True, 2), (False, False, 3),
                                   (True, False, 2)})

    def test_they_are_no_products_whatever_becomes_of_them(self):
        for seed, world, director in self.directed:
            record = session.truth_of(seed, "foreign_object", world, director)
            taken = [stays for stays in director.stays if len(stays) > 1]
            self.assertEqual(kinds(record), ["take"] * len(taken))
            self.assertEqual(len(record["cart"]), len(taken))

    def test_where_they_stand_is_room_for_them(self):
        for _, world, director in self.directed:
            for stay in director.foreign.stays:
                if stay.arm is not None:
                    continue
                half = foreign.half_extents(director.foreign.kind, stay.rotation)
                low, high = stay.position - half, stay.position + half
                self.assertLess(min(abs(low[2] - z) for z in world.shelves), 1e-6)
                self.assertGreater(low[1], 0)
                self.assertLess(max(-low[0], high[0]), world.width / 2)
                for item, product in enumerate(director.goods):
                    at, rotation = director.item_pose(item, stay.time)
                    size = np.abs(rotation) @ np.array(world.products[product].size) / 2
                    self.assertTrue((at - size > high).any() or (at + size < low).any())

    def test_they_do_not_jump_into_a_hand_or_out_of_it(self):
        for _, _, director in self.directed:
            for stay in director.foreign.stays[1:]:
                before, after = (self.where(director, stay.time + dt) for dt in (-1e-4, 1e-4))
                self.assertLess(np.linalg.norm(before[0] - after[0]), 1e-3)
                self.assertLess(np.abs(before[1] - after[1]).max(), 1e-3)

    def test_one_that_stays_is_seen_inside(self):
        _, world, director = next(
            entry for entry in self.directed if self.inside(entry[2], entry[2].time))
        setting = stage.Stage(world, director, (640, 360))
        try:
            setting.at(director.time)
            geom = setting.scene.parts["foreign"][0][1]
            self.assertTrue(any((setting.owners(camera) == geom).any() for camera in range(3)))
        finally:
            setting.close()


class Cabinets(unittest.TestCase):
    def test_sizes_are_those_of_a_cooler(self):
        for seed in range(60):
            world = make_world(seed)
            self.assertTrue(3 <= len(world.shelves) <= 5)
            self.assertTrue(12 <= len(world.facings) <= 40, len(world.facings))
            for facing in world.facings:
                product = world.products[facing.product]
                self.assertLess(product.size[2], world.clear[facing.shelf])
                self.assertLess(facing.right, world.width / 2)
                self.assertGreaterEqual(facing.rows, 1)

    def test_facings_of_a_shelf_do_not_overlap(self):
        for seed in range(30):
            world = make_world(seed)
            for shelf in range(len(world.shelves)):
                row = sorted((f.left, f.right) for f in world.facings if f.shelf == shelf)
                for (_, right), (left, _) in zip(row, row[1:]):
                    self.assertLessEqual(right, left + 1e-9)

    def test_stated_calibrations_are_nearly_right_and_rotations(self):
        for camera in make_world(7).cameras:
            rotation = camera.stated_rotation
            self.assertTrue(np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-9))
            self.assertLess(np.linalg.norm(camera.position - camera.stated_position), 0.02)
            self.assertFalse(np.array_equal(camera.rotation, rotation))


class Pictures(unittest.TestCase):
    SIZE = (640, 360)

    @classmethod
    def setUpClass(cls):
        _, cls.world, cls.director = directed("take_one", 3)
        cls.stage = stage.Stage(cls.world, cls.director, cls.SIZE)
        cls.taken = script.events_of(cls.director)[0][0]

    @classmethod
    def tearDownClass(cls):
        cls.stage.close()

    def test_boxes_lie_where_calibration_projects_their_items(self):
        """Pictures, boxes, lens and layout agree: a wrong sign anywhere would show."""
        self.stage.at(0.0)
        checked = 0
        for camera in range(3):
            for thing in self.stage.things(camera):
                if thing["class"] != stage.ITEM or thing["visible"] < 0.95:
                    continue
                position, rotation = self.director.item_pose(thing["item"], 0.0)
                product = self.world.products[thing["product"]]
                corners, _ = scene.project(self.world.cameras[camera],
                                           product.mesh.vertices @ rotation.T + position,
                                           self.SIZE)
                left, top, right, bottom = thing["box"]
                if left <= 1 or top <= 1 or right >= 639 or bottom >= 359:
                    continue
                low, high = corners.min(axis=0), corners.max(axis=0)
                for got, wanted in zip(thing["box"], (*low, *high)):
                    self.assertLess(abs(got - wanted), 3.0)
                checked += 1
        self.assertGreater(checked, 5)

    def test_a_taken_item_is_in_the_hand_and_no_longer_on_the_shelf(self):
        self.stage.at(self.taken + 0.2)
        classes = [thing["class"] for camera in range(3) for thing in self.stage.things(camera)]
        self.assertIn(stage.ITEM_IN_HAND, classes)
        self.assertIn(stage.HAND, classes)
        self.stage.at(0.0)
        classes = [thing["class"] for camera in range(3) for thing in self.stage.things(camera)]
        self.assertNotIn(stage.ITEM_IN_HAND, classes)

    def test_masks_fill_their_boxes(self):
        self.stage.at(self.taken + 0.2)
        for thing in self.stage.things(0, with_masks=True):
            left, top, right, bottom = (int(side) for side in thing["box"])
            inside = thing["mask"][top:bottom, left:right]
            self.assertEqual(np.count_nonzero(thing["mask"]), np.count_nonzero(inside))
            for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1]):
                self.assertTrue(edge.any())

    def test_the_same_moment_is_the_same_picture(self):
        self.stage.at(self.taken)
        first = self.stage.picture(1)
        self.stage.at(0.5)
        self.assertFalse(np.array_equal(first, self.stage.picture(1)))
        self.stage.at(self.taken)
        self.assertTrue(np.array_equal(first, self.stage.picture(1)))


class Windows(unittest.TestCase):
    def test_a_window_shows_what_the_camera_shows_there_as_large_as_there(self):
        seed, world, director = directed("take_one")
        item = [k for k, i in enumerate(world.items) if i.row == 0][2]
        whole = stage.Stage(world, director)
        self.addCleanup(whole.close)
        whole.at(0.0)
        wanted = {t["item"]: t["box"] for t in whole.things(2) if "item" in t}[item]
        setting, place = windows.Windows(make_world(seed), director), world.items[item].position
        self.addCleanup(setting.close)
        setting.at(0.0)
        self.assertTrue(setting.sees(2, place))
        setting.look_at(2, place)
        found = {t["item"]: t["box"] for t in setting.whole_things(2) if "item" in t}[item]
        for low, high in ((0, 2), (1, 3)):
            self.assertLess(abs(found[low] + found[high] - windows.SIDE) / 2, 25)
            self.assertLess(abs((found[high] - found[low]) / (wanted[high] - wanted[low]) - 1), 0.1)

    def test_every_product_in_stock_has_crops_of_hands_and_photos(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertLessEqual(windows.write_crops(11, folder), windows.MOMENTS_MAX)
            world, held = make_world(11), 0
            for product in world.products:
                names = [p.name for p in Path(folder, "crops", f"11_{product.id}").iterdir()]
                self.assertEqual(sum(name.startswith("enrol_") for name in names), 5)
                held += any(name.startswith("held_") for name in names)
            self.assertGreaterEqual(held, 0.9 * len({item.product for item in world.items}))


class Formats(unittest.TestCase):
    def images(self):
        rng = np.random.default_rng(1)
        things = []
        for kind in (0, 1, 2, 1):
            left, top = (int(v) for v in rng.integers(0, 200, 2))
            mask = np.zeros((360, 640), bool)
            mask[top:top + 50, left:left + 30] = rng.random((50, 30)) < 0.8
            things.append({"class": kind, "box": (float(left), float(top), left + 30.0, top + 50.0),
                           "mask": mask, "visible": 0.5, "product": 3})
        return [{"file_name": "a.jpg", "width": 640, "height": 360, "things": things},
                {"file_name": "b.jpg", "width": 640, "height": 360, "things": []}]

    def test_coco_round_trip_is_identical(self):
        with tempfile.TemporaryDirectory() as folder:
            first, second = Path(folder, "1.json"), Path(folder, "2.json")
            dataset.write_coco(self.images(), first)
            dataset.write_coco(dataset.read_coco(first), second)
            self.assertEqual(first.read_bytes(), second.read_bytes())
            back = dataset.read_coco(first)[0]["things"]
            for thing, wanted in zip(back, self.images()[0]["things"]):
                self.assertTrue(np.array_equal(thing["mask"], wanted["mask"]))
                self.assertEqual(thing["class"], wanted["class"])

    def test_yolo_round_trip_is_identical(self):
        boxes = [(t["class"], t["box"]) for t in self.images()[0]["things"]]
        text = dataset.yolo_lines(boxes, (640, 360))
        back = dataset.parse_yolo(text, (640, 360))
        self.assertEqual(dataset.yolo_lines(back, (640, 360)), text)
        for (kind, box), (wanted, wanted_box) in zip(back, boxes):
            self.assertEqual(kind, wanted)
            self.assertTrue(np.allclose(box, wanted_box, atol=1e-3))

    def test_polygons_become_boxes_and_nonsense_is_refused(self):
        self.assertEqual(dataset.parse_yolo("1 0.1 0.1 0.3 0.1 0.3 0.4\n", (100, 100)),
                         [(1, (10.0, 10.0, 30.0, 40.0))])
        self.assertEqual(dataset.parse_yolo("\n", (100, 100)), [])
        for text in ("1 0.1 0.2 0.3", "x 0.1 0.2 0.3 0.4"):
            with self.assertRaisesRegex(ValueError, "line 1"):
                dataset.parse_yolo(text, (100, 100))

    def test_class_ids_are_frozen(self):
        self.assertEqual(dataset.CLASS_NAMES, ("hand", "item", "item_in_hand"))


class Geometry(unittest.TestCase):
    def test_half_way_between_two_rotations(self):
        a, b = geometry.about((0, 0, 1), 0.2), geometry.about((0, 0, 1), 1.0)
        self.assertTrue(np.allclose(geometry.from_to(a, b, 0.5), geometry.about((0, 0, 1), 0.6)))


class Folders(unittest.TestCase):
    def test_a_session_folder_is_complete_and_the_same_each_time(self):
        with tempfile.TemporaryDirectory() as folder:
            first, second = Path(folder, "a"), Path(folder, "b")
            for target in (first, second):
                session.write_session(3, target, "take_one", (320, 180), fps=4)
            names = sorted(str(p.relative_to(first)) for p in first.rglob("*") if p.is_file())
            self.assertEqual(names, sorted(str(p.relative_to(second)) for p in second.rglob("*")
                                           if p.is_file()))
            for name in names:
                self.assertEqual((first / name).read_bytes(), (second / name).read_bytes(), name)
            record = json.loads((first / "truth.json").read_text())
            for product in record["products"]:
                self.assertEqual(len(list((first / "products" / product["id"]).iterdir())), 5)
            photo = cv2.imread(str(first / "products" / record["products"][0]["id"] / "0.jpg"))
            self.assertGreater(photo.std(), 5)
            with av.open(str(first / "cam2.mp4")) as video:
                times = [frame.time for frame in video.decode(video=0)]
            self.assertAlmostEqual(times[-1] - times[0], record["duration_ms"] / 1000, delta=1.0)
            self.assertTrue(all(b > a for a, b in zip(times, times[1:])))


if __name__ == "__main__":
    unittest.main()
