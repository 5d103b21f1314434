"""The detector's augmentation, loss, precision, what is told of a run, and that weights survive
being unfolded."""

import json
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch

from lab.train import (cache, detector, detector_augment, detector_eval, detector_loss, labels,
                       weights)
from lab.train.yolox import Conv, YoloxNano, decode_boxes, grid_of


def small_cache(boxes, width=480, height=270):
    return cache.Cached(np.zeros((1, cache.HEIGHT, cache.WIDTH, 3), np.uint8),
                        [np.array(boxes, np.float32).reshape(-1, 5)],
                        np.array([[width, height]]), np.array([False]))


class Augmentation(unittest.TestCase):
    def test_the_plain_picture_is_the_letterbox_of_inference(self):
        picture, boxes = detector_augment.plain_picture(small_cache([[1, 0, 0, 480, 270]]), 0, 416,
                                                        256)
        np.testing.assert_allclose(boxes, [[1, 0, 0, 416, 234, 0]], atol=1e-4)
        self.assertTrue((picture[235:] == 114).all())
        self.assertTrue((picture[:233] == 0).all())

    def test_tiny_and_cut_boxes_are_ignored_not_dropped(self):
        boxes = np.array([[1, 10, 10, 14, 40], [1, -80, 10, 20, 40], [1, 10, 10, 40, 40]])
        found = detector_augment.warp_boxes(boxes, np.array([[1, 0, 0], [0, 1, 0]]),
                                            (0, 0, 416, 256))
        self.assertEqual(found[:, 5].tolist(), [1, 1, 0])

    def test_a_mirrored_box_keeps_its_side(self):
        found = detector_augment.warp_boxes(np.array([[0, 10, 20, 30, 50]]),
                                            np.array([[-1, 0, 100], [0, 1, 0]]), (0, 0, 416, 256))
        np.testing.assert_allclose(found[0, 1:5], [70, 20, 90, 50])

    def test_boxes_stay_in_the_picture_and_a_seed_repeats(self):
        found = []
        for _ in range(2):
            random = np.random.default_rng(3)
            for _ in range(40):
                picture, boxes, is_open = detector_augment.training_picture(
                    random, small_cache([[2, 100, 50, 200, 150]]), 0, 416, 256)
                self.assertEqual(picture.shape, (256, 416, 3))
                self.assertTrue((boxes[:, [1, 3]] <= 416).all() and (boxes[:, 1:5] >= 0).all())
                found.append(boxes)
        np.testing.assert_array_equal(np.concatenate(found[:40]), np.concatenate(found[40:]))


class Loss(unittest.TestCase):
    def setUp(self):
        self.grid, self.strides = grid_of(64, 96)
        self.centres = (self.grid + 0.5) * self.strides

    def logits(self):
        logits = torch.zeros(1, len(self.grid), 8)
        logits[..., 4:] = -5
        return logits

    def test_cells_are_assigned_near_the_object(self):
        logits = self.logits()
        box = torch.tensor([[30.0, 20.0, 60.0, 50.0]])
        predicted = detector_loss.corners(decode_boxes(logits[0, :, :4], self.grid, self.strides))
        cells, objects, _ = detector_loss.assign(predicted, logits[0, :, 4], logits[0, :, 5:], box,
                                                 torch.tensor([1]), self.centres, self.strides)
        self.assertGreater(len(cells), 0)
        self.assertTrue((objects == 0).all())
        middle = torch.tensor([45.0, 35.0])
        self.assertTrue(((self.centres[cells] - middle).abs() < 2.5 * self.strides[cells]).all())

    def test_a_cell_has_one_object(self):
        logits = self.logits()
        boxes = torch.tensor([[30.0, 20.0, 60.0, 50.0], [32.0, 20.0, 62.0, 50.0]])
        predicted = detector_loss.corners(decode_boxes(logits[0, :, :4], self.grid, self.strides))
        cells, _, _ = detector_loss.assign(predicted, logits[0, :, 4], logits[0, :, 5:], boxes,
                                           torch.tensor([1, 2]), self.centres, self.strides)
        self.assertEqual(len(cells), len(set(cells.tolist())))

    def gradient(self, target, is_open=False):
        logits = self.logits()
        logits[..., 5 + labels.HAND] = 1 if is_open else -5
        logits.requires_grad_(True)
        detector_loss.loss(logits, [target], [is_open], self.grid, self.strides)[0].backward()
        return logits.grad[0]

    def test_an_ignored_box_is_no_background(self):
        gradient = self.gradient(torch.tensor([[1.0, 0.0, 0.0, 96.0, 64.0, 1.0]]))
        self.assertEqual(gradient.abs().sum().item(), 0)
        self.assertGreater(self.gradient(torch.zeros(0, 6)).abs().sum().item(), 0)

    def test_an_open_picture_tells_neither_whether_an_item_is_held_nor_that_there_is_no_hand(self):
        gradient = self.gradient(torch.tensor([[1.0, 30.0, 20.0, 60.0, 50.0, 0.0]]), True)
        self.assertEqual(gradient[:, 5 + labels.ITEM_IN_HAND].abs().sum().item(), 0)
        self.assertGreater(gradient[:, 5 + labels.HAND].abs().sum().item(), 0)
        self.assertTrue((gradient[:, 4] <= 0).all())  # Only pulled up, where the item is.


