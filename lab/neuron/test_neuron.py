"""Tests of lab.neuron: `python3 -m unittest lab.neuron.test_neuron`. Nothing here needs the SDK;
what compiles does, and is not tried without it."""

import contextlib
import hashlib
import io
import tempfile
import tomllib
import unittest
from pathlib import Path

from lab.neuron import package, plan
from lab.neuron.__main__ import main

MANIFEST = """format = 1
name = "a \\"quoted\\" name"
source = "a test"
licence = "Apache-2.0"
task = "detect"
head = "yolox"
graph = "model.onnx"
[input]
name = "images"
type = "f32"
shape = [BATCH, 3, 64, 96]
layout = "nchw"
color = "bgr"
letterbox = "top-left"
pad = 114
scale = 0.003921569
[[output]]
name = "output"
type = "f32"
shape = [BATCH, 126, 7]
[classes]
names = ["bottle", "can"]
[thresholds]
score = 0.25
iou = 0.45
[golden]
input = "in.bin"
outputs = ["out.bin"]
output_steps = [1]
tolerance = 0.001
[files]
"in.bin" = "x"
"""


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.package = self.root / "cpu"
        self.package.mkdir()
        self.write(batch=-1)
        (self.package / "in.bin").write_bytes(b"picture")
        (self.package / "out.bin").write_bytes(b"values")

    def write(self, batch, more=""):
        (self.package / "model.toml").write_text(more + MANIFEST.replace("BATCH", str(batch)))

    def plan(self, *words):
        return plan.plan_of(plan.parser().parse_args(
            [str(self.package), "-o", str(self.root / "out"), *words]))

    def problem(self, *words):
        with self.assertRaises(plan.PlanError) as raised:
            self.plan(*words)
        return str(raised.exception)


class Arguments(Folder):
    def test_auto_cast_is_always_said(self):
        for precision, said in {
            "fp32": ["--auto-cast", "none"],
            "bf16": ["--auto-cast", "all", "--auto-cast-type", "bf16"],
            "fp16": ["--auto-cast", "all", "--auto-cast-type", "fp16"],
            "fp8_e4m3": ["--auto-cast", "all", "--auto-cast-type", "fp8_e4m3"],
        }.items():
            self.assertEqual(self.plan("--precision", precision).compiler_args,
                             ["--target", "inf2", "--optlevel", "2", *said])
        self.assertEqual(self.plan("--chip", "trn1", "--optlevel", "3").compiler_args[:4],
                         ["--target", "trn1", "--optlevel", "3"])

    def test_the_example_is_of_the_batch_and_of_pictures_or_floats(self):
        self.assertEqual(self.plan("--batch", "4").example_shape, (4, 64, 96, 3))
        self.assertEqual(self.plan("--pictures", "f32").example_shape, (1, 3, 64, 96))

    def test_a_fixed_batch_is_kept(self):
        self.write(batch=2)
        self.assertIn("fixed at 2", self.problem())
        self.assertEqual(self.plan("--batch", "2").batch, 2)
        self.assertEqual(self.plan("--batch", "4", "--module", "a.b:c").batch, 4)

    def test_mistakes_are_told(self):
        self.assertIn("1 to 256", self.problem("--batch", "0"))
        self.assertIn("1 to 256", self.problem("--batch", "257"))
        self.assertIn("PACKAGE.MODULE:FACTORY", self.problem("--module", "a.b"))
        self.write(batch=-1, more='target = "neuron"\n')
        self.assertIn("compiled already, for neuron", self.problem())
        (self.package / "model.toml").write_text("= =")
        self.assertIn("model.toml", self.problem())
        (self.package / "model.toml").unlink()
        self.assertIn("made by tally compile", self.problem())

    def test_what_exists_is_only_replaced_by_force(self):
        (self.root / "out").mkdir()
        self.assertIn("exists", self.problem())
        self.assertTrue(self.plan("--force").force)


class Missing(Folder):
    def test_names_exactly_what_is_not_here(self):
        here = {"torch", "onnx"}.__contains__
        self.assertEqual(list(plan.missing(self.plan(), here)),
                         ["torch_neuronx", "neuronx-cc", "onnx2torch"])
        self.assertEqual(list(plan.missing(self.plan("--module", "a:b"), here)),
                         ["torch_neuronx", "neuronx-cc"])
        self.assertEqual(plan.missing(self.plan(), lambda name: True), {})

    def test_the_program_says_so_and_ends_with_5(self):
        if not plan.missing(self.plan()):
            self.skipTest("the Neuron SDK is installed")
        words = [str(self.package), "-o", str(self.root / "out")]
        for more, status in ([], 5), (["--dry-run"], 0):
            told = io.StringIO()
            with contextlib.redirect_stderr(told):
                self.assertEqual(main(words + more), status)
            self.assertIn("missing: neuronx-cc: pip install", told.getvalue())
            self.assertIn("--auto-cast all --auto-cast-type bf16", told.getvalue())
        self.assertFalse((self.root / "out").exists())


class Package(Folder):
    def test_says_what_the_neff_has_fixed(self):
        made = package.manifest_for(self.plan("--batch", "4", "--precision", "fp16"), {"f": "d"})
        self.assertEqual((made["target"], made["precision"], made["graph"]),
                         ("neuron", "fp16", "model.neff"))
        self.assertEqual(made["input"], {
            "name": "input0", "type": "u8", "shape": [4, 64, 96, 3], "layout": "nhwc",
            "color": "rgb", "letterbox": "top-left", "pad": 114, "scale": 1})
        self.assertEqual(made["output"], [{"name": "output0", "type": "f32",
                                           "shape": [4, 126, 7]}])
        self.assertEqual(made["classes"]["names"], ["bottle", "can"])

    def test_of_floats_keeps_the_preparation(self):
        made = package.manifest_for(self.plan("--pictures", "f32"), {})["input"]
        self.assertEqual((made["type"], made["layout"], made["color"], made["scale"]),
                         ("f32", "nchw", "bgr", 0.003921569))
        self.assertEqual(made["shape"], [1, 3, 64, 96])

    def test_is_written_whole_with_the_hashes_of_its_files(self):
        neff = self.root / "graph.neff"
        neff.write_bytes(b"compiled")
        package.write_package(self.plan(), neff)
        out = self.root / "out"
        self.assertEqual(sorted(file.name for file in out.iterdir()),
                         ["in.bin", "model.neff", "model.toml", "out.bin"])
        read = tomllib.loads((out / "model.toml").read_text())
        self.assertEqual(read["name"], 'a "quoted" name')
        for name, digest in read["files"].items():
            self.assertEqual(digest, hashlib.sha256((out / name).read_bytes()).hexdigest())
        self.assertEqual(sorted(read["files"]), ["in.bin", "model.neff", "out.bin"])
        self.assertEqual(read, package.manifest_for(self.plan("--force"), read["files"]))
        neff.write_bytes(b"again")
        package.write_package(self.plan("--force"), neff)
        self.assertEqual((out / "model.neff").read_bytes(), b"again")
        self.assertEqual(sorted(file.name for file in self.root.iterdir()),
                         ["cpu", "graph.neff", "out"])


if __name__ == "__main__":
    unittest.main()
