"""What happens in a session: key poses of hands, what they hold, the door; and the truth of it.

A Director is told acts in the order in which they happen and writes them down as key poses. The
events are not written by hand: they are read off the packages' paths (`events_of`), as crossings of
the opening's plane.
"""

from dataclasses import dataclass, field

import numpy as np

from lab.synth import geometry, people
from lab.synth.people import held_offset

GONE = np.array([0.0, -40.0, 0.0])  # In a shopper's bag, out of everybody's sight.
SETTLED = 0.03  # An item must be this far beyond the plane to count as across, metres.
STEP = 0.01  # Of the paths that events are read off, seconds.


@dataclass
class Key:
    time: float
    position: np.ndarray
    frame: np.ndarray
    curl: float


@dataclass
class Stay:
    """An item's whereabouts from `time` on: at rest, falling between two poses, or in a hand."""
    time: float
    position: np.ndarray | None = None
    rotation: np.ndarray | None = None
    arm: int | None = None
    offset: np.ndarray | None = None  # In the hand's frame.
    turn: np.ndarray | None = None
    until: float | None = None  # The end of a fall that begins at `time`.


@dataclass
class Arm:
    person: int
    right: bool
    size: float
    keys: list = field(default_factory=list)

    @property
    def now(self):
        return self.keys[-1].time

    def pose(self, time):
        keys = self.keys
        if time <= keys[0].time:
            return keys[0].position, keys[0].frame, keys[0].curl
        for a, b in zip(keys, keys[1:]):
            if time <= b.time:
                share = geometry.minimum_jerk((time - a.time) / max(1e-6, b.time - a.time))
                return (a.position + share * (b.position - a.position),
                        geometry.from_to(a.frame, b.frame, share),
                        a.curl + share * (b.curl - a.curl))
        return keys[-1].position, keys[-1].frame, keys[-1].curl

    def moves(self, time):
        return self.keys[0].time <= time <= self.keys[-1].time


