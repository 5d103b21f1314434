#!/usr/bin/env python3
"""Measures Ultralytics' `track` on a clip: a peer to compare with, never a part of tally.

Ultralytics is AGPL-3.0. It is installed into .deps/peers-venv (ignored by git) on the first run,
nothing of tally imports it, and nothing it makes is shipped.

What is timed: from one result to the last, after `--warm-frames` results, so that loading,
compiling and warming up are left out. Decoding, letterbox, inference, NMS and tracking are in.
The OpenVINO and ONNX files are made as Ultralytics' own exporter makes them by default: batch 1,
a fixed 640x640 input, fp32 weights. Prints one JSON object on stdout; messages go to stderr.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".deps" / "peers-venv"
MODELS = ROOT / ".deps" / "peers-models"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
DATA = ROOT.parent / "shared" / "data"

# Keeps Ultralytics from installing things, phoning home, and writing into the home folder.
QUIET = {
    "YOLO_AUTOINSTALL": "False",
    "YOLO_OFFLINE": "True",
    "YOLO_VERBOSE": "False",
    "YOLO_CONFIG_DIR": str(ROOT / ".deps" / "peers-config"),
}
COCO_NAMES = (
    "person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,"
    "stop sign,parking meter,bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,"
    "backpack,umbrella,handbag,tie,suitcase,frisbee,skis,snowboard,sports ball,kite,"
    "baseball bat,baseball glove,skateboard,surfboard,tennis racket,bottle,wine glass,cup,fork,"
    "knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,"
    "chair,couch,potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,keyboard,"
    "cell phone,microwave,oven,toaster,sink,refrigerator,book,clock,vase,scissors,teddy bear,"
    "hair drier,toothbrush"
).split(",")


def say(message):
    print(f"peers: {message}", file=sys.stderr, flush=True)


def enter_venv():
    """Goes on inside the pinned environment, which is made first where it is missing or old."""
    free_gib = shutil.disk_usage(ROOT).free / 2**30
    if not (VENV / "requirements.txt").exists():
        if free_gib < 15:
            sys.exit(f"peers: the environment takes 7 GiB; only {free_gib:.0f} GiB are free here")
        say(f"installing the pinned peers into {VENV} (7 GiB, once)")
    made = subprocess.run([ROOT / "tools" / "venv", "peers", REQUIREMENTS, "--no-deps"],
                          stdout=subprocess.PIPE, text=True)
    if made.returncode:
        sys.exit(made.returncode)
    python = made.stdout.strip()
    if Path(sys.prefix).resolve() != VENV.resolve():
        os.execve(python, [python, *sys.argv], {**os.environ, **QUIET})
    os.environ.update(QUIET)


def metadata(imgsz):
    return {
        "description": "a peer's input, converted from ONNX",
        "task": "detect",
        "stride": 32,
        "batch": 1,
        "imgsz": [imgsz, imgsz],
        "channels": 3,
        "names": dict(enumerate(COCO_NAMES)),
        "args": {"batch": 1, "dynamic": False, "half": False, "int8": False, "nms": False},
    }


def prepare(onnx_path, backend, imgsz):
    """Returns what Ultralytics loads: an OpenVINO folder, or an ONNX file with its metadata."""
    stem = f"{onnx_path.stem}_{onnx_path.stat().st_size}"
    MODELS.mkdir(parents=True, exist_ok=True)
    return (prepare_openvino if backend == "openvino" else prepare_onnx)(onnx_path, stem, imgsz)


def prepare_openvino(onnx_path, stem, imgsz):
    import openvino
    import yaml

    folder = MODELS / f"{stem}_openvino_model"
    if not (folder / "metadata.yaml").exists():
        say(f"converting {onnx_path.name} for OpenVINO")
        model = openvino.convert_model(str(onnx_path), input=[1, 3, imgsz, imgsz])
        model.set_rt_info("YOLO", ["model_info", "model_type"])
        openvino.save_model(model, str(folder / f"{stem}.xml"), compress_to_fp16=False)
        (folder / "metadata.yaml").write_text(yaml.safe_dump(metadata(imgsz)))
    return folder


def prepare_onnx(onnx_path, stem, imgsz):
    import onnx

    path = MODELS / f"{stem}.onnx"
    if not path.exists():
        say(f"writing {onnx_path.name} with Ultralytics' metadata")
        model = onnx.load(str(onnx_path))
        for value in [*model.graph.input, *model.graph.output]:
            value.type.tensor_type.shape.dim[0].dim_value = 1
        del model.metadata_props[:]
        for key, value in metadata(imgsz).items():
            model.metadata_props.add(key=key, value=str(value))
        onnx.save(model, str(path))
    return path


def track(weights, video, imgsz, tracker, warm_frames):
    """Runs `track` once over the clip. Frames before the clock starts are not counted."""
    from ultralytics import YOLO

    model = YOLO(str(weights), task="detect")
    results = model.track(
        str(video), stream=True, persist=True, imgsz=imgsz, tracker=f"{tracker}.yaml",
        device="cpu", verbose=False, save=False,
    )
    shapes, stages, ids, frames, began = set(), {}, set(), 0, None
    last = None
    for result in results:
        last = time.perf_counter()
        if began is None:
            watch_shapes(model.predictor, shapes)
            if (warm_frames := warm_frames - 1) <= 0:
                began = last
            continue
        frames += 1
        for stage, milliseconds in result.speed.items():
            stages[stage] = stages.get(stage, 0.0) + milliseconds
        if result.boxes.id is not None:
            ids.update(result.boxes.id.int().tolist())
    if not frames:
        sys.exit("peers: the clip has no more frames than --warm-frames; give a longer clip")
    seconds = last - began
    return {
        "frames": frames,
        "seconds": round(seconds, 3),
        "frames_per_second": round(frames / seconds, 3),
        "input_shapes": sorted(shapes),
        "stage_ms_mean": {name: round(total / frames, 2) for name, total in stages.items()},
        "track_ids": len(ids),
        "engine": engine_facts(model.predictor.model),
    }


def watch_shapes(predictor, shapes):
    if getattr(predictor.inference, "watched", False):
        return
    inference = predictor.inference

    def watched(image, *args, **kwargs):
        shapes.add(tuple(image.shape))
        return inference(image, *args, **kwargs)

    watched.watched = True
    predictor.inference = watched


def engine_facts(auto_backend):
    compiled = getattr(getattr(auto_backend, "backend", auto_backend), "ov_compiled_model", None)
    if compiled is None:
        return {}
    names = ("INFERENCE_NUM_THREADS", "INFERENCE_PRECISION_HINT", "NUM_STREAMS",
             "PERFORMANCE_HINT", "EXECUTION_DEVICES")
    return {name.lower(): str(compiled.get_property(name)) for name in names}


def versions():
    from importlib.metadata import version

    names = ("ultralytics", "torch", "torchvision", "openvino", "onnxruntime",
             "opencv-python-headless", "numpy", "lap")
    return {"python": sys.version.split()[0], **{name: version(name) for name in names}}


def threads():
    import cv2
    import torch

    return {"cores": len(os.sched_getaffinity(0)), "torch": torch.get_num_threads(),
            "opencv": cv2.getNumThreads()}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video", nargs="?", type=Path,
                        default=DATA / "videos" / "bottle-detection_take4_put4.mp4")
    parser.add_argument("--model", type=Path,
                        default=DATA / "models" / "yolov8n_640_fp32_dynbatch.onnx",
                        help="a YOLOv8 detector as ONNX with the 80 COCO classes")
    parser.add_argument("--backend", choices=("openvino", "onnx"), default="openvino")
    parser.add_argument("--imgsz", type=int, default=640)
    parser.add_argument("--tracker", choices=("bytetrack", "botsort"), default="bytetrack")
    parser.add_argument("--warm-frames", type=int, default=30,
                        help="results to wait for before the clock starts (default 30)")
    parser.add_argument("--install-only", action="store_true",
                        help="make the environment and the model files, then stop")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    for path in (arguments.video, arguments.model):
        if not path.is_file():
            sys.exit(f"peers: {path} is not there: name a file with VIDEO or --model")
    enter_venv()
    weights = prepare(arguments.model.resolve(), arguments.backend, arguments.imgsz)
    if arguments.install_only:
        return
    measured = track(weights, arguments.video, arguments.imgsz, arguments.tracker,
                     max(1, arguments.warm_frames))
    print(json.dumps({
        "peer": f"ultralytics track, {arguments.backend} backend, {arguments.tracker}",
        "video": arguments.video.name, **measured, "versions": versions(), "threads": threads(),
    }, indent=2))


if __name__ == "__main__":
    main()
