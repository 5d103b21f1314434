"""What both trainings share: schedule by progress, moving average of weights, checkpoints, batches
made in a thread of their own."""

import copy
import json
import math
import os
import queue
import threading
import time
from pathlib import Path

import torch

WARMUP_SHARE = 0.03
FINAL_RATE = 0.02
QUEUE_DEPTH = 4


class Progress:
    """How far a run is, from 0 to 1: by steps or by minutes of training, whichever is further."""

    def __init__(self, steps, minutes):
        self.steps, self.seconds = steps, minutes * 60
        self.step, self.spent = 0, 0.0
        self._since = None

    def begin(self):
        self._since = time.monotonic()

    def pause(self):
        self.spent, self._since = self.elapsed(), None

    def elapsed(self):
        return self.spent + (time.monotonic() - self._since if self._since is not None else 0)

    def value(self):
        by_steps = self.step / self.steps if self.steps else 0.0
        by_time = self.elapsed() / self.seconds if self.seconds else 0.0
        return min(1.0, max(by_steps, by_time))

    def state(self):
        return {"step": self.step, "spent": self.elapsed()}

    def restore(self, state):
        self.step, self.spent = state["step"], state["spent"]


def rate(progress):
    """Share of the full learning rate: a short rise, then half a cosine down."""
    if progress < WARMUP_SHARE:
        return max(0.02, progress / WARMUP_SHARE)
    falling = (progress - WARMUP_SHARE) / (1 - WARMUP_SHARE)
    return FINAL_RATE + (1 - FINAL_RATE) * 0.5 * (1 + math.cos(math.pi * falling))


class MovingAverage:
    """A network whose weights are the moving average of another's: what is evaluated."""

    def __init__(self, network, decay=0.998):
        self.network = copy.deepcopy(network).eval()
        self.decay, self.updates = decay, 0
        for parameter in self.network.parameters():
            parameter.requires_grad_(False)

    @torch.no_grad()
    def update(self, network):
        self.updates += 1
        decay = min(self.decay, self.updates / (self.updates + 20))
        theirs = network.state_dict()
        for name, mine in self.network.state_dict().items():
            if mine.is_floating_point():
                mine.lerp_(theirs[name], 1 - decay)
            else:
                mine.copy_(theirs[name])


def save(path, state):
    """The file appears whole or not at all."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    torch.save(state, partial)
    os.replace(partial, path)


def load(path):
    return torch.load(path, map_location="cpu", weights_only=True)


def earlier_facts(path, unit):
    """Facts of the run that one goes on from, with `unit`, "epochs" or "steps", and "minutes" in
    all: of a checkpoint, or by the record beside an exported graph. None: none are known."""
    if path.suffix == ".onnx":
        record = path.with_suffix(".training.json")
        return json.loads(record.read_text()) if record.exists() else None
    state = load(path)
    if "facts" not in state:  # Published weights.
        return None
    facts, progress = json.loads(state["facts"]), state["progress"]
    done = state["epoch"] if unit == "epochs" else progress["step"]
    return {**facts, unit: facts.get(f"{unit}_before", 0) + done,
            "minutes": facts.get("minutes_before", 0) + progress["spent"] / 60}


def tell_before(facts, init, unit, counted, words):
    """Adds what the card says of the run that this one goes on from: where it began, how long it
    took, and, in `words`, what it learnt from where `counted` is of another number there."""
    facts.update({f"{unit}_before": 0, "minutes_before": 0.0, "learnt_before": ""})
    before = earlier_facts(init, unit) if init else None
    if not before:
        return
    facts["init"], facts[f"{unit}_before"] = before["init"], before[unit]
    facts["minutes_before"] = round(before["minutes"], 1)
    facts["learnt_before"] = before.get("learnt_before", "")
    if before.get(counted, facts[counted]) != facts[counted]:
        facts["learnt_before"] = f"; before, from {words.format(**before)}" + facts["learnt_before"]


def parameter_groups(network, fast, decay):
    """Weight decay for what multiplies only; fast(name) has the full rate, the rest half of it."""
    groups = {}
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        key = (parameter.ndim > 1, fast(name))
        groups.setdefault(key, []).append(parameter)
    return [{"params": parameters, "weight_decay": decay if weighs else 0.0,
             "share": 1.0 if quick else 0.5}
            for (weighs, quick), parameters in groups.items()]


def set_rate(optimizer, full, progress):
    for group in optimizer.param_groups:
        group["lr"] = full * group["share"] * rate(progress)


class Batches:
    """Calls make(i) for 0, 1, 2, … in a thread and hands the results out in that order."""

    def __init__(self, make, count):
        self._queue = queue.Queue(QUEUE_DEPTH)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, args=(make, count), daemon=True)
        self._thread.start()

    def _put(self, entry):
        while not self._stop.is_set():
            try:
                return self._queue.put(entry, timeout=0.2)
            except queue.Full:
                continue

    def _work(self, make, count):
        try:
            for i in range(count):
                if self._stop.is_set():
                    return
                self._put((make(i), None))
            self._put((None, None))
        except Exception as error:  # Handed to whoever waits for the batch.
            self._put((None, error))

    def __iter__(self):
        while True:
            batch, error = self._queue.get()
            if error is not None:
                raise error
            if batch is None:
                return
            yield batch

    def close(self):
        self._stop.set()
        self._thread.join()