class Director:
    def __init__(self, world, rng, count=1):
        self.world, self.rng = world, rng
        span = world.width / 2
        xs = [rng.uniform(-0.12, 0.12)] if count == 1 else [-rng.uniform(0.2, 0.34),
                                                            rng.uniform(0.2, 0.34)]
        self.people = [people.random_person(rng, x * span / 0.4) for x in xs]
        self.arms, self.stays, self.goods = [], [], []
        for number, person in enumerate(self.people):
            for right in (True, False):
                arm = Arm(number, right, person.size)
                position = self._rest(arm)
                arm.keys.append(Key(0.0, position, self._frame("side", arm, 0.0, -0.9), 0.3))
                self.arms.append(arm)
        for item in world.items:
            self.goods.append(item.product)
            self.stays.append([Stay(-1.0, item.position, item.rotation)])
        self.places = {(item.facing, item.row): k for k, item in enumerate(world.items)}
        self.holding = {k: [] for k in range(len(self.arms))}
        self.home = {k: (item.facing, item.row) for k, item in enumerate(world.items)}
        self.door = []  # (time, angle in radians); closed is 0.
        self.time = 0.0
        self.calm_until = 0.0

    # Where things are.
    def _rest(self, arm):
        person = self.people[arm.person]
        side = 0.28 if arm.right else -0.28
        return np.array([person.x + side, -0.85, person.shoulder - 0.55])

    def _frame(self, style, arm, yaw, pitch=0.0, roll=0.0):
        return people.grip_rotation(style, arm.right, yaw, pitch, roll)

    def front_items(self, fits=lambda product: True):
        """Item at the front of each facing that a hand could take: its frontmost one."""
        found = []
        for facing in range(len(self.world.facings)):
            rows = sorted(row for (f, row) in self.places if f == facing)
            if rows and fits(self.world.products[self.world.facings[facing].product]):
                found.append(self.places[facing, rows[0]])
        return found

    def _yaw(self, arm, x):
        person = self.people[arm.person]
        shoulder = person.x + (0.2 if arm.right else -0.2)
        return float(np.clip(np.arctan2(x - shoulder, 0.75), -0.7, 0.7))

    def nearer_arm(self, x, person=0, free=True):
        arms = [k for k, arm in enumerate(self.arms) if arm.person == person
                and not (free and self.holding[k])]
        return min(arms, key=lambda k: abs(self.people[person].x + (0.2 if self.arms[k].right
                                                                    else -0.2) - x))

    # Movements.
    def _go(self, index, position, frame, curl, speed=None, least=0.12):
        arm = self.arms[index]
        last = arm.keys[-1]
        speed = speed or self.rng.uniform(0.55, 1.05)
        way = np.linalg.norm(np.asarray(position) - last.position)
        # A minimum-jerk path's mean speed is 0.53 of its peak.
        duration = max(least, way / (speed * 0.8))
        arm.keys.append(Key(last.time + duration, np.asarray(position, float), frame, curl))

    def wait(self, index, seconds):
        last = self.arms[index].keys[-1]
        sway = self.rng.normal(0, 0.008, 3)
        self.arms[index].keys.append(Key(last.time + seconds, last.position + sway, last.frame,
                                         last.curl))

    def begin(self, index, time):
        """Lets an arm's next movement start at `time`, if it was still before."""
        arm = self.arms[index]
        if arm.now < time:
            last = arm.keys[-1]
            arm.keys.append(Key(time, last.position, last.frame, last.curl))

    def _offset(self, product, style, slot):
        return held_offset(style, self.world.products[product].size, slot)

    def _approach(self, index, position, product, style, slot):
        """Hand position and frame that hold an item of this product at `position`."""
        arm = self.arms[index]
        frame = self._frame(style, arm, self._yaw(arm, position[0]) * 0.6,
                            self.rng.normal(0, 0.08), self.rng.normal(0, 0.1))
        return position - frame @ self._offset(product, style, slot), frame

    def _outside(self, hand, far=None):
        far = far or self.rng.uniform(0.24, 0.42)
        x = np.clip(hand[0] * 0.8, -self.world.width / 2, self.world.width / 2)
        return np.array([x + self.rng.normal(0, 0.03), -far, hand[2] + self.rng.normal(0.02, 0.03)])

    def take(self, index, item, style="side", hurry=1.0):
        """The arm takes an item out, with whatever it holds already."""
        slot = len(self.holding[index])
        style = self.holding[index][0][1] if slot else style
        product = self.goods[item]
        stay = self.stays[item][-1]
        hand, frame = self._approach(index, stay.position, product, style, slot)
        before = np.array([hand[0], -0.1 - 0.05 * self.rng.random(), hand[2] + 0.015])
        self._go(index, before, frame, 0.1 if not slot else 0.8,
                 hurry * self.rng.uniform(0.6, 1.1))
        self._go(index, hand, frame, 0.15 if not slot else 0.8, hurry * 0.7, 0.2)
        arm = self.arms[index]
        last = arm.keys[-1]
        grasp = last.time + self.rng.uniform(0.08, 0.35) / hurry
        arm.keys.append(Key(grasp, last.position, last.frame, 0.9))
        self._attach(item, index, grasp)
        self.holding[index].append((item, style))
        key = self.home.pop(item, None)
        self.places.pop(key, None)
        lift = hand + np.array([0, -0.02, self.rng.uniform(0.012, 0.03)])
        self._go(index, lift, frame, 0.9, hurry * 0.5, 0.1)
        self._go(index, np.array([hand[0], -0.14, lift[2]]), frame, 0.9,
                 hurry * self.rng.uniform(0.6, 1.1))
        out = self._outside(hand)
        held = self._frame(style, arm, self.rng.normal(0, 0.4), self.rng.normal(-0.1, 0.3),
                           self.rng.normal(0, 0.35))
        self._go(index, out, held, 0.9, hurry * self.rng.uniform(0.6, 1.0))
        self._tick(index)

    def _attach(self, item, index, time):
        position, rotation = self.item_pose(item, time)
        hand, frame, _ = self.arms[index].pose(time)
        self.stays[item].append(Stay(time, arm=index, offset=frame.T @ (position - hand),
                                     turn=frame.T @ rotation))

    def _place(self, item, facing, row):
        product = self.world.products[self.goods[item]]
        place = self.world.facings[facing]
        position, rotation = self.world.standing(facing, row, self.rng)
        own = self.world.products[place.product]
        position[1] += (product.size[1] - own.size[1]) / 2
        position[2] = self.world.shelves[place.shelf] + product.size[2] / 2
        return position, rotation

    def put(self, index, item, facing, row, hurry=1.0):
        """The arm sets an item it holds down in a row of a facing, upright."""
        style = dict(self.holding[index])[item]
        position, rotation = self._place(item, facing, row)
        arm = self.arms[index]
        hand, frame = self._approach(index, position, self.goods[item], style, 0)
        before = np.array([hand[0], -0.13, hand[2] + 0.03])
        self._go(index, before, frame, 0.9, hurry * self.rng.uniform(0.6, 1.0))
        self._go(index, hand + np.array([0, 0, 0.008]), frame, 0.9, hurry * 0.6, 0.25)
        release = arm.keys[-1].time + self.rng.uniform(0.06, 0.2)
        self._go(index, hand, frame, 0.9, 0.2, release - arm.keys[-1].time)
        release = arm.keys[-1].time
        # The package turns upright in the last moment before it stands.
        pose = self.item_pose(item, release)
        self.stays[item].append(Stay(release, pose[0], pose[1], until=release + 0.05))
        self.stays[item].append(Stay(release + 0.05, position, rotation))
        self.holding[index] = [held for held in self.holding[index] if held[0] != item]
        self.places[facing, row] = item
        self.home[item] = (facing, row)
        arm.keys.append(Key(release + 0.12, hand, frame, 0.25))
        self._go(index, np.array([hand[0], -0.15, hand[2] + 0.02]), frame, 0.2,
                 hurry * self.rng.uniform(0.6, 1.0))
        self._tick(index)

    def browse(self, index, item, touch):
        """A hand goes to an item, perhaps touches it, and comes back without it."""
        product = self.goods[item]
        position = self.item_pose(item, self.arms[index].now)[0].copy()
        position[1] = position[1] - (0.0 if touch else self.rng.uniform(0.05, 0.09))
        hand, frame = self._approach(index, position, product, "side", 0)
        self._go(index, np.array([hand[0], -0.1, hand[2]]), frame, 0.1)
        self._go(index, hand, frame, 0.2)
        self.wait(index, self.rng.uniform(0.15, 0.6))
        self._go(index, np.array([hand[0], -0.12, hand[2]]), frame, 0.2)
        self._go(index, self._outside(hand), frame, 0.3)
        self._tick(index)

    def hold(self, index, seconds):
        """Looks at what it holds, outside."""
        arm = self.arms[index]
        hand = arm.keys[-1].position
        style = self.holding[index][0][1] if self.holding[index] else "side"
        look = self._frame(style, arm, self.rng.normal(0, 0.5), self.rng.normal(0, 0.35),
                           self.rng.normal(0, 0.5))
        target = hand + np.array([self.rng.normal(0, 0.05), self.rng.uniform(-0.08, 0.03),
                                  self.rng.normal(0, 0.05)])
        target[1] = min(target[1], -0.2)
        self._go(index, target, look, 0.9, 0.4, seconds / 2)
        self.wait(index, seconds / 2)
        self._tick(index)

    def leave(self, index, stash):
        """The hand goes away from the cabinet; with `stash` what it holds ends in a bag."""
        arm = self.arms[index]
        self._go(index, self._rest(arm), self._frame("side", arm, 0.0, -0.9), 0.9
                 if self.holding[index] else 0.3, self.rng.uniform(0.7, 1.1))
        if stash:
            for item, _ in self.holding[index]:
                self.stays[item].append(Stay(arm.now, GONE, np.eye(3)))
            self.holding[index] = []
        self._tick(index)

    def hand_over(self, giver, taker):
        """What one hand holds goes to another person's hand, outside."""
        item, style = self.holding[giver][0]
        meeting = np.array([self.rng.normal(0, 0.06), -self.rng.uniform(0.3, 0.4),
                            self.rng.uniform(0.5, 0.8) * self.world.height])
        self._go(giver, meeting, self._frame(style, self.arms[giver], 0.0), 0.9)
        self.begin(taker, self.arms[giver].now - 0.5)
        hand, frame = self._approach(taker, self.item_pose(item, self.arms[giver].now)[0],
                                     self.goods[item], "side", 0)
        self._go(taker, hand, frame, 0.2)
        time = max(self.arms[giver].now, self.arms[taker].now) + 0.15
        for index in (giver, taker):
            last = self.arms[index].keys[-1]
            self.arms[index].keys.append(Key(time, last.position, last.frame, 0.9))
        self._attach(item, taker, time)
        self.holding[giver].remove((item, style))
        self.holding[taker].append((item, "side"))
        self._tick(giver)
        self._tick(taker)

    def bring(self, index, product):
        """The arm comes from its rest with a new package (restock, something of one's own)."""
        self.goods.append(product)
        self.stays.append([Stay(-1.0, GONE, np.eye(3))])
        item = len(self.goods) - 1
        self.fetch_from_bag(index, item)
        return item

    def fetch_from_bag(self, index, item):
        """The arm, at its rest, has again what leave() has put into the bag."""
        arm = self.arms[index]
        self.stays[item].append(Stay(arm.now, arm=index,
                                     offset=self._offset(self.goods[item], "side", 0),
                                     turn=self._frame("side", arm, 0.0).T))
        self.holding[index].append((item, "side"))
        arm.keys[-1].curl = 0.9
        hand = self._outside(np.array([self.people[arm.person].x, 0, self.world.height * 0.5]))
        self._go(index, hand, self._frame("side", arm, 0.0), 0.9)
        self._tick(index)

    def tip_over(self, item, time):
        """A package falls over on its shelf."""
        position, rotation = self.item_pose(item, time)
        width, depth, height = self.world.products[self.goods[item]].size
        side = 1 if self.rng.random() < 0.5 else -1
        fallen = position + np.array([side * (height - width) * 0.25, 0,
                                      -(height - width) / 2])
        self.stays[item].append(Stay(time, position, rotation, until=time + 0.3))
        self.stays[item].append(Stay(time + 0.3, fallen,
                                     geometry.about((0, 1, 0), side * np.pi / 2) @ rotation))

    def open_door(self):
        start = self.time + self.rng.uniform(0.25, 0.6)
        end = start + self.rng.uniform(0.6, 1.1)
        self.door += [(start, 0.0), (end, self.rng.uniform(1.65, 2.0))]
        self.time = end + self.rng.uniform(0.45, 1.1)
        self.calm_until = self.time

    def close_door(self):
        start = max([self.time] + [arm.now for arm in self.arms]) + self.rng.uniform(0.5, 1.0)
        end = start + self.rng.uniform(0.6, 1.0)
        self.door += [(start, self.door[-1][1]), (end, 0.0)]
        self.time = end + self.rng.uniform(0.3, 0.6)

    def _tick(self, index):
        self.time = max(self.time, self.arms[index].now)

    # Reading it back.
    def item_pose(self, item, time):
        last = None
        for stay in self.stays[item]:
            if stay.time > time:
                break
            last = stay
        if last.arm is not None:
            position, frame, _ = self.arms[last.arm].pose(time)
            return position + frame @ last.offset, frame @ last.turn
        if last.until is not None:
            after = self.stays[item][self.stays[item].index(last) + 1]
            share = np.clip((time - last.time) / (last.until - last.time), 0, 1)
            return (last.position + share * (after.position - last.position),
                    geometry.from_to(last.rotation, after.rotation, share))
        return last.position, last.rotation

    def is_held(self, item, time):
        last = [stay for stay in self.stays[item] if stay.time <= time][-1]
        return last.arm is not None

    def stands_still(self, item, time):
        last = [stay for stay in self.stays[item] if stay.time <= time][-1]
        return last.arm is None and last.until is None

    def door_angle(self, time):
        angle = 0.0
        for (t0, a0), (t1, a1) in zip(self.door, self.door[1:]):
            if t0 <= time <= t1:
                return a0 + geometry.minimum_jerk((time - t0) / (t1 - t0)) * (a1 - a0)
            if time > t1:
                angle = a1
        return angle


