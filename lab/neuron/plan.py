"""What is to be compiled, how, and what this machine lacks for it. Standard library only."""

import argparse
import importlib.util
import shutil
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

PRECISIONS = ("fp32", "bf16", "fp16", "fp8_e4m3")  # As model.toml spells them.
CHIPS = ("inf2", "trn1", "trn2")
BATCH_MAX = 256

# What is imported or run, and how a person gets it.
SDK = "see AWS's setup guide, https://awsdocs-neuron.readthedocs-hosted.com, for its package index"
NEEDED = {
    "torch": "pip install torch",
    "torch_neuronx": f"pip install torch-neuronx ({SDK})",
    "neuronx-cc": f"pip install neuronx-cc ({SDK})",
    "onnx": "pip install onnx",
    "onnx2torch": "pip install onnx2torch, or give the network itself with --module",
}


class PlanError(Exception):
    """A mistake in what was asked for, in one line."""


@dataclass(frozen=True)
class Plan:
    package: Path       # The model's package for CPUs.
    output: Path
    precision: str
    batch: int
    chip: str
    optlevel: int
    pictures: str       # "u8": the chip prepares them; "f32": the host does.
    module: str | None  # "package.module:factory", in place of the package's graph.
    force: bool
    manifest: dict = field(repr=False)

    @property
    def compiler_args(self):
        """Auto-cast is always said: its default is documented two ways."""
        cast = (["--auto-cast", "none"] if self.precision == "fp32" else
                ["--auto-cast", "all", "--auto-cast-type", self.precision])
        return ["--target", self.chip, "--optlevel", str(self.optlevel), *cast]

    @property
    def size(self):
        """Height and width of the network's picture."""
        shape = self.manifest["input"]["shape"]
        return tuple(shape[2:4] if self.manifest["input"]["layout"] == "nchw" else shape[1:3])

    @property
    def example_shape(self):
        height, width = self.size
        if self.pictures == "u8" or self.manifest["input"]["layout"] == "nhwc":
            return (self.batch, height, width, 3)
        return (self.batch, 3, height, width)

    @property
    def needed(self):
        names = ["torch", "torch_neuronx", "neuronx-cc"]
        return names if self.module else [*names, "onnx", "onnx2torch"]


def parser():
    made = argparse.ArgumentParser(prog="python -m lab.neuron", description=(
        "Compiles a model package for CPUs into one for AWS Neuron (Inferentia2, Trainium). It "
        "needs no chip, and says nothing about speed: tally bench does, on the chip."))
    made.add_argument("package", type=Path, help="a folder made by tally compile")
    made.add_argument("-o", "--output", type=Path, required=True, help="the new package's folder")
    made.add_argument("--precision", choices=PRECISIONS, default="bf16",
                      help="everything is cast to it; fp32: nothing is (default: bf16)")
    made.add_argument("--batch", type=int, default=1, metavar="N",
                      help="pictures in one execution; tally splits and pads any number of them "
                           "to it (default: 1)")
    made.add_argument("--chip", choices=CHIPS, default="inf2")
    made.add_argument("--optlevel", type=int, choices=(1, 2, 3), default=2)
    made.add_argument("--pictures", choices=("u8", "f32"), default="u8",
                      help="u8: colours, scale and layout are prepared on the chip, a quarter of "
                           "the bytes go there; f32: the host prepares them")
    made.add_argument("--module", metavar="PACKAGE.MODULE:FACTORY",
                      help="a function that gives the torch.nn.Module with its weights; default: "
                           "the package's ONNX graph by onnx2torch")
    made.add_argument("--force", action="store_true", help="replace the output folder")
    made.add_argument("--dry-run", action="store_true",
                      help="say what would be done and what is missing, and do nothing")
    return made


def plan_of(arguments):
    """The plan for parsed arguments. Raises PlanError."""
    manifest_file = arguments.package / "model.toml"
    try:
        manifest = tomllib.loads(manifest_file.read_text())
    except OSError as error:
        raise PlanError(f"{manifest_file}: {error.strerror}; give a folder made by tally compile")
    except tomllib.TOMLDecodeError as error:
        raise PlanError(f"{manifest_file}: {error}")
    if manifest.get("target", "cpu") != "cpu":
        raise PlanError(f"{arguments.package}: was compiled already, for {manifest['target']}; "
                        "give the package for CPUs it was made from")
    if not 1 <= arguments.batch <= BATCH_MAX:
        raise PlanError(f"--batch {arguments.batch}: must be 1 to {BATCH_MAX}")
    graph_batch = manifest["input"]["shape"][0]
    if not arguments.module and graph_batch not in (-1, arguments.batch):
        raise PlanError(f"{arguments.package}: the graph's batch is fixed at {graph_batch}; ask "
                        f"for --batch {graph_batch}, export it with a dynamic batch, or give "
                        "--module")
    if not arguments.module and not manifest["graph"].endswith(".onnx"):
        raise PlanError(f"{arguments.package}: {manifest['graph']} is no ONNX graph; give --module")
    if arguments.module and arguments.module.count(":") != 1:
        raise PlanError(f"--module {arguments.module}: must be PACKAGE.MODULE:FACTORY")
    if arguments.output.exists() and not arguments.force:
        raise PlanError(f"{arguments.output}: exists; give another folder, or --force")
    return Plan(package=arguments.package, output=arguments.output,
                precision=arguments.precision, batch=arguments.batch, chip=arguments.chip,
                optlevel=arguments.optlevel, pictures=arguments.pictures,
                module=arguments.module, force=arguments.force, manifest=manifest)


def is_here(name):
    """Whether something in NEEDED can be imported or run."""
    if name == "neuronx-cc":
        return shutil.which(name) is not None
    return importlib.util.find_spec(name) is not None


def missing(plan, here=is_here):
    """What the plan needs and this machine lacks, each with how to get it."""
    return {name: NEEDED[name] for name in plan.needed if not here(name)}


def in_words(plan):
    """What will be done, a line for each thing."""
    kind = "u8 pictures, prepared on the chip" if plan.pictures == "u8" else \
        "f32, prepared on the host"
    return [f"{plan.package} -> {plan.output}",
            f"network: {plan.module or plan.package / plan.manifest['graph']}",
            f"input: {list(plan.example_shape)} {kind}",
            f"neuronx-cc {' '.join(plan.compiler_args)}"]
