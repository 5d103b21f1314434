"""What shoppers do, each a function that directs one session. The shares are those of a set."""

import numpy as np

from lab.synth import foreign
from lab.synth.products import is_small
from lab.synth.script import Director

FOREIGN_COURSES = {"carried": 0.4, "left": 0.25, "fetched": 0.15, "found": 0.2}  # Shares.


class NotPossible(Exception):
    """This cabinet has not the stock or the room for the scenario."""


def _pick(director, fits=lambda product: True, apart_from=()):
    choices = [item for item in director.front_items(fits)
               if director.goods[item] not in apart_from]
    if not choices:
        raise NotPossible
    return int(director.rng.choice(choices))


def _style(director, item):
    small = is_small(director.world.products[director.goods[item]])
    return str(director.rng.choice(("side", "top"), p=(0.8, 0.2) if small else (0.95, 0.05)))


def _take(director, item, person=0, arm=None, hurry=1.0):
    position = director.item_pose(item, director.time)[0]
    if arm is None:
        arm = director.nearer_arm(position[0], person)
    director.begin(arm, director.time)
    director.take(arm, item, _style(director, item), hurry)
    return arm


def _pause(director, low=0.1, high=0.8):
    director.time += director.rng.uniform(low, high)


def _own_place(director, item):
    """The facing and row that an item came from."""
    return director.origin[item]


def _remember(director):
    director.origin = dict(director.home)


def _free_place(director, item, same_shelf):
    """A facing's free front row, not the item's own, where it fits."""
    world = director.world
    own = director.origin[item][0]
    size = world.products[director.goods[item]].size
    choices = []
    for index, facing in enumerate(world.facings):
        wide, high = facing.right - facing.left, world.clear[facing.shelf]
        if index == own or size[0] > wide - 0.004 or size[2] > high - 0.045:
            continue
        if (facing.shelf == world.facings[own].shelf) != same_shelf:
            continue
        taken = [row for (f, row) in director.places if f == index]
        room = world.products[facing.product].size[1] >= size[1] - 0.01 or not taken
        if 0 not in taken and room and facing.product != director.goods[item]:
            choices.append(index)
    if not choices:
        raise NotPossible
    return int(director.rng.choice(choices)), 0


def take_one(director):
    arm = _take(director, _pick(director))
    director.leave(arm, True)


def take_several(director):
    for _ in range(int(director.rng.integers(2, 5))):
        arm = _take(director, _pick(director))
        director.leave(arm, True)
        _pause(director)


def several_in_one_hand(director):
    fits = lambda product: max(product.size[:2]) < 0.072
    first = _pick(director, fits)
    arm = _take(director, first)
    _pause(director, 0.0, 0.3)
    director.begin(arm, director.time)
    director.take(arm, _pick(director, fits))
    director.hold(arm, director.rng.uniform(0.4, 0.9))
    director.leave(arm, True)


def quick_repeat(director):
    first = _pick(director)
    product = director.goods[first]
    arm = _take(director, first, hurry=1.4)
    director.leave(arm, True)
    again = [item for item in director.front_items() if director.goods[item] == product]
    if not again:
        raise NotPossible
    other = [k for k, a in enumerate(director.arms) if a.person == 0 and k != arm][0]
    if director.rng.random() < 0.5:
        director.time = director.arms[arm].now - director.rng.uniform(0.3, 0.7)
        arm = other
    director.begin(arm, director.time)
    director.take(arm, again[0], "side", 1.4)
    director.leave(arm, True)


def put_back_own(director):
    item = _pick(director)
    arm = _take(director, item)
    director.hold(arm, director.rng.uniform(0.4, 2.0))
    director.put(arm, item, *_own_place(director, item))
    director.leave(arm, False)
    if director.rng.random() < 0.4:
        _pause(director)
        take_one(director)


def _put_elsewhere(director, same_shelf):
    item = _pick(director)
    place = _free_place(director, item, same_shelf)
    arm = _take(director, item)
    director.hold(arm, director.rng.uniform(0.4, 1.5))
    director.put(arm, item, *place)
    director.leave(arm, False)
    if director.rng.random() < 0.3:
        _pause(director)
        take_one(director)


