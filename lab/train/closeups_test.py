"""Close-ups: where windows lie, what is kept of pictures, and what training sees of it."""

import tempfile
import unittest
from pathlib import Path

import cv2
import numpy as np

from lab.train import closeups, labels

HAND, HELD = labels.HAND, labels.ITEM_IN_HAND


def boxes(*rows):
    return np.array(rows, float).reshape(-1, 5)


class Focuses(unittest.TestCase):
    def found(self, rows, seed=1):
        return [focus for focus in closeups.focuses(np.random.default_rng(seed), rows, 1280, 720)]

    def test_a_window_is_as_large_as_its_hand_asks_and_lies_inside(self):
        for box, expected in (((600, 300, 660, 400), (630, 350, 320)),
                              ((0, 0, 60, 100), (160, 160, 320)),
                              ((600, 300, 620, 320), (610, 310, closeups.SIDE_MIN)),
                              ((300, 100, 700, 600), (500, 350, closeups.SIDE_MAX))):
            np.testing.assert_allclose(self.found(boxes((HAND, *box)))[0], expected)

    def test_what_a_hand_holds_has_no_window_of_its_own(self):
        rows = boxes((HAND, 600, 300, 660, 400), (HELD, 640, 320, 700, 400))
        near = sum(len(self.found(rows, seed)) for seed in range(40))
        rows[1, 1:] += (300, 0, 300, 0)
        far = sum(len(self.found(rows, seed)) for seed in range(40))
        self.assertEqual(far - near, 40)

    def test_now_and_then_a_window_shows_no_hand(self):
        counts = [len(self.found(boxes(), seed)) for seed in range(400)]
        self.assertAlmostEqual(sum(counts) / 400, closeups.ELSEWHERE, delta=0.08)


class Kept(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        picture = np.zeros((720, 1280, 3), np.uint8)
        picture[300:400, 600:660] = (0, 0, 255)
        cv2.imwrite(str(self.folder / "one.png"), picture)
        shares = boxes((HAND, 630 / 1280, 350 / 720, 60 / 1280, 100 / 720))
        self.kept = closeups.closeups([labels.Picture(self.folder / "one.png", shares, False)],
                                      self.folder / "cache")

    def red(self, picture):
        """left, top, right, bottom of what is red."""
        rows, columns = np.nonzero(picture[..., 2] > 128)
        return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1

    def test_boxes_lie_on_what_they_are_of(self):
        np.testing.assert_allclose(self.red(self.kept.pixels[0]), self.kept.boxes[0][0, 1:],
                                   atol=1.5)

    def test_measuring_sees_the_window_that_tally_would(self):
        picture, found = closeups.plain_closeup(self.kept, 0, 192, 192)
        np.testing.assert_allclose(self.red(picture), found[0, 1:5], atol=1.5)
        self.assertAlmostEqual(found[0, 4] - found[0, 2], 192 / closeups.SIDES[HAND], delta=1)

    def test_training_sees_the_box_wherever_it_moves_it(self):
        random = np.random.default_rng(3)
        seen = 0
        for _ in range(60):
            picture, found, is_open = closeups.training_closeup(random, self.kept, 0, 192)
            self.assertEqual((picture.shape, is_open), ((192, 192, 3), False))
            seen += len(found) and not found[0, 5]
        self.assertEqual(seen, 60)

    def test_pictures_whose_hands_have_no_boxes_are_refused(self):
        picture = labels.Picture(self.folder / "one.png", boxes(), True)
        with self.assertRaisesRegex(ValueError, "hands have boxes"):
            closeups.closeups([picture], self.folder / "cache")


if __name__ == "__main__":
    unittest.main()