def events_of(director):
    """(seconds, "take" or "put", product index) of every package that left or joined the stock.

    The stock is what rests inside. A take is told when the package first crosses the plane y = 0
    outwards; a put, when what then comes to rest inside crossed it for the last time. What a hand
    only carries in and out again is neither.
    """
    found = []
    for item, stays in enumerate(director.stays):
        product = director.goods[item]
        in_stock = _rests_inside(stays[0])
        for index, stay in enumerate(stays[1:], 1):
            if stay.arm is not None:
                if in_stock and (index + 1 == len(stays) or not _rests_inside(stays[index + 1])
                                 or _leaves(director, item, index)):
                    crossing = _crossing(director, item, index, outwards=True)
                    if crossing is not None:
                        found.append((crossing, "take", product))
                        in_stock = False
            elif _rests_inside(stay) and not in_stock:
                found.append((_crossing(director, item, index - 1, outwards=False), "put",
                              product))
                in_stock = True
    return sorted(found)


def _rests_inside(stay):
    return stay.arm is None and stay.position[1] > 0


def _held_path(director, item, index):
    """Times and depths while an item is in the hand of its stay `index`."""
    stays = director.stays[item]
    end = stays[index + 1].time if index + 1 < len(stays) else director.time
    times = np.arange(stays[index].time, end, STEP)
    return times, np.array([director.item_pose(item, time)[0][1] for time in times])


def _leaves(director, item, index):
    return bool((_held_path(director, item, index)[1] < -SETTLED).any())


def _crossing(director, item, index, outwards):
    """The first crossing outwards, or the last inwards, in the hands that hold it in a row."""
    stays = director.stays[item]
    while not outwards and index > 0 and stays[index].arm is None:
        index -= 1
    times, depths = _held_path(director, item, index)
    outside = depths < 0
    if outwards:
        return float(times[np.argmax(outside)]) if outside.any() else None
    return float(times[len(outside) - 1 - np.argmax(outside[::-1])])