def put_back_wrong_place(director):
    _put_elsewhere(director, True)


def put_back_other_shelf(director):
    _put_elsewhere(director, False)


def hold_two_keep_one(director):
    first = _pick(director)
    second = _pick(director, apart_from=(director.goods[first],))
    arm = _take(director, first)
    other = [k for k, a in enumerate(director.arms) if a.person == 0 and k != arm][0]
    _take(director, second, arm=other)
    director.begin(arm, director.time)
    director.hold(arm, 0.7)
    director.hold(other, 0.7)
    back, kept = ((first, arm), (second, other))[::1 if director.rng.random() < 0.5 else -1]
    director.begin(back[1], director.time)
    director.put(back[1], back[0], *_own_place(director, back[0]))
    director.leave(back[1], False)
    director.begin(kept[1], director.time)
    director.leave(kept[1], True)


def swap(director):
    first = _pick(director)
    arm = _take(director, first)
    director.hold(arm, director.rng.uniform(0.4, 1.0))
    director.put(arm, first, *_own_place(director, first))
    second = _pick(director, apart_from=(director.goods[first],))
    director.begin(arm, director.time + 0.1)
    director.take(arm, second, _style(director, second))
    director.leave(arm, True)


def browse(director):
    for _ in range(int(director.rng.integers(1, 4))):
        item = _pick(director)
        arm = director.nearer_arm(director.item_pose(item, 0)[0][0])
        director.begin(arm, director.time)
        director.browse(arm, item, director.rng.random() < 0.5)
        if director.rng.random() < 0.5:
            director.leave(arm, False)
        _pause(director)
    for arm in range(len(director.arms)):
        if director.arms[arm].now > 0:
            director.leave(arm, False)


def hidden_by_hand(director):
    item = _pick(director, is_small)
    arm = director.nearer_arm(director.item_pose(item, 0)[0][0])
    director.begin(arm, director.time)
    director.take(arm, item, "top")
    director.leave(arm, True)


def fallen_item(director):
    tall = lambda product: product.size[2] > 1.6 * product.size[0]
    fallen = _pick(director, tall)
    arm = director.nearer_arm(director.item_pose(fallen, 0)[0][0])
    director.begin(arm, director.time)
    before = director.arms[arm].now
    director.browse(arm, fallen, True)
    touch = before + 0.72 * (director.arms[arm].now - before)
    director.tip_over(fallen, touch)
    director.places.pop(director.home[fallen])
    if director.rng.random() < 0.6:
        director.begin(arm, director.time)
        director.take(arm, _pick(director, apart_from=(director.goods[fallen],)))
        director.leave(arm, True)
    else:
        director.leave(arm, False)


def _foreign_course(director, kind, arm):
    """(how a foreign object goes, its place): drawn apart, so that nothing else depends on it."""
    rng = np.random.default_rng([director.world.seed, 8])
    course = str(rng.choice(list(FOREIGN_COURSES), p=list(FOREIGN_COURSES.values())))
    place = foreign.free_place(director, kind, arm, rng) if course != "carried" else None
    return (course, place) if place else ("carried", None)


def _take_beside(director, arm, place):
    """Now and then a product too, that the foreign object does not stand before."""
    choices = [item for item in director.front_items()
               if not place.hides(director.item_pose(item, director.time)[0])]
    if choices and director.rng.random() < 0.5:
        _take(director, int(director.rng.choice(choices)), arm=arm)
        director.leave(arm, True)


