"""`python -m lab.train embedder`: trains the crop embedder and exports it.

Loss: supervised contrastive (arXiv 2004.11362) over batches of P products with K crops each. Half
of the batches have all their products from one session, which is what the embedder must do: tell
the products of one cabinet apart, variants of one brand among them. At least one of a synthetic
product's crops is an enrolment photo, so that photos and held items are pulled together.
"""

import json
import time
from pathlib import Path

import cv2
import numpy as np
import torch

from . import crops, embed_augment, embed_eval, export, runs, weights
from .embed_net import DIMENSIONS, Embedder, load_any, multiply_adds

PRODUCTS, CROPS = 16, 4  # Of a batch.
TEMPERATURE = 0.1
ROUND_STEPS = 500  # Between evaluations and checkpoints.
REAL_SHARE = 0.35  # Of the batches: from data sets of photos.
MIXED_SHARE = 0.5  # Of the synthetic batches: products of many sessions.
RATE, DECAY = 1.5e-3, 1e-2
HEAD_FAST = ("local.", "embed.")
GRADIENT_MAX = 5.0
OTHERS = 24  # Crops that backgrounds are made from, for each batch.
WHOLE_SHARE_MIN = 0.6  # Whole photos are cropped to this share or more.
UNFOLD_BATCHES = 16


def say(text):
    print(text, flush=True)


def add_arguments(parser):
    parser.add_argument("--crops", action="append", required=True, metavar="DIR",
                        help="lab.synth's stills, grocery photos, or pictures with SKU boxes")
    parser.add_argument("--out", required=True, type=Path, help="the ONNX file to write")
    parser.add_argument("--run", required=True, type=Path, help="folder for checkpoints")
    parser.add_argument("--init", type=Path,
                        help="EfficientNet-Lite0's published .pth, an exported .onnx, or another "
                        "run's checkpoint")
    parser.add_argument("--frozen", type=int, default=0, help="blocks that stay as they are")
    parser.add_argument("--grocery", type=Path, help="grocery photos to evaluate on each round")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--minutes", type=float, default=0, help="at most so long; 0: no limit")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--real-share", type=float, default=REAL_SHARE,
                        help="of the batches: from data sets of photos")
    parser.add_argument("--mixed-share", type=float, default=MIXED_SHARE,
                        help="of the synthetic batches: products of many sessions, not of one")
    parser.add_argument("--seed", type=int, default=1)


class Pool:
    """Products by group, and their crops in memory once they were read."""

    def __init__(self, products, real_share=REAL_SHARE, mixed_share=MIXED_SHARE):
        self.real_share, self.mixed_share = real_share, mixed_share
        self.groups = {}
        for product in products:
            if len(product.enrol) + len(product.seen) + len(product.shelf) >= 2:
                self.groups.setdefault(product.group, []).append(product)
        self.synthetic = [name for name, found in self.groups.items()
                          if any(product.enrol for product in found)]
        self.real = [name for name in self.groups if name not in self.synthetic]
        self._read = {}

    def picture(self, crop):
        if crop not in self._read:
            side = crops.STORED_SIDE_MAX * (2 if crop.box is None and "Packages" in crop.path.parts
                                            else 1)
            self._read[crop] = crops.read(crop, side)
        return self._read[crop]

    def products(self, random):
        """The products of a batch: a data set's or a session's, or of many sessions."""
        if not self.synthetic or (self.real and random.random() < self.real_share):
            weights = np.array([len(self.groups[name]) for name in self.real], float)
            name = self.real[int(random.choice(len(self.real), p=weights / weights.sum()))]
            found = list(self.groups[name])
        elif random.random() < self.mixed_share:
            chosen = random.choice(len(self.synthetic), PRODUCTS, replace=len(
                self.synthetic) < PRODUCTS)
            found = [self.groups[self.synthetic[i]][int(random.integers(
                len(self.groups[self.synthetic[i]])))] for i in chosen]
            found = list({product.name: product for product in found}.values())
        else:
            found = list(self.groups[self.synthetic[int(random.integers(len(self.synthetic)))]])
        order = random.permutation(len(found))[:PRODUCTS]
        found = [found[i] for i in order]
        if len(found) < PRODUCTS:  # A small group is filled up with strangers.
            names = {product.name for product in found}
            strangers = [p for group in self.groups.values() for p in group if p.name not in names]
            more = random.permutation(len(strangers))[:PRODUCTS - len(found)]
            found += [strangers[i] for i in more]
        return found

    def crops_of(self, random, product):
        """K crops: one enrolment photo where there are any, held ones before those of shelves."""
        chosen = []
        if product.enrol:
            chosen.append(product.enrol[int(random.integers(len(product.enrol)))])
        while len(chosen) < CROPS:
            kinds = [(kind, weight) for kind, weight in
                     ((product.seen, 0.6), (product.shelf, 0.15), (product.enrol, 0.25)) if kind]
            weights = np.array([weight for _, weight in kinds])
            kind = kinds[int(random.choice(len(kinds), p=weights / weights.sum()))][0]
            chosen.append(kind[int(random.integers(len(kind)))])
        return chosen


