"""`python -m lab.train detector`: trains YOLOX-Nano with this project's classes and exports it.

A run is a folder of checkpoints; started again with the same folder it goes on after the last whole
epoch. Each epoch prints the loss, pictures a second, and AP50 of each class on the held-out groups.
"""

import argparse
import json
import time
from pathlib import Path

import cv2
import numpy as np
import torch

from . import (cache, closeups, detector_augment, detector_eval, detector_loss, export, labels,
               runs, weights)
from .yolox import YoloxNano, grid_of

SIZE = "576x320"
SMALL_UNTIL = 0.25  # Of the run: the first quarter is at three quarters of the size.
STRIDE = 32
GENTLE_FROM = 0.85  # The last part without mosaic, as YOLOX does.
CALIBRATION_BATCHES = 16
OPEN_HELD_OUT = 0.2
WHOLE_EVERY = 4  # With windows: each such step has whole pictures, WHOLE_SHARE of a batch of them.
WHOLE_SHARE = 0.375
RATE, DECAY = 1e-3, 1e-2
GRADIENT_MAX = 20.0


def say(text):
    print(text, flush=True)


def add_arguments(parser):
    parser.add_argument("--data", action="append", required=True, metavar="DIR[=item]",
                        help="folder with images/ and labels/; =item: every box is an item")
    parser.add_argument("--out", required=True, type=Path, help="the ONNX file to write")
    parser.add_argument("--run", required=True, type=Path, help="folder for checkpoints")
    parser.add_argument("--cache", type=Path,
                        help="folder for decoded pictures; default: cache in that of --run")
    parser.add_argument("--init", type=Path,
                        help="YOLOX-Nano's published ONNX, or another run's checkpoint")
    parser.add_argument("--size", type=size_of, default=size_of(SIZE), metavar="WxH")
    parser.add_argument("--window", type=size_of, metavar="WxH",
                        help="learn mostly from windows of this size, around hands")
    parser.add_argument("--close", action="store_true",
                        help="learn from close-ups of hands (closeups.py); --size must be square")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=0, help="at most so long; 0: no limit")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--held-out", type=float, default=0.05,
                        help="share of synthetic sessions for AP50; of =item sources a fifth")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pictures", type=int, default=0, help="at most so many; 0: all")


def size_of(text):
    """Width and height, multiples of 32, of "576x320"."""
    width, _, height = text.partition("x")
    size = int(width), int(height)
    if min(size) < STRIDE or any(side % STRIDE for side in size):
        raise argparse.ArgumentTypeError(f"{text}: sides must be multiples of {STRIDE}")
    return size


def smaller(size):
    return tuple(max(1, round(0.75 * side / STRIDE)) * STRIDE for side in size)


def read(arguments):
    """Cached pictures of all sources: to learn from; held out with all classes; held out, open."""
    training, held, held_open = [], [], []
    for text in arguments.data:
        source = labels.parse_source(text)
        share = OPEN_HELD_OUT if source.open else arguments.held_out
        ours, theirs = labels.split(labels.read_source(source), share)
        say(f"{text}: {len(ours)} pictures to learn from, {len(theirs)} held out")
        training += ours
        (held_open if source.open else held).extend(theirs)
    if arguments.pictures:
        chosen = np.random.default_rng(arguments.seed).permutation(len(training))
        training = [training[i] for i in sorted(chosen[:arguments.pictures])]
    folder = arguments.cache or arguments.run / "cache"
    if arguments.close:
        return [closeups.closeups(pictures, folder, say)
                for pictures in (training, held, held_open)]
    return [cache.cached(pictures, folder, say) for pictures in (training, held, held_open)]


