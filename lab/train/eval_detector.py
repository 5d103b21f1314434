"""`python -m lab.train eval-detector`: AP50 of an exported detector on held-out pictures, as JSON.

Synthetic pictures count all classes; those of =item sources count items, held or not.
The held-out side is the one that training leaves out: by session, or by groups of near-duplicates.
"""

import json
from pathlib import Path

import cv2

from . import cache, closeups, detector, detector_eval, labels


def add_arguments(parser):
    parser.add_argument("model", type=Path, help="the ONNX file")
    parser.add_argument("--data", action="append", required=True, metavar="DIR[=item]")
    parser.add_argument("--cache", required=True, type=Path, help="folder for decoded pictures")
    parser.add_argument("--held-out", type=float, default=0.05, help="as it was in training")
    parser.add_argument("--close", action="store_true", help="on close-ups of hands")
    parser.add_argument("--all", action="store_true", help="all pictures, not the held-out ones")
    parser.add_argument("--out", type=Path, help="JSON file to write beside printing")


def main(arguments):
    cv2.setNumThreads(1)
    predict, width, height = detector_eval.onnx_predictor(arguments.model)
    results = {}
    for text in arguments.data:
        source = labels.parse_source(text)
        pictures = labels.read_source(source)
        if not arguments.all:
            share = detector.OPEN_HELD_OUT if source.open else arguments.held_out
            pictures = labels.split(pictures, share)[1]
        kept = closeups.closeups if arguments.close else cache.cached
        found = detector_eval.evaluate(predict, kept(pictures, arguments.cache), width, height,
                                       detector_eval.ITEMS_ALONE if source.open else None,
                                       plain=detector.plain_of(arguments))
        results[Path(text.split("=")[0]).name] = {"open": source.open, **found}
    text = json.dumps({"model": arguments.model.name, "results": results}, indent=1)
    print(text)
    if arguments.out:
        arguments.out.write_text(text + "\n")
