"""The numbers of IdentifyModel (src/perception/identify/identify.hpp) of most likelihood.

What is maximised is the mean log probability of each held item's product among the products of its
cabinet and "none of these", by all looks at it. The model is written here once more, for arrays;
its constants are fitted as numbers that may be anything (logarithm, log odds), by a pattern search
(Hooke and Jeeves, 1961), which needs no derivatives and gives the same answer every time.
"""

from dataclasses import astuple, dataclass, fields, replace

import numpy as np

NONE_PRIOR = 0.04  # Of "none of these", as acts.cpp has it.
STEP, STEP_MIN = 1.0, 0.01
ROUNDS_MAX = 400
STRANGE_LOOKS, STRANGE_PHOTOS, STRANGE_MAX = 8, 4, 4.0  # As kStrangeLooks, ….
RIDGE, NEWTON_ROUNDS = 1e-6, 30
ODDS_MAX = 7.0  # Of a probability: beyond it nothing changes that can be measured.


@dataclass(frozen=True)
class Model:
    """As in identify.hpp; the values are those that are shipped."""
    concentration: float = 18.0
    background: float = 0.55
    outlier: float = 0.05
    same_camera: float = 0.7
    other_camera: float = 0.6


@dataclass(frozen=True)
class Strange:
    """When an item is none of the products, as in identify.hpp; the values are those shipped."""
    strange_slope: float = 30.0
    strange_middle: float = 0.8


NAMES = tuple(field.name for field in fields(Model))
SCALES = {"concentration": "log", "background": "plain", "outlier": "odds", "same_camera": "odds",
          "other_camera": "odds"}


def freed(name, value):
    """A number of the model as one that may be anything."""
    if SCALES[name] == "log":
        return np.log(value)
    if SCALES[name] == "plain":
        return value * 10  # So that a step is a tenth.
    return float(np.clip(np.log(value / (1 - value)) if 0 < value < 1 else np.inf * (value - 0.5),
                         -ODDS_MAX, ODDS_MAX))


def bound(name, value):
    if SCALES[name] == "log":
        return float(np.exp(value))
    if SCALES[name] == "plain":
        return value / 10
    return float(1 / (1 + np.exp(-np.clip(value, -ODDS_MAX, ODDS_MAX))))


def look_weights(cameras, model):
    """By which each look counts: as log_likelihoods does."""
    names, counts = np.unique(cameras, return_counts=True)
    within = 1 / (1 + (counts - 1) * model.same_camera)
    between = 1 / (1 + (len(names) - 1) * model.other_camera)
    return between * within[np.searchsorted(names, cameras)]


def log_likelihoods(item, model):
    """[products]: log p(looks | product) - log p(looks | none of these); 0 without photos."""
    known = ~np.isnan(item.similarities)
    exponents = np.where(known, model.concentration * (item.similarities - model.background),
                         -np.inf)
    counts = known.sum(axis=2)
    with np.errstate(divide="ignore"):
        kernel = np.logaddexp.reduce(exponents, axis=2) - np.log(np.maximum(counts, 1))
        looks = np.logaddexp(kernel + np.log1p(-model.outlier), np.log(model.outlier))
    return look_weights(item.cameras, model) @ np.where(counts > 0, looks, 0.0)


def upper_quartile(item):
    """Of an item's looks: how alike they are to the most alike photo of any product."""
    best = np.sort(np.nanmax(item.similarities, axis=(1, 2)))
    return float(best[(len(best) - 1) * 3 // 4])


def strangeness(item, strange):
    """Log odds that it is none of the products: as strangeness() does."""
    return float(np.clip(strange.strange_slope * (strange.strange_middle - upper_quartile(item)),
                         -STRANGE_MAX, STRANGE_MAX))


def log_likelihoods_of_item(item, model, strange=Strange()):
    """[products]: as log_likelihoods_of_items does."""
    logs, photos = log_likelihoods(item, model), (~np.isnan(item.similarities[0])).sum(axis=1)
    known = photos > 0
    share = min(1, len(item.cameras) / STRANGE_LOOKS) * min(
        1, photos.sum() / max(1, known.sum() * STRANGE_PHOTOS))
    if share == 0:
        return logs
    none = np.logaddexp.reduce(logs[known]) - np.log(known.sum()) + strangeness(item, strange)
    return np.where(known, logs - share * none, logs)


def log_posterior(item, model):
    """[products + 1]: of each product, all as likely before, and of none of these."""
    logs = log_likelihoods_of_item(item, model)
    logs = np.append(logs + np.log((1 - NONE_PRIOR) / len(logs)), np.log(NONE_PRIOR))
    return logs - np.logaddexp.reduce(logs)


def score(items, model):
    """The mean log probability of the right product."""
    return float(np.mean([log_posterior(item, model)[item.product] for item in items]))


def right(items, model):
    """The share of items whose likeliest product is theirs."""
    return float(np.mean([log_posterior(item, model).argmax() == item.product for item in items]))


def strange(items, strangers):
    """The logistic regression of "it is none of the products" on the upper quartile of items that
    were looked at often, of products and strangers, which weigh the same; by Newton's method."""
    often = [[upper_quartile(item) for item in group if len(item.cameras) >= STRANGE_LOOKS]
             for group in (items, strangers)]
    if not all(often):
        return None
    values = np.concatenate(often)
    is_strange = np.repeat([0.0, 1.0], [len(group) for group in often])
    weights = np.repeat([0.5 / len(group) for group in often], [len(group) for group in often])
    x = np.stack([np.ones_like(values), values - values.mean()], axis=1)
    # Where both are apart for good, a slope without end would be likeliest.
    ridge = np.diag([0.0, RIDGE])
    beta = np.zeros(2)
    for _ in range(NEWTON_ROUNDS):
        p = 1 / (1 + np.exp(-x @ beta))
        gradient = x.T @ (weights * (is_strange - p)) - ridge @ beta
        hessian = (x.T * (weights * p * (1 - p))) @ x + ridge + 1e-12 * np.eye(2)
        beta = beta + np.linalg.solve(hessian, gradient)
    return Strange(float(-beta[1]), float(values.mean() - beta[0] / beta[1]))


def fit(items, begin=Model(), held=()):
    """The model of most likelihood, from `begin`; the numbers named in `held` stay."""
    names = [name for name in NAMES if name not in held]
    point = np.array([freed(name, getattr(begin, name)) for name in names])

    def made(values):
        return replace(begin, **{name: bound(name, value) for name, value in zip(names, values)})

    best, step = score(items, made(point)), STEP
    for _ in range(ROUNDS_MAX):
        if step < STEP_MIN:
            break
        before = best
        for axis in range(len(names)):
            for change in (step, -step):
                tried = point.copy()
                tried[axis] = freed(names[axis], bound(names[axis], tried[axis] + change))
                value = score(items, made(tried))
                if value > best:
                    point, best = tried, value
                    break
        if best == before:
            step /= 2
    return made(point)


def spread(items, model, held=(), resamples=20, seed=1):
    """Standard deviations of the fitted numbers over sessions drawn again with replacement."""
    random = np.random.default_rng(seed)
    groups = {}
    for item in items:
        groups.setdefault(item.session, []).append(item)
    names = sorted(groups)
    found = []
    for _ in range(resamples):
        chosen = random.integers(0, len(names), len(names))
        found.append(astuple(fit([item for k in chosen for item in groups[names[k]]], model, held)))
    return Model(*np.std(found, axis=0).tolist())