def trimmed(random, crop, picture):
    """Whole photos of held products: some middle of them, as an enrolment photo or a box would."""
    if crop.box is not None or "Packages" not in crop.path.parts:
        return picture
    height, width = picture.shape[:2]
    share = random.uniform(WHOLE_SHARE_MIN, 1.0, 2)
    w, h = int(width * share[0]), int(height * share[1])
    x = int(((width - w) / 2) * (1 + random.uniform(-0.5, 0.5)))
    y = int(((height - h) / 2) * (1 + random.uniform(-0.5, 0.5)))
    return picture[y:y + h, x:x + w]


def make_batch(pool, seed, step):
    random = np.random.default_rng([seed, step])
    chosen, labels = [], []
    for label, product in enumerate(pool.products(random)):
        for crop in pool.crops_of(random, product):
            chosen.append(trimmed(random, crop, pool.picture(crop)))
            labels.append(label)
    others = [chosen[int(i)] for i in random.integers(0, len(chosen), OTHERS)]
    made = [embed_augment.training_crop(random, picture, others) for picture in chosen]
    return np.stack(made), torch.tensor(labels)


def contrastive(vectors, labels, temperature=TEMPERATURE):
    """For each crop: the mean over crops of its product of -log softmax over all other crops."""
    similar = vectors @ vectors.T / temperature
    itself = torch.eye(len(labels), dtype=torch.bool)
    logs = similar.masked_fill(itself, -1e9).log_softmax(1)
    same = (labels[:, None] == labels[None]) & ~itself
    return -(logs * same).sum(1).div(same.sum(1).clamp(min=1)).mean()


def tensor(pictures):
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float()


def embed_with(network):
    """bytes [B,96,96,3] -> [B,128], of a PyTorch network."""
    def embed(pictures):
        with torch.inference_mode():
            return network(tensor(pictures)).numpy()
    return embed


