"""Tests of lab.identify: `python -m unittest lab.identify.test_identify`."""

import json
import re
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np

from lab.identify import fit, looks
from lab.identify.fit import Model, Strange
from lab.synth import scenarios, session
from lab.synth.world import make_world

PERCEPTION = Path(__file__).resolve().parents[2] / "src" / "perception"
PRODUCTS = 8
TRUE = Model(concentration=15, background=0.6, outlier=1e-3, same_camera=0.5, other_camera=0.5)
NOISE = 0.1


def look_at(random, product, useless):
    """Similarities to one photo a product that are just what the model TRUE says of them: normal,
    with a mean that is higher for the right product by concentration times variance."""
    higher = TRUE.concentration * NOISE ** 2
    look = TRUE.background - higher / 2 + random.normal(0, NOISE, (PRODUCTS, 1))
    if random.random() >= useless:
        look[product] += higher
    return look


def made_up(random, repeats=1, cameras=1, useless=0.0, one_view=False):
    """A held item. `repeats` looks of each camera are one look; with `one_view` all cameras see the
    same too."""
    product = int(random.integers(PRODUCTS))
    numbers, found = [], []
    for camera in range(cameras):
        if not (one_view and found):
            look = look_at(random, product, useless)
        numbers += [camera] * repeats
        found += [look] * repeats
    return looks.Item("s", product, np.array(numbers), np.stack(found))


def items_of(count, seed=1, **how):
    random = np.random.default_rng(seed)
    return [made_up(random, **how) for _ in range(count)]


class Likelihood(unittest.TestCase):
    def test_one_look_is_the_soft_maximum_that_an_outlier_bounds(self):
        item = looks.Item("s", 0, np.array([0]), np.array([[[0.8, 0.5], [0.1, 0.1]]]))
        model = Model(10, 0.6, 0.05, 0.9, 0.8)
        wanted = [np.log(0.95 * np.mean(np.exp([2.0, -1.0])) + 0.05),
                  np.log(0.95 * np.exp(-5.0) + 0.05)]
        np.testing.assert_allclose(fit.log_likelihoods(item, model), wanted)

    def test_looks_count_less_than_their_number_within_a_camera_and_between(self):
        weights = fit.look_weights(np.array([0, 0, 0, 2]), Model(same_camera=0.5, other_camera=1))
        np.testing.assert_allclose(weights, [0.25, 0.25, 0.25, 0.5])

    def test_a_product_without_photos_is_unknown(self):
        item = looks.Item("s", 0, np.array([0]), looks.padded([[[0.9], []]]))
        self.assertEqual(fit.log_likelihoods(item, Model())[1], 0)


def held_but(*names):
    return [name for name in fit.NAMES if name not in names]


class Shipped(unittest.TestCase):
    def test_the_numbers_are_those_of_the_program(self):
        def number(file, name):
            return float(re.search(rf"double {name} = ([0-9.]+);",
                                   (PERCEPTION / file).read_text()).group(1))

        for name in fit.NAMES:
            self.assertEqual(getattr(Model(), name), number("identify/identify.hpp", name), name)
        for name in ("strange_slope", "strange_middle"):
            self.assertEqual(getattr(Strange(), name), number("identify/identify.hpp", name), name)
        text = (PERCEPTION / "identify/identify.hpp").read_text()
        for name, value in (("Looks", fit.STRANGE_LOOKS), ("Photos", fit.STRANGE_PHOTOS),
                            ("Max", fit.STRANGE_MAX)):
            self.assertIn(f"kStrange{name} = {value:g};", text)
        self.assertEqual(fit.NONE_PRIOR, number("cabinet/acts.cpp", "kForeignPrior"))