def foreign_object(director):
    """A phone or a bag: a hand has it while it browses, leaves it inside, for a while or for good,
    or takes out what stood there before."""
    arm = director.nearer_arm(0.0)
    other = [k for k, a in enumerate(director.arms) if a.person == 0 and k != arm][0]
    director.begin(arm, director.time)
    kind = str(director.rng.choice((foreign.PHONE, foreign.BAG)))
    item = _pick(director)
    course, place = _foreign_course(director, kind, arm)
    if course == "found":
        director.foreign = foreign.found(kind, place)
    else:
        director.foreign = foreign.brought(kind, arm, director.arms[arm].now, place)
    if course == "carried":
        director.browse(arm, item, False)
        if director.rng.random() < 0.5:
            _take(director, _pick(director), arm=other)
            director.leave(other, True)
    else:
        if course != "found":
            foreign.set_down(director, arm, place)
        _take_beside(director, other, place)
        if course != "left":
            director.begin(arm, director.time)
            foreign.fetch(director, arm, place)
    director.begin(arm, director.time)
    director.leave(arm, False)


def door_reopened(director):
    take_one(director)
    director.close_door()
    director.open_door()
    if director.rng.random() < 0.7:
        take_one(director)
    else:
        browse(director)


def passed_to_second(director):
    item = _pick(director)
    giver = director.nearer_arm(director.item_pose(item, 0)[0][0], 0)
    director.begin(giver, director.time)
    director.take(giver, item, _style(director, item))
    taker = director.nearer_arm(0.0, 1)
    director.hand_over(giver, taker)
    director.leave(taker, True)
    director.leave(giver, False)


def two_people(director):
    first, second = _pick(director), None
    start = director.time
    arm = _take(director, first, 0)
    director.leave(arm, True)
    ended = director.time
    director.time = start + director.rng.uniform(0.0, 1.0)
    second = _pick(director, apart_from=(director.goods[first],))
    other = _take(director, second, 1)
    director.leave(other, True)
    director.time = max(ended, director.time)


def restock(director):
    count = int(director.rng.integers(2, 5))
    for _ in range(count):
        choices = [(index, 0) for index, facing in enumerate(director.world.facings)
                   if (index, 0) not in director.places]
        if not choices:
            break
        facing, row = choices[int(director.rng.integers(len(choices)))]
        arm = director.nearer_arm(director.world.facings[facing].middle)
        director.begin(arm, director.time)
        item = director.bring(arm, director.world.facings[facing].product)
        director.put(arm, item, facing, row)
        director.leave(arm, False)
        _pause(director)
    if count and not any(len(stays) > 1 for stays in director.stays):
        raise NotPossible


SCENARIOS = {  # Function, people, share of a set.
    "take_one": (take_one, 1, 0.12), "take_several": (take_several, 1, 0.1),
    "several_in_one_hand": (several_in_one_hand, 1, 0.06), "quick_repeat": (quick_repeat, 1, 0.05),
    "put_back_own": (put_back_own, 1, 0.08),
    "put_back_wrong_place": (put_back_wrong_place, 1, 0.06),
    "put_back_other_shelf": (put_back_other_shelf, 1, 0.06),
    "hold_two_keep_one": (hold_two_keep_one, 1, 0.07), "swap": (swap, 1, 0.07),
    "browse": (browse, 1, 0.07), "hidden_by_hand": (hidden_by_hand, 1, 0.04),
    "fallen_item": (fallen_item, 1, 0.04), "foreign_object": (foreign_object, 1, 0.05),
    "door_reopened": (door_reopened, 1, 0.04), "passed_to_second": (passed_to_second, 2, 0.03),
    "two_people": (two_people, 2, 0.03), "restock": (restock, 1, 0.03)}


def direct(world, seed, name=None):
    """A directed session: (scenario's name, Director). Draws again where it is not possible."""
    rng = np.random.default_rng([seed, 2])
    names = list(SCENARIOS)
    shares = np.array([SCENARIOS[n][2] for n in names])
    for _ in range(200):
        chosen = name or str(rng.choice(names, p=shares / shares.sum()))
        act, count, _ = SCENARIOS[chosen]
        director = Director(world, np.random.default_rng(rng.integers(2 ** 63)), count)
        director.foreign = None
        _remember(director)
        director.open_door()
        try:
            act(director)
        except NotPossible:
            continue
        director.close_door()
        return chosen, director
    raise NotPossible(f"no scenario {name or ''} is possible in the cabinet of seed {world.seed}")