class Run:
    def __init__(self, arguments):
        self.arguments = arguments
        products, self.held = [], []
        for folder in arguments.crops:
            ours, theirs = crops.read_any(folder)
            say(f"{folder}: {len(ours)} products to learn from, {len(theirs)} held out")
            products += ours
            self.held += [product for product in theirs if product.enrol]
        self.pool = Pool(products, arguments.real_share, arguments.mixed_share)
        self.progress = runs.Progress(arguments.steps, arguments.minutes)
        self.history, self.checkpoint = [], arguments.run / "checkpoint.pt"
        self.facts = {"crops": [Path(folder).name for folder in arguments.crops],
                      "products": len(products),
                      "crops_total": sum(len(p.enrol) + len(p.seen) + len(p.shelf)
                                         for p in products),
                      "init": arguments.init.name if arguments.init else None,
                      "frozen": arguments.frozen, "batch": PRODUCTS * CROPS}
        self.go_on_from(arguments.init)
        self.network = Embedder().to(memory_format=torch.channels_last)
        if arguments.init and not self.checkpoint.exists():
            load_any(self.network, arguments.init)
            if arguments.init.suffix == ".onnx":
                weights.unfold(self.network, [tensor(make_batch(self.pool, arguments.seed,
                                                                arguments.steps + i)[0])
                                              for i in range(UNFOLD_BATCHES)])
        if arguments.frozen:
            self.network.freeze(arguments.frozen)
        self.average = runs.MovingAverage(self.network)
        self.optimizer = torch.optim.AdamW(runs.parameter_groups(
            self.network, lambda name: name.startswith(HEAD_FAST), DECAY), lr=arguments.rate)
        if self.checkpoint.exists():
            self.restore()

    def go_on_from(self, init):
        runs.tell_before(self.facts, init, "steps", "crops_total",
                         "{crops_total:,} crops of {products:,} products")

    def restore(self):
        state = runs.load(self.checkpoint)
        self.facts = {"learnt_before": "", **json.loads(state["facts"])}
        self.network.load_state_dict(state["network"])
        self.average.network.load_state_dict(state["average"])
        self.average.updates = state["updates"]
        self.optimizer.load_state_dict(state["optimizer"])
        self.progress.restore(state["progress"])
        self.history = json.loads(state["history"])
        say(f"goes on after step {self.progress.step}")

    def state(self):
        return {
            "network": self.network.state_dict(), "average": self.average.network.state_dict(),
            "updates": self.average.updates, "optimizer": self.optimizer.state_dict(),
            "progress": self.progress.state(), "history": json.dumps(self.history),
            "facts": json.dumps(self.facts)}

    def step(self, batch):
        pictures, labels = batch
        runs.set_rate(self.optimizer, self.arguments.rate, self.progress.value())
        value = contrastive(self.network(tensor(pictures)), labels)
        self.optimizer.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), GRADIENT_MAX)
        self.optimizer.step()
        self.average.update(self.network)
        self.progress.step += 1
        return value.item()

    def one_round(self):
        self.network.train()
        first = self.progress.step
        count = min(ROUND_STEPS, self.arguments.steps - first)
        began, losses = time.monotonic(), []
        self.progress.begin()
        batches = runs.Batches(
            lambda i: make_batch(self.pool, self.arguments.seed, first + i), count)
        for batch in batches:
            losses.append(self.step(batch))
            if self.progress.value() >= 1:
                break
        batches.close()
        self.progress.pause()
        speed = len(losses) * PRODUCTS * CROPS / (time.monotonic() - began)
        return {"step": self.progress.step, "loss": round(float(np.mean(losses)), 4),
                "crops_per_second": round(speed, 1)}

    def evaluate(self):
        embed, out = embed_with(self.average.network), {}
        if self.arguments.grocery:
            out["grocery"] = embed_eval.grocery(embed, self.arguments.grocery)
        if self.held:
            out["held"] = embed_eval.synthetic(embed, self.held)
        return out

    def train(self):
        if not self.history:
            say(json.dumps({"step": 0, **self.evaluate()}))
        while self.progress.step < self.arguments.steps and self.progress.value() < 1:
            entry = {**self.one_round(), **self.evaluate()}
            self.history.append(entry)
            runs.save(self.checkpoint, self.state())
            say(json.dumps(entry))


def main(arguments):
    torch.set_num_threads(arguments.threads)
    cv2.setNumThreads(1)
    torch.manual_seed(arguments.seed)
    run = Run(arguments)
    run.train()
    finish(run.average.network, run.state(), arguments.out)


def finish(network, state, path):
    """The ONNX file, and beside it what is known of the training, for the model card."""
    export.embedder(network, path, crops.SIDE)
    facts, progress = json.loads(state["facts"]), state["progress"]
    record = {"task": "embed", **facts, "dimensions": DIMENSIONS,
              "multiply_adds": multiply_adds(network),
              "steps": progress["step"] + facts.get("steps_before", 0),
              "minutes": round(progress["spent"] / 60 + facts.get("minutes_before", 0), 1),
              "file_bytes": path.stat().st_size, "history": json.loads(state["history"])}
    path.with_suffix(".training.json").write_text(json.dumps(record, indent=1) + "\n")
    say(f"{path}: {record['file_bytes']} bytes")
