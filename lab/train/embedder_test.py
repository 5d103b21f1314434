"""Crops, the embedder's loss, the measure of top-1, and cards."""

import json
import tempfile
import unittest
from pathlib import Path

import cv2
import numpy as np
import torch

from lab.train import cards, crops, embed_augment, embed_eval, embedder, export, weights
from lab.train.embed_net import SIDE, Embedder, load_any


class Crops(unittest.TestCase):
    def test_a_box_grows_by_a_tenth_on_each_side_and_stays_in_the_picture(self):
        self.assertEqual(crops.grown((100, 50, 200, 150), 1280, 720), (90, 40, 210, 160))
        self.assertEqual(crops.grown((0, 50, 100, 150), 105, 155), (0, 40, 105, 155))

    def test_the_letterbox_is_centred_and_grey(self):
        out = crops.letterbox(np.zeros((200, 100, 3), np.uint8))
        self.assertTrue((out[:, :24] == 114).all() and (out[:, 72:] == 114).all())
        self.assertTrue((out[:, 24:72] == 0).all())

    def test_grocery_products_lie_on_one_side(self):
        with tempfile.TemporaryDirectory() as folder:
            for part, product in (("train", "A"), ("train", "B"), ("val", "A")):
                path = Path(folder) / part / "Packages" / "Milk" / product
                path.mkdir(parents=True)
                cv2.imwrite(str(path / "1.jpg"), np.zeros((9, 9, 3), np.uint8))
            training, held = crops.read_grocery(folder)
        self.assertEqual([p.name for p in training], ["B"])
        self.assertEqual([(p.name, len(p.seen)) for p in held], [("A", 2)])

    def test_augmented_crops_have_the_networks_size(self):
        random = np.random.default_rng(5)
        for shape in ((140, 60, 3), (30, 90, 3), (13, 13, 3), (288, 288, 3)):
            picture = random.integers(0, 256, shape, np.uint8)
            for _ in range(40):
                out = embed_augment.training_crop(random, picture, [picture])
                self.assertEqual((out.shape, out.dtype), ((96, 96, 3), np.uint8))


