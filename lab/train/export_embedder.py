"""`python -m lab.train export-embedder`: the ONNX file of a checkpoint, of any run."""

from pathlib import Path

from . import embedder, runs
from .embed_net import Embedder


def add_arguments(parser):
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", required=True, type=Path)


def main(arguments):
    state = runs.load(arguments.checkpoint)
    network = Embedder()
    network.load_state_dict(state["average"])
    embedder.finish(network, state, arguments.out)
