"""A session of acts that somebody chose: what the free play of a virtual cabinet shows.

python -m lab.synth.play --session DIR --acts FILE --out DIR

`--session` is a rendered session, whose cabinet it is: its truth names the seed, its layout.toml
must be what the seed gives. `--acts` is a JSON list, in order: {"take": FACING} takes the frontmost
package of a facing; {"put": PRODUCT, "facing": FACING} puts back one that was taken. The same
cabinet and acts give the same bytes. On standard error: "progress PERCENT", and last what is wrong.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from lab.synth import session
from lab.synth.scenarios import is_small
from lab.synth.script import Director
from lab.synth.world import CAMERA_SIZE, make_world

ACTS_MAX = 12
SCENARIO = "free_play"
SIDE_ROOM, TOP_ROOM = 0.004, 0.045  # What a package needs beside and above it, metres.
DEPTH_SLACK = 0.01


class Refused(Exception):
    """The acts can't be done in this cabinet; the message says which and why."""


def _row_for(director, facing, product):
    """The row in which a package put into a facing stands: before all that stand there."""
    world = director.world
    place = world.facings[facing]
    size, own = world.products[product].size, world.products[place.product].size
    wide, high = place.right - place.left, world.clear[place.shelf]
    taken = [row for (f, row) in director.places if f == facing]
    if place.product == product:
        row = min(taken, default=place.rows) - 1
    else:
        if size[0] > wide - SIDE_ROOM or size[2] > high - TOP_ROOM \
                or (taken and own[1] < size[1] - DEPTH_SLACK):
            raise Refused(f"{world.products[product].id} does not fit into {place.id}")
        row = min(taken) - 1 if taken else 0
    if row < 0:
        raise Refused(f"{place.id} is full to its front")
    return row


class _Player:
    """Does the acts. What is not put back at once goes into the shopper's bag, and is fetched."""

    def __init__(self, director):
        self.director = director
        self.bag = []  # Items, in the order in which they came.
        self.facings = {facing.id: k for k, facing in enumerate(director.world.facings)}

    def _facing(self, name):
        if name not in self.facings:
            raise Refused(f"there is no facing {name}")
        return self.facings[name]

    def take(self, act, following):
        director = self.director
        facing = self._facing(act["take"])
        rows = [row for (f, row) in director.places if f == facing]
        if not rows:
            raise Refused(f"{act['take']} is empty")
        item = director.places[facing, min(rows)]
        product = director.world.products[director.goods[item]]
        arm = director.nearer_arm(director.item_pose(item, director.time)[0][0])
        director.begin(arm, director.time)
        director.take(arm, item, "top" if is_small(product) and director.rng.random() < 0.2
                      else "side")
        if following.get("put") == product.id:
            director.hold(arm, director.rng.uniform(0.6, 1.2))
            self._put_down(arm, item, following["facing"])
            return True
        director.leave(arm, True)
        self.bag.append(item)
        return False

    def _put_down(self, arm, item, name):
        facing = self._facing(name)
        row = _row_for(self.director, facing, self.director.goods[item])
        self.director.put(arm, item, facing, row)
        self.director.leave(arm, False)

    def put(self, act):
        director = self.director
        wanted = [item for item in self.bag
                  if director.world.products[director.goods[item]].id == act["put"]]
        if not wanted:
            raise Refused(f"{act['put']} is not in the hand")
        self.bag.remove(wanted[-1])
        arm = director.nearer_arm(director.world.facings[self._facing(act["facing"])].middle)
        director.begin(arm, director.time)
        director.fetch_from_bag(arm, wanted[-1])
        self._put_down(arm, wanted[-1], act["facing"])


def check_shape(acts):
    if not isinstance(acts, list) or not 1 <= len(acts) <= ACTS_MAX:
        raise Refused(f"acts must be a list of 1 to {ACTS_MAX}")
    for act in acts:
        good = isinstance(act, dict) and set(act) in ({"take"}, {"put", "facing"})
        if not good or not all(isinstance(value, str) for value in act.values()):
            raise Refused(f"not an act: {json.dumps(act)}")


def direct(world, acts):
    """A Director who has done the acts. Raises Refused."""
    check_shape(acts)
    director = Director(world, np.random.default_rng([world.seed, 9]))
    director.foreign = None
    director.open_door()
    player = _Player(director)
    done = False  # The next act was part of the last one.
    for act, following in zip(acts, acts[1:] + [{}]):
        if done:
            done = False
        elif "take" in act:
            done = player.take(act, following)
            director.time += director.rng.uniform(0.1, 0.5)
        else:
            player.put(act)
            director.time += director.rng.uniform(0.1, 0.5)
    director.close_door()
    return director


def world_of(folder):
    """The cabinet in which a session was rendered. Raises Refused."""
    seed = json.loads((folder / "truth.json").read_text())["seed"]
    world = make_world(seed)
    if session.layout_text(world) != (folder / "layout.toml").read_text():
        raise Refused(f"{folder / 'layout.toml'} is not what seed {seed} gives: the session was "
                      "rendered by another version of lab.synth")
    return world


def render(folder, acts, out, size=CAMERA_SIZE, fps=session.FRAMES_PER_SECOND,
           on_progress=lambda percent: None):
    """Writes the session of these acts in the cabinet of the session in `folder`."""
    world = world_of(folder)
    director = direct(world, acts)
    told = [-1]

    def on_frame(camera, _, seconds, __):
        share = (camera + min(1.0, seconds / director.time)) / len(world.cameras)
        if int(share * 100) > told[0]:
            told[0] = int(share * 100)
            on_progress(told[0])

    return session.write_directed(world.seed, SCENARIO, world, director, out, size, fps,
                                  on_frame=on_frame, photos=False)


def main():
    parser = argparse.ArgumentParser(prog="python -m lab.synth.play")
    parser.add_argument("--session", type=Path, required=True)
    parser.add_argument("--acts", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="must not exist")
    arguments = parser.parse_args()
    if arguments.out.exists():
        sys.exit(f"{arguments.out} is there already")
    try:
        render(arguments.session, json.loads(arguments.acts.read_text()), arguments.out,
               on_progress=lambda percent: print("progress", percent, file=sys.stderr, flush=True))
    except (Refused, OSError, ValueError, KeyError) as problem:
        sys.exit(f"{problem}")


if __name__ == "__main__":
    main()