def tensor(pictures):
    """[B,H,W,3] bytes to a float tensor [B,3,H,W]; channels stay last in memory."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float()


def new_network(arguments, training):
    network = YoloxNano(len(labels.CLASSES)).to(memory_format=torch.channels_last)
    if not arguments.init:
        return network
    if arguments.init.suffix == ".pt":
        network.load_state_dict(runs.load(arguments.init)["average"])
        return network

    def is_class_head(name):
        return name.startswith("heads.") and name.endswith(".classes")

    filled = weights.load_folded(network, arguments.init, torch.zeros(1, 3, *arguments.size[::-1]),
                                 other=is_class_head)
    random = np.random.default_rng(arguments.seed)
    batches = []
    for _ in range(CALIBRATION_BATCHES):
        chosen = random.integers(0, len(training.boxes), arguments.batch)
        batches.append(tensor(np.stack([
            closeups.training_closeup(random, training, i, arguments.size[0])[0]
            if arguments.close else
            detector_augment.training_picture(random, training, i, *arguments.size)[0]
            for i in chosen])))
    weights.unfold(network, batches)
    say(f"{arguments.init.name}: {filled} convolutions taken over")
    return network


class Run:
    def __init__(self, arguments):
        self.arguments = arguments
        self.training, self.held, self.held_open = read(arguments)
        self.steps = max(1, len(self.training.boxes) // arguments.batch)
        self.progress = runs.Progress(self.steps * arguments.epochs, arguments.minutes)
        self.epoch, self.history = 0, []
        self.facts = self.new_facts()
        self.checkpoint = arguments.run / "checkpoint.pt"
        resumed = self.checkpoint.exists()
        self.network = (YoloxNano(len(labels.CLASSES)).to(memory_format=torch.channels_last)
                        if resumed else new_network(arguments, self.training))
        self.average = runs.MovingAverage(self.network)
        self.optimizer = torch.optim.AdamW(runs.parameter_groups(
            self.network, lambda name: name.startswith("heads."), DECAY), lr=arguments.rate)
        if resumed:
            self.restore()
        self.grids = {size: grid_of(size[1], size[0])
                      for size in (arguments.size, smaller(arguments.size), arguments.window)
                      if size}

    def restore(self):
        state = runs.load(self.checkpoint)
        self.network.load_state_dict(state["network"])
        self.average.network.load_state_dict(state["average"])
        self.average.updates = state["updates"]
        self.optimizer.load_state_dict(state["optimizer"])
        self.progress.restore(state["progress"])
        self.epoch, self.history = state["epoch"], json.loads(state["history"])
        self.facts = {"learnt_before": "", **json.loads(state["facts"])}
        say(f"goes on after epoch {self.epoch}")

    def new_facts(self):
        """What the run learns from; of an earlier run that it goes on from, how long that took."""
        arguments = self.arguments
        facts = {"data": [Path(text.split("=")[0]).name for text in arguments.data],
                "pictures": len(self.training.boxes),
                "open_pictures": int(self.training.open.sum()),
                "held_out_pictures": len(self.held.boxes),
                "held_out_open_pictures": len(self.held_open.boxes),
                "init": arguments.init.name if arguments.init else None,
                "batch": arguments.batch, "size": arguments.size,
                "window": arguments.window, "close": arguments.close}
        runs.tell_before(facts, arguments.init, "epochs", "pictures", "{pictures:,}")
        return facts

    def state(self):
        return {
            "network": self.network.state_dict(), "average": self.average.network.state_dict(),
            "updates": self.average.updates, "optimizer": self.optimizer.state_dict(),
            "progress": self.progress.state(), "epoch": self.epoch,
            "history": json.dumps(self.history), "facts": json.dumps(self.facts)}

    def size(self):
        small = self.progress.value() < SMALL_UNTIL
        return smaller(self.arguments.size) if small else self.arguments.size

    def maker(self):
        """Batches of this epoch. Each picture's randomness comes from seed, epoch and number."""
        arguments = self.arguments
        order = np.random.default_rng([arguments.seed, self.epoch]).permutation(
            len(self.training.boxes))

        def make(step):
            random = np.random.default_rng([arguments.seed, self.epoch, step])
            chosen = order[step * arguments.batch:(step + 1) * arguments.batch]
            made, size = self.windows(random, chosen, step)
            return (np.stack([p for p, _, _ in made]), [torch.from_numpy(b) for _, b, _ in made],
                    [o for _, _, o in made], size)
        return make

    def windows(self, random, chosen, step):
        """The pictures of a step, and their size: windows of them where that was asked for."""
        window, training = self.arguments.window, self.training
        if self.arguments.close:
            size = self.size()
            return [closeups.training_closeup(random, training, int(i), size[0])
                    for i in chosen], size
        if window and step % WHOLE_EVERY:
            return [detector_augment.training_window(random, training, int(i), self.arguments.size,
                                                     window) for i in chosen], window
        if window:
            chosen = chosen[:max(1, int(WHOLE_SHARE * len(chosen)))]
        size = self.arguments.size if window else self.size()
        mosaic = self.progress.value() < GENTLE_FROM
        return [detector_augment.training_picture(random, training, int(i), *size, mosaic)
                for i in chosen], size

    def step(self, batch):
        pictures, targets, opens, size = batch
        runs.set_rate(self.optimizer, self.arguments.rate, self.progress.value())
        total, parts = detector_loss.loss(self.network.logits(tensor(pictures)), targets, opens,
                                          *self.grids[size])
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), GRADIENT_MAX)
        self.optimizer.step()
        self.average.update(self.network)
        self.progress.step += 1
        return parts

    def one_epoch(self):
        self.network.train()
        sums, began = {}, time.monotonic()
        self.progress.begin()
        batches = runs.Batches(self.maker(), self.steps)
        done = 0
        for batch in batches:
            for name, value in self.step(batch).items():
                sums[name] = sums.get(name, 0) + value
            done += 1
            if done % 50 == 0:
                speed = done * self.arguments.batch / (time.monotonic() - began)
                say(f"  {done}/{self.steps} iou {sums['iou'] / done:.3f} objectness "
                    f"{sums['objectness'] / done:.3f} class {sums['class'] / done:.3f} "
                    f"{speed:.1f} pictures/s, {100 * self.progress.value():.0f} %")
            if self.progress.value() >= 1:
                break
        batches.close()
        self.progress.pause()
        entry = {name: round(value / done, 4) for name, value in sums.items()}
        entry["pictures_per_second"] = round(
            done * self.arguments.batch / (time.monotonic() - began), 2)
        return entry

    def train(self):
        while self.epoch < self.arguments.epochs and self.progress.value() < 1:
            entry = self.one_epoch()
            self.epoch += 1
            entry["epoch"] = self.epoch
            predict = detector_eval.network_predictor(self.average.network)
            if self.held.boxes:
                entry["held_out"] = detector_eval.evaluate(
                    predict, self.held, *self.arguments.size, plain=plain_of(self.arguments))
            if self.held_open.boxes:
                entry["held_out_open"] = detector_eval.evaluate(
                    predict, self.held_open, *self.arguments.size, detector_eval.ITEMS_ALONE)
            self.history.append(entry)
            runs.save(self.checkpoint, self.state())
            say(json.dumps(entry))


def plain_of(arguments):
    """How a picture looks when tally looks at it."""
    return closeups.plain_closeup if arguments.close else detector_augment.plain_picture


def main(arguments):
    torch.set_num_threads(arguments.threads)
    cv2.setNumThreads(1)
    torch.manual_seed(arguments.seed)
    run = Run(arguments)
    run.train()
    finish(run.average.network, run.state(), arguments.out)


def finish(network, state, path):
    """The ONNX file, and beside it what is known of the training, for the model card."""
    facts = json.loads(state["facts"])
    export.detector(network, path, *facts.get("size", size_of(SIZE)))
    minutes = state["progress"]["spent"] / 60 + facts.get("minutes_before", 0)
    record = {"task": "detect", **facts, "epochs": state["epoch"] + facts.get("epochs_before", 0),
              "minutes": round(minutes, 1),
              "file_bytes": path.stat().st_size, "history": json.loads(state["history"])}
    path.with_suffix(".training.json").write_text(json.dumps(record, indent=1) + "\n")
    say(f"{path}: {record['file_bytes']} bytes")