class Fit(unittest.TestCase):
    def test_the_numbers_that_made_the_looks_are_found(self):
        found = fit.fit(items_of(1500), replace(TRUE, concentration=6),
                        held_but("concentration"))
        self.assertLess(abs(found.concentration - TRUE.concentration), 1.5)

    def test_looks_that_are_one_look_are_found_to_be_and_others_not(self):
        held = held_but("same_camera")
        self.assertGreater(fit.fit(items_of(400, repeats=6), TRUE, held).same_camera, 0.8)
        apart = [item._replace(cameras=np.zeros(6, int)) for item in items_of(400, cameras=6)]
        self.assertLess(fit.fit(apart, TRUE, held).same_camera, 0.1)

    def test_cameras_that_see_the_same_are_found_to_and_others_not(self):
        held = held_but("other_camera")
        same = items_of(400, cameras=3, one_view=True)
        self.assertGreater(fit.fit(same, TRUE, held).other_camera, 0.8)
        self.assertLess(fit.fit(items_of(400, cameras=3), TRUE, held).other_camera, 0.1)

    def test_the_share_of_useless_looks_is_found(self):
        for share in (0.02, 0.3):
            items = items_of(1500, cameras=3, useless=share)
            # No item here is none of the products, for which the model would keep a share.
            with mock.patch.object(fit, "NONE_PRIOR", 1e-6):
                found = fit.fit(items, replace(TRUE, other_camera=0), held_but("outlier"))
            self.assertLess(abs(found.outlier - share), 0.3 * share + 0.02)

    def test_no_number_near_the_fitted_ones_is_likelier_and_the_held_ones_stay(self):
        items = items_of(120, repeats=2, cameras=2)
        found = fit.fit(items, Model(), ("background",))
        self.assertEqual(found.background, Model().background)
        self.assertGreater(fit.score(items, found), fit.score(items, Model()))
        for name in ("concentration", "same_camera", "other_camera", "outlier"):
            for change in (-0.1, 0.1):
                near = fit.bound(name, fit.freed(name, getattr(found, name)) + change)
                self.assertLess(fit.score(items, replace(found, **{name: near})),
                                fit.score(items, found) + 1e-4)

    def test_what_is_strange_is_found_by_the_upper_quartile(self):
        random = np.random.default_rng(1)

        def seen(product, likeness):
            return looks.Item("s", product, np.zeros(8, int),
                              np.full((8, PRODUCTS, 1), likeness))

        # Of normal values of one deviation: where they meet, and their distance by its square.
        items = [seen(0, value) for value in random.normal(0.9, 0.05, 3000)]
        strange = [seen(looks.STRANGE, value) for value in random.normal(0.7, 0.05, 300)]
        found = fit.strange(items, strange)
        self.assertAlmostEqual(found.strange_middle, 0.8, delta=0.01)
        self.assertAlmostEqual(found.strange_slope, 0.2 / 0.05 ** 2, delta=15)
        self.assertIsNone(fit.strange(items, []))

    def test_the_spread_is_less_with_more_sessions(self):
        few, many = ([item._replace(session=f"s{k % sessions}") for k, item in
                      enumerate(items_of(10 * sessions))] for sessions in (4, 24))
        held = held_but("concentration")
        self.assertLess(fit.spread(many, TRUE, held, 8).concentration,
                        fit.spread(few, TRUE, held, 8).concentration)


class Looks(unittest.TestCase):
    def test_a_phone_in_a_hand_is_strange(self):
        with tempfile.TemporaryDirectory() as name:
            for seed in range(20):
                world = make_world(seed)
                scenario, director = scenarios.direct(world, seed, "foreign_object")
                truth = session.truth_of(seed, scenario, world, director)
                (Path(name) / "truth.json").write_text(json.dumps(truth))
                again = looks.Session(name)
                held = [stay.time for stay in director.foreign.stays if stay.arm is not None]
                self.assertNotIn(looks.STRANGE, again.boxes(0, -0.5 - again.shift[0]))
                if held and any(looks.STRANGE in again.boxes(camera, held[0] + 0.8 -
                                                             again.shift[camera])
                                for camera in range(3)):
                    return
            self.fail("no camera of 20 sessions saw it")

    def test_an_item_is_what_most_of_its_looks_show(self):
        self.assertEqual(looks.product_of([3, 3, None, 5]), 3)
        self.assertIsNone(looks.product_of([None, None]))
        self.assertIsNone(looks.product_of([3, None, None, 5]))

    def test_a_look_shows_the_package_that_its_box_fits(self):
        boxes = {1: (0, 0, 10, 10), 2: (8, 0, 18, 10)}
        self.assertEqual(looks.shown((1, 0, 11, 10), boxes), 1)
        self.assertIsNone(looks.shown((40, 0, 50, 10), boxes))
        self.assertIsNone(looks.shown((0, 0, 10, 10), {}))

    def test_a_session_directed_again_tells_what_was_in_the_hand(self):
        with tempfile.TemporaryDirectory() as name:
            seed, folder = 3, Path(name)
            world = make_world(seed)
            scenario, director = scenarios.direct(world, seed, "take_one")
            truth = session.truth_of(seed, scenario, world, director)
            (folder / "truth.json").write_text(json.dumps(truth))
            again = looks.Session(folder)
            taken = next(item for item, stays in enumerate(director.stays) if len(stays) > 1)
            seconds = director.stays[taken][1].time + 0.3 - again.shift[0]
            boxes = again.boxes(0, seconds)
            self.assertEqual(list(boxes), [director.goods[taken]])
            look = {"camera": 0, "time_us": round(seconds * 1e6),
                    "box": [float(side) for side in boxes[director.goods[taken]]],
                    "similarities": [[0.5, 0.6]] * len(world.products)}
            line = {"session": name, "products": [p.id for p in world.products],
                    "items": [[look], [{**look, "box": [0, 0, 1, 1]}]]}
            items, strange, unknown = looks.read([json.dumps(line)])
            self.assertEqual(([item.product for item in items], strange, unknown),
                             ([director.goods[taken]], [], 1))
            (folder / "truth.json").write_text(json.dumps({**truth, "duration_ms": 1}))
            with self.assertRaises(looks.TruthError):
                looks.Session(folder)


if __name__ == "__main__":
    unittest.main()