class Learning(unittest.TestCase):
    def test_the_loss_is_least_where_products_are_apart(self):
        labels = torch.tensor([0, 0, 1, 1])
        apart = torch.eye(4)[[0, 0, 1, 1]]
        self.assertLess(embedder.contrastive(apart, labels).item(), 1e-3)
        mixed = torch.eye(4)[[0, 1, 0, 1]]
        self.assertGreater(embedder.contrastive(mixed, labels).item(), 5)

    def test_vectors_have_length_one_and_differ(self):
        torch.manual_seed(1)
        network = Embedder().eval()
        with torch.no_grad():
            vectors = network(torch.rand(2, 3, 96, 96) * 255)
        torch.testing.assert_close(vectors.norm(dim=1), torch.ones(2))
        self.assertEqual(tuple(vectors.shape), (2, 128))

    def test_an_exported_graph_is_learnt_on_from_where_it_stood(self):
        torch.manual_seed(1)
        first, second = Embedder().train(), Embedder().eval()
        pictures = torch.rand(8, 3, SIDE, SIDE) * 255
        with torch.no_grad(), tempfile.TemporaryDirectory() as folder:
            for _ in range(40):
                first(pictures)  # Norms learn what they see.
            for module in first.modules():
                if isinstance(module, torch.nn.BatchNorm2d):
                    module.bias.uniform_(-0.5, 0.5)
            expected = first.eval()(pictures)
            export.embedder(first, Path(folder) / "m.onnx", SIDE)
            self.assertIsNone(load_any(second, Path(folder) / "m.onnx"))
            torch.testing.assert_close(second(pictures), expected, rtol=0, atol=2e-2)
            weights.unfold(second, [pictures])
            torch.testing.assert_close(second(pictures), expected, rtol=0, atol=2e-2)
            torch.testing.assert_close(second.train()(pictures), expected, rtol=0, atol=0.1)

    def test_the_record_beside_a_graph_tells_what_was_learnt_before(self):
        run = embedder.Run.__new__(embedder.Run)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "m.onnx"
            run.facts = {"init": "m.onnx", "crops_total": 90}
            run.go_on_from(path)
            self.assertEqual(run.facts["steps_before"], 0)  # No record: nothing is known.
            path.with_suffix(".training.json").write_text(json.dumps(
                {"init": "first.pth", "steps": 50, "minutes": 2, "crops_total": 1234,
                 "products": 7}))
            run.go_on_from(path)
        self.assertEqual((run.facts["init"], run.facts["steps_before"]), ("first.pth", 50))
        self.assertEqual(run.facts["learnt_before"],
                         "; before, from 1,234 crops of 7 products")

    def test_frozen_blocks_stay_and_the_rest_learns(self):
        torch.manual_seed(1)
        network = Embedder()
        network.freeze(2)
        before = {name: value.clone() for name, value in network.state_dict().items()}
        optimizer = torch.optim.SGD([p for p in network.parameters() if p.requires_grad], 0.1)
        vectors = network.train()(torch.rand(4, 3, 96, 96) * 255)
        embedder.contrastive(vectors, torch.tensor([0, 0, 1, 1])).backward()
        optimizer.step()
        changed = {name for name, value in network.state_dict().items()
                   if not torch.equal(value, before[name])}
        frozen = tuple(["stem."] + [f"blocks.{i}." for i in range(2)])
        self.assertFalse([name for name in changed if name.startswith(frozen)])
        self.assertIn("blocks.2.expand.conv.weight", changed)
        self.assertIn("embed.weight", changed)

    def test_batches_mix_photos_and_held_crops_of_a_session(self):
        with tempfile.TemporaryDirectory() as folder:
            for product in range(20):
                path = Path(folder) / f"s1_p{product:02d}"
                path.mkdir()
                for name in ("enrol_0", "held_0", "shelf_0"):
                    cv2.imwrite(str(path / f"{name}.jpg"),
                                np.full((30, 20, 3), product * 10, np.uint8))
            training, held = crops.read_synthetic(folder)
            pool = embedder.Pool(training + held)
            pictures, labels = embedder.make_batch(pool, 1, 0)
            self.assertEqual(len(pictures), embedder.PRODUCTS * embedder.CROPS)
            self.assertEqual(len(set(labels.tolist())), embedder.PRODUCTS)
            np.testing.assert_array_equal(embedder.make_batch(pool, 1, 0)[0], pictures)
            chosen = pool.crops_of(np.random.default_rng(0), training[0] if training else held[0])
            self.assertTrue(chosen[0].path.name.startswith("enrol"))


class Top1(unittest.TestCase):
    def test_a_query_goes_to_the_nearest_photo_or_mean(self):
        gallery = np.array([[1, 0], [0, 1], [0.6, 0.8]], float)
        right = embed_eval.top1(gallery, np.array([0, 0, 1]), np.array([[0.1, 0.995]]),
                                np.array([0]), 2)
        self.assertTrue(right["all"][0])
        self.assertFalse(right["mean"][0])


class Cards(unittest.TestCase):
    def test_numbers_come_from_results(self):
        self.assertEqual(cards.filled("{{a.b|percent}} of {{n|thousands}}",
                                      {"a": {"b": 0.8125}, "n": 12345}), "81.2 % of 12,345")

    def test_a_number_that_was_not_measured_is_an_error(self):
        with self.assertRaisesRegex(cards.CardError, "a.c"):
            cards.filled("{{a.c}}", {"a": {"b": 1}})
        with self.assertRaisesRegex(cards.CardError, "was not measured"):
            cards.filled("{{a}}", {"a": None})

    def test_results_of_another_file_are_refused(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "m.onnx").write_bytes(b"12345")
            (folder / "t.json").write_text(json.dumps({"file_bytes": 4}))
            (folder / "r.json").write_text(json.dumps({"model": "m.onnx", "results": {}}))
            arguments = type("A", (), {"kind": "detector", "model": folder / "m.onnx",
                                       "training": folder / "t.json", "results": folder / "r.json",
                                       "out": folder / "CARD.md"})
            with self.assertRaisesRegex(cards.CardError, "another file"):
                cards.main(arguments)


if __name__ == "__main__":
    unittest.main()
