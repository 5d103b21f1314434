"""`python -m lab.train export-detector`: the ONNX file of a checkpoint, of any run."""

from pathlib import Path

from . import detector, labels, runs
from .yolox import YoloxNano


def add_arguments(parser):
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", required=True, type=Path)


def main(arguments):
    state = runs.load(arguments.checkpoint)
    network = YoloxNano(len(labels.CLASSES))
    network.load_state_dict(state["average"])
    detector.finish(network, state, arguments.out)
