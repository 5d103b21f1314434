"""`python -m lab.train export-detector`: the ONNX file of a checkpoint, of any run."""

from pathlib import Path

from . import detector, export, labels, runs
from .yolox import YoloxNano


def add_arguments(parser):
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", required=True, type=Path)


def main(arguments):
    network = YoloxNano(len(labels.CLASSES))
    network.load_state_dict(runs.load(arguments.checkpoint)["average"])
    export.detector(network, arguments.out, detector.WIDTH, detector.HEIGHT)
    print(f"{arguments.out}: {arguments.out.stat().st_size} bytes")