class Precision(unittest.TestCase):
    def test_average_precision_of_a_known_order(self):
        judged = [(0.9, True), (0.8, False), (0.7, True)]
        self.assertAlmostEqual(detector_eval.average_precision(judged, 2), 0.5 + 0.5 * 2 / 3)
        self.assertEqual(detector_eval.average_precision([], 3), 0)
        self.assertIsNone(detector_eval.average_precision(judged, 0))

    def test_a_second_detection_of_one_object_is_wrong_and_one_on_ignored_is_neither(self):
        truth = np.array([[0, 0, 10, 10, 0], [50, 50, 60, 60, 1]], float)
        found = np.array([[0.9, 0, 0, 10, 10], [0.8, 0, 0, 10, 9], [0.7, 50, 50, 60, 60]])
        self.assertEqual(detector_eval.verdicts(found, truth), [(0.9, True), (0.8, False)])

    def test_rows_become_boxes_in_pixels(self):
        grid, strides = grid_of(64, 96)
        rows = np.zeros((len(grid), 8), np.float32)
        rows[13, :] = [0.5, 0.5, np.log(2), 0, 0.9, 0, 1, 0]  # Row 1, column 1 of stride 8.
        np.testing.assert_allclose(detector_eval.detections(rows, grid, strides),
                                   [[1, 0.9, 4, 8, 20, 16]], atol=1e-5)


class Facts(unittest.TestCase):
    def test_the_record_beside_a_graph_tells_what_was_learnt_before(self):
        run = detector.Run.__new__(detector.Run)
        run.training = SimpleNamespace(boxes=[None] * 90, open=np.zeros(90, bool))
        run.held = run.held_open = SimpleNamespace(boxes=[])
        with tempfile.TemporaryDirectory() as folder:
            init = Path(folder) / "m.onnx"
            run.arguments = SimpleNamespace(data=["train"], init=init, batch=1, size=(32, 32),
                                            window=None, close=True)
            self.assertEqual(run.new_facts()["epochs_before"], 0)  # No record: nothing is known.
            init.with_suffix(".training.json").write_text(json.dumps(
                {"init": "first.onnx", "pictures": 1234, "epochs": 13, "minutes": 48}))
            facts = run.new_facts()
        self.assertEqual((facts["init"], facts["epochs_before"]), ("first.onnx", 13))
        self.assertEqual(facts["learnt_before"], "; before, from 1,234")


class Weights(unittest.TestCase):
    def test_unfolding_leaves_what_a_network_computes(self):
        torch.manual_seed(1)
        network = torch.nn.Sequential(Conv(3, 8, 3, 2), Conv(8, 8, 3, groups=8), Conv(8, 4, 1))
        network.eval()
        x = torch.rand(4, 3, 16, 16) * 255
        with torch.no_grad():
            for module in network.modules():
                if isinstance(module, torch.nn.BatchNorm2d):
                    weights.set_identity(module, torch.zeros_like(module.running_mean),
                                         torch.ones_like(module.running_var))
            before = network(x)
            weights.unfold(network, [x])
            torch.testing.assert_close(network(x), before, rtol=1e-4, atol=1e-3)
            self.assertFalse(torch.allclose(network[0].norm.running_var, torch.ones(8)))
            torch.testing.assert_close(network.train()(x), before, rtol=2e-2, atol=0.2)

    def test_the_head_is_as_long_as_its_cells(self):
        with torch.no_grad():
            rows = YoloxNano(3).eval()(torch.zeros(1, 3, 64, 96))
        self.assertEqual(tuple(rows.shape), (1, 8 * 12 + 4 * 6 + 2 * 3, 8))
        self.assertTrue(((rows[..., 4:] >= 0) & (rows[..., 4:] <= 1)).all())


if __name__ == "__main__":
    unittest.main()
