#!/usr/bin/env python3
"""The sessions in demo/ with the models in models/: carts, and what goes wrong with cabinets.

    tests/demo.py [--tally build/release/tally] [--work build/demo]

Needs nothing beside the checkout.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEMO = ROOT / "demo"
arguments = argparse.Namespace(tally=ROOT / "build/release/tally", work=ROOT / "build/demo")


def tally(*words, status=0):
    ended = subprocess.run([str(arguments.tally), *map(str, words)], capture_output=True, text=True,
                           cwd=ROOT)
    if ended.returncode != status:
        raise AssertionError(f"{words}: {ended.returncode}, not {status}\n{ended.stderr}")
    return ended


def cart_of(session, *options):
    return json.loads(tally("process", session, "--json", "--no-evidence", *options).stdout)


def counts(lines):
    return {line["product"]: line["quantity"] for line in lines if line["quantity"]}


def truth_of(session):
    return json.loads((session / "truth.json").read_text())


class Demo(unittest.TestCase):
    def copy(self, name, edit=lambda text: text):
        """A session's copy under another name, its session.toml edited."""
        target = arguments.work / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.session, target)
        path = target / "session.toml"
        path.write_text(edit(path.read_text()))
        return target

    def setUp(self):
        self.session = DEMO / "take_one"
        self.truth = counts(truth_of(self.session)["cart"])

    def test_the_same_session_gives_the_same_bytes(self):
        carts = [cart_of(self.session, *options) for options in ((), ("--threads", "1"))]
        for cart in carts:
            del cart["stats"]
        self.assertEqual(*carts)

    def test_a_report_has_a_clip_of_each_camera_for_each_event(self):
        out = arguments.work / "report"
        shutil.rmtree(out, ignore_errors=True)
        tally("process", self.session, "-o", out, "--quiet")
        cart = json.loads((out / "cart.json").read_text())
        self.assertTrue(cart["events"])
        for event in cart["events"]:
            self.assertEqual(sorted(event["clips"]), sorted(event["cameras"]))
            for clip in event["clips"].values():
                self.assertGreater((out / clip).stat().st_size, 1000)
        self.assertIn("data:video/mp4", (out / "report.html").read_text())

    def test_a_camera_less_is_less_sure_and_no_failure(self):
        session = self.copy("two_cameras")
        (session / "cam1.mp4").unlink()
        cart = cart_of(session, "--review", 1)
        lost = [video for video in cart["inputs"]["videos"] if "problem" in video]
        self.assertEqual([video["camera"] for video in lost], ["cam1"])
        self.assertIn("camera cam1 gave no video", cart["decision"]["reasons"])
        self.assertLessEqual(cart["decision"]["probability"], 0.96)
        self.assertEqual(counts(cart["lines"]), self.truth)

    def test_a_clock_that_is_off_by_two_seconds_is_set_right(self):
        def late(text):
            number = re.compile(r'(file = "cam1.mp4"\nstart_ms = )(\d+)')
            self.assertRegex(text, number)
            return number.sub(lambda found: found[1] + str(int(found[2]) + 2000), text)
        cart = cart_of(self.copy("late", late), "--review", 1)
        self.assertEqual(counts(cart["lines"]), self.truth)
        reasons = " ".join(cart["decision"]["reasons"])
        self.assertRegex(reasons, r"cam1's clock was (1\.[89]|2\.[0-2]) s off")

    def test_products_without_photos_are_told_by_their_places(self):
        session = self.copy("no_photos", lambda text: re.sub(r"photos = .*\n", "", text))
        shutil.rmtree(session / "products")
        ended = tally("process", session, "--json", "--no-evidence")
        self.assertIn("told by their places alone", ended.stderr)
        self.assertEqual(counts(json.loads(ended.stdout)["lines"]), self.truth)

    def test_one_photo_of_each_product_will_do(self):
        session = self.copy("one_photo")
        for photos in (session / "products").iterdir():
            for photo in sorted(photos.iterdir())[1:]:
                photo.unlink()
        self.assertEqual(counts(cart_of(session)["lines"]), self.truth)

    def test_products_with_the_same_pictures_are_named(self):
        session = self.copy("same_pictures")
        first, second = sorted((session / "products").iterdir())[:2]
        shutil.rmtree(second)
        shutil.copytree(first, second)
        gallery = arguments.work / "gallery"
        shutil.rmtree(gallery, ignore_errors=True)
        ended = tally("enroll", "--photos", session / "products", "--gallery", gallery)
        self.assertRegex(ended.stderr, f"{first.name} and {second.name} have the same picture")
        cart = cart_of(session, "--gallery", gallery)
        self.assertEqual(len(cart["events"]), 1)

    def test_a_layout_that_names_an_unknown_product_is_refused(self):
        session = self.copy("unknown_product")
        layout = session / "layout.toml"
        text = layout.read_text()
        layout.write_text(re.sub(r'(\[\[facing\]\][^\[]*?product = )"[^"]*"', r'\1"nobody"', text,
                                 count=1))
        ended = tally("process", session, status=1)
        self.assertIn("nobody", ended.stderr)
        self.assertRegex(ended.stderr, r"layout\.toml:\d+:\d+")

    def test_another_detector_is_refused_with_what_to_do(self):
        package = arguments.work / "other"
        shutil.rmtree(package, ignore_errors=True)
        names = arguments.work / "names.txt"
        names.write_text("cat\ndog\nitem\n")
        tally("compile", ROOT / "models/detector/model.onnx", "-o", package, "--names", names)
        ended = tally("process", self.session, "--model", package, status=2)
        self.assertIn("needs a detector with the classes hand", ended.stderr)

    def test_all_carts_are_those_of_the_truth(self):
        out = arguments.work / "eval"
        shutil.rmtree(out, ignore_errors=True)
        tally("eval", DEMO, "-o", out, "--reports", "none", "--require", "exact=1", "--quiet")
        found = json.loads((out / "eval.json").read_text())
        self.assertEqual(len(found["runs"][0]["sessions"]), 4)
        self.assertIn("<html", (out / "eval.html").read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tally", type=pathlib.Path, default=arguments.tally)
    parser.add_argument("--work", type=pathlib.Path, default=arguments.work)
    given, rest = parser.parse_known_args()
    arguments.tally, arguments.work = given.tally.resolve(), given.work.resolve()
    arguments.work.mkdir(parents=True, exist_ok=True)
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)


if __name__ == "__main__":
    main()
