"""Reading label files and splitting pictures."""

import tempfile
import unittest
from pathlib import Path

import cv2
import numpy as np

from lab.train import labels


class Lines(unittest.TestCase):
    def read(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.txt"
            path.write_text(text)
            return labels.read_boxes(path)

    def test_a_polygon_becomes_the_box_around_it(self):
        np.testing.assert_allclose(self.read("3 0.2 0.2 0.6 0.3 0.4 0.8"),
                                   [[3, 0.4, 0.5, 0.4, 0.6]], atol=1e-6)

    def test_a_box_is_clipped_to_the_picture(self):
        np.testing.assert_allclose(self.read("0 0.0 0.5 0.4 0.2"), [[0, 0.1, 0.5, 0.2, 0.2]],
                                   atol=1e-6)

    def test_an_empty_file_is_a_picture_without_boxes(self):
        self.assertEqual(self.read("").shape, (0, 5))

    def test_a_line_of_words_is_an_error_with_its_place(self):
        with self.assertRaisesRegex(labels.LabelError, r"a\.txt:2: not a line of numbers"):
            self.read("0 0.5 0.5 0.1 0.1\nbottle 0.5\n")

    def test_a_box_without_area_is_left_out(self):
        self.assertEqual(len(self.read("0 0.5 0.5 0 0.1\n")), 0)


class Sources(unittest.TestCase):
    def make(self, folder, label):
        (folder / "images").mkdir()
        (folder / "labels").mkdir()
        cv2.imwrite(str(folder / "images" / "a.jpg"), np.zeros((9, 9, 3), np.uint8))
        (folder / "labels" / "a.txt").write_text(label)
        cv2.imwrite(str(folder / "images" / "unlabelled.jpg"), np.zeros((9, 9, 3), np.uint8))

    def test_an_open_source_has_items_only_and_unlabelled_pictures_are_left_out(self):
        with tempfile.TemporaryDirectory() as folder:
            self.make(Path(folder), "25 0.5 0.5 0.2 0.2\n")
            found = labels.read_source(labels.parse_source(folder + "=item"))
            self.assertEqual([(p.path.name, p.open) for p in found], [("a.jpg", True)])
            self.assertEqual(found[0].boxes[0, 0], labels.ITEM)
            with self.assertRaisesRegex(labels.LabelError, "=item"):
                labels.read_source(labels.parse_source(folder))

    def test_a_folder_without_images_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(labels.LabelError, "no folder images/"):
                labels.parse_source(folder)


class Split(unittest.TestCase):
    def picture(self, name):
        return labels.Picture(Path(name), np.zeros((0, 5), np.float32), False)

    def test_a_session_lies_on_one_side(self):
        pictures = [self.picture(f"{seed:07d}_{k:03d}_cam{k % 3}.jpg")
                    for seed in range(200) for k in range(4)]
        training, held = labels.split(pictures, 0.2)
        sides = [{labels.stem_of(p.path) for p in side} for side in (training, held)]
        self.assertFalse(sides[0] & sides[1])
        self.assertTrue(20 <= len(sides[1]) <= 60, len(sides[1]))

    def test_the_split_does_not_depend_on_what_else_there_is(self):
        few = [self.picture(f"{seed:07d}_000_cam0.jpg") for seed in range(50)]
        many = few + [self.picture(f"{seed:07d}_000_cam0.jpg") for seed in range(50, 90)]
        self.assertLessEqual({p.path for p in labels.split(few, 0.2)[1]},
                             {p.path for p in labels.split(many, 0.2)[1]})

    def test_exports_of_one_photo_have_one_stem(self):
        self.assertEqual(labels.stem_of(Path("milk_jpg.rf.0971.jpg")),
                         labels.stem_of(Path("milk_jpg.rf.20da.jpg")))

    def test_pictures_that_look_alike_are_one_group(self):
        random = np.random.default_rng(1)
        with tempfile.TemporaryDirectory() as folder:
            one = cv2.resize(random.integers(0, 256, (8, 9), np.uint8), (90, 80))
            other = cv2.resize(random.integers(0, 256, (8, 9), np.uint8), (90, 80))
            paths = [Path(folder) / f"{name}.png" for name in "abc"]
            for path, picture in zip(paths, (one, cv2.add(one, 3), other)):
                cv2.imwrite(str(path), picture)
            found = labels.groups(paths)
            self.assertEqual(found[0], found[1])
            self.assertNotEqual(found[0], found[2])


if __name__ == "__main__":
    unittest.main()
