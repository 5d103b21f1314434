"""Tests of lab.quantise: `$(lab/quantise/setup) -m unittest lab.quantise.test_quantise`."""

import contextlib
import io
import tempfile
import unittest
from pathlib import Path

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from lab.quantise.__main__ import main
from lab.quantise.quantise import (QuantiseError, has_weights, names_after_the_last, prepared,
                                   quantise, read_manifest, read_pictures)

MANIFEST = """format = 1
name = "tiny"
task = "detect"
graph = "model.xml"
[input]
shape = [-1, 3, 32, 64]
layout = "nchw"
color = "bgr"
scale = 0.5
"""


def network():
    """Two convolutions, and arithmetic after the last: a sigmoid, and a sum over a softmax as in
    YOLOv8's head."""
    rng = np.random.default_rng(7)
    picture = ops.parameter([-1, 3, 32, 64], np.float32, name="images")
    first = ops.convolution(picture, rng.normal(0, 0.1, (8, 3, 3, 3)).astype(np.float32), [2, 2],
                            [1, 1], [1, 1], [1, 1], name="first")
    second = ops.convolution(ops.relu(first, name="relu"),
                             rng.normal(0, 0.1, (16, 8, 1, 1)).astype(np.float32), [1, 1], [0, 0],
                             [0, 0], [1, 1], name="second")
    softmax = ops.softmax(second, 1, name="softmax")
    distances = ops.convolution(softmax, np.arange(16, dtype=np.float32).reshape(1, 16, 1, 1),
                                [1, 1], [0, 0], [0, 0], [1, 1], name="distances")
    answer = ops.sigmoid(distances, name="answer")
    return ov.Model([answer], [picture], "tiny")


class Quantise(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "model.toml").write_text(MANIFEST)
        ov.save_model(network(), self.folder / "model.xml", compress_to_fp16=False)
        rng = np.random.default_rng(3)
        pictures = rng.integers(0, 256, (4, 32, 64, 3), dtype=np.uint8)
        (self.folder / "pictures.u8").write_bytes(pictures.tobytes())

    def test_input_is_prepared_as_the_engine_does_it(self):
        manifest = read_manifest(self.folder)
        picture = np.zeros((32, 64, 3), np.uint8)
        picture[..., 0] = 200  # Red.
        values = prepared(picture, manifest)
        self.assertEqual(values.shape, (1, 3, 32, 64))
        self.assertEqual(values[0, 2, 5, 5], 100)  # Last in BGR, halved.
        self.assertEqual(values[0, 0].max(), 0)

    def test_pictures_must_be_of_the_networks_size(self):
        manifest = read_manifest(self.folder)
        self.assertEqual(read_pictures(self.folder / "pictures.u8", manifest).shape[0], 4)
        (self.folder / "short.u8").write_bytes(b"x" * 100)
        with self.assertRaisesRegex(QuantiseError, "no pictures of 64x32"):
            read_pictures(self.folder / "short.u8", manifest)

    def test_what_follows_the_last_weights_stays_in_float(self):
        model = network()
        weighted = [node.get_friendly_name() for node in model.get_ordered_ops()
                    if has_weights(node)]
        self.assertEqual(weighted, ["first", "second"])
        after = names_after_the_last(model)
        self.assertEqual(set(after), {"softmax", "distances", "answer"})

    def test_the_graph_is_quantised_where_it_looks(self):
        output = self.folder / "int8.xml"
        self.assertEqual(quantise(self.folder, self.folder / "pictures.u8", output), 4)
        model = ov.Core().read_model(output)
        quantised = [node.get_friendly_name() for node in model.get_ops()
                     if node.get_type_name() == "FakeQuantize"]
        self.assertTrue(quantised)
        kinds = {node.input_value(0).get_node().get_type_name()
                 for node in model.get_ops() if node.get_friendly_name() == "distances"}
        self.assertEqual(kinds, {"Softmax"})

    def test_only_a_package_in_fp32_for_cpus_is_taken(self):
        for line in ('target = "neuron"\n', 'precision = "int8"\n'):
            (self.folder / "model.toml").write_text(line + MANIFEST)
            with self.assertRaisesRegex(QuantiseError, "not in fp32"):
                read_manifest(self.folder)

    def test_errors_are_one_line_and_a_status(self):
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors):
            status = main([str(self.folder / "nowhere"), "--pictures", "x", "--output", "y.xml"])
        self.assertEqual(status, 1)
        self.assertRegex(errors.getvalue(), "^lab.quantise: error: .*not a model package")


if __name__ == "__main__":
    unittest.main()
