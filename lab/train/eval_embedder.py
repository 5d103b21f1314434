"""`python -m lab.train eval-embedder`: products told apart by five photos each, as JSON.

  grocery    the 20 held-out products of the grocery photos, over ten random draws of five photos;
             "centre": the middle 75 % of each photo, "whole": all of it
  synthetic  crops of the held-out sessions among the products of their session: held in a hand, and
             on the shelf
"""

import json
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from . import crops, embed_eval


def add_arguments(parser):
    parser.add_argument("model", type=Path, help="the ONNX file")
    parser.add_argument("--grocery", type=Path, help="grocery photos")
    parser.add_argument("--stills", action="append", type=Path, default=[], help="with crops/")
    parser.add_argument("--all", action="store_true", help="all sessions, not the held-out ones")
    parser.add_argument("--out", type=Path, help="JSON file to write beside printing")


def embed_with(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def embed(pictures):
        batch = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)).astype(np.float32)
        return np.concatenate([session.run(None, {name: batch[i:i + 1]})[0]
                               for i in range(len(batch))])
    return embed


def main(arguments):
    cv2.setNumThreads(1)
    embed, results = embed_with(arguments.model), {}
    if arguments.grocery:
        results["grocery"] = {"centre": embed_eval.grocery(embed, arguments.grocery),
                              "whole": embed_eval.grocery(embed, arguments.grocery, whole=True)}
    for folder in arguments.stills:
        training, held = crops.read_synthetic(folder / "crops")
        products = training + held if arguments.all else held
        results.setdefault("synthetic", {})[folder.name] = {
            name: embed_eval.synthetic(embed, products, kind)
            for name, kind in (("held", "seen"), ("shelf", "shelf"))}
    text = json.dumps({"model": arguments.model.name, "results": results}, indent=1)
    print(text)
    if arguments.out:
        arguments.out.write_text(text + "\n")
