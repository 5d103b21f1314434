#!/usr/bin/env python3
"""Many clips through one process: memory, descriptors and children must not grow.

    tests/many_clips.py [--clips 150] [--tally build/release/tally] [--data ../shared/data]

Feeds short clips, every tenth of them broken, one by one to `tally process --stdin-list`, and after
each answer reads the process's resident size, open descriptors and children, of which the nursery
of its decoders is one. After the first 50 clips (a third of them, where there are fewer) none may
grow: the median resident size of the last fifth may exceed that of the first fifth after warm-up by
2 % at most. Without the data it says so and ends with 0.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
GROWTH_MAX = 0.02
WARM_UP = 50


def make_clips(work, data):
    work.mkdir(parents=True, exist_ok=True)
    # Four seconds in which a bottle is taken: items, states and events come and go with each clip.
    act = work / "act.mp4"
    if not act.exists():
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-ss", "4.4", "-t", "4", "-i",
                        str(data / "videos/bottle-detection_take4_put4.mp4"), "-an", "-vf",
                        "fps=10,scale=320:180", str(act)], check=True, stdin=subprocess.DEVNULL)
    clips = [act]
    for number, size in enumerate(("320x180", "640x360", "180x320")):
        clip = work / f"{size}.mp4"
        if not clip.exists():
            subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i",
                            f"testsrc=size={size}:rate=15:duration={1 + 0.2 * number}", "-pix_fmt",
                            "yuv420p", str(clip)], check=True, stdin=subprocess.DEVNULL)
        clips.append(clip)
    broken = work / "broken.mp4"
    broken.write_bytes(clips[1].read_bytes()[:3000])
    return clips, broken


def resident_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("no VmRSS")


def children(pid):
    tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return sum(len((task / "children").read_text().split()) for task in tasks)


def measure(process, clips, broken, count):
    samples = []
    failed = 0
    for number in range(count):
        clip = broken if number % 10 == 9 else clips[number % len(clips)]
        process.stdin.write(f"{clip}\n")
        process.stdin.flush()
        reply = json.loads(process.stdout.readline())
        failed += "error" in reply
        if clip.name == "act.mp4" and not reply["cart"]["events"]:
            sys.exit("the clip in which a bottle is taken has no event")
        if ("error" in reply) != (clip == broken):
            sys.exit(f"unexpected answer for {clip}: {reply}")
        samples.append((resident_kib(process.pid), len(os.listdir(f"/proc/{process.pid}/fd")),
                        children(process.pid)))
    return samples, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tally", type=pathlib.Path, default=ROOT / "build/release/tally")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT.parent / "shared/data")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build/many_clips")
    parser.add_argument("--clips", type=int, default=150)
    args = parser.parse_args()
    onnx = args.data / "models/yolox_nano_416_fp32.onnx"
    if not onnx.exists():
        print(f"SKIPPED: needs {onnx}")
        return 0
    clips, broken = make_clips(args.work, args.data)
    package = args.work / "model"
    if not package.exists():
        subprocess.run([str(args.tally), "compile", str(onnx), "-o", str(package),
                        "--names", "coco80"], check=True, stdout=subprocess.DEVNULL)
    process = subprocess.Popen([str(args.tally), "process", "--stdin-list",
                                "--model", str(package)],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
    samples, failed = measure(process, clips, broken, args.clips)
    process.stdin.close()
    if process.wait() != (1 if failed else 0):
        sys.exit(f"exit code {process.returncode} after {failed} broken clips")
    steady = samples[min(WARM_UP, args.clips // 3):]
    fifth = max(1, len(steady) // 5)
    early = statistics.median(size for size, _, _ in steady[:fifth])
    late = statistics.median(size for size, _, _ in steady[-fifth:])
    descriptors = {count for _, count, _ in steady}
    left = max(count for _, _, count in steady) - 1  # But the nursery.
    print(f"{args.clips} clips, {failed} of them broken: resident {early / 1024:.1f} MiB early, "
          f"{late / 1024:.1f} MiB late ({late / early - 1:+.2%}), peak "
          f"{max(size for size, _, _ in samples) / 1024:.1f} MiB; "
          f"{max(descriptors)} descriptors throughout, {left} children left")
    grown = late > early * (1 + GROWTH_MAX) or len(descriptors) != 1 or left
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
