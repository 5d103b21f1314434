"""How well products are told apart by a few photos each.

A gallery has the embeddings of each product's enrolment photos; a query goes to the product with
the nearest one ("all") or the nearest mean ("mean"). Top-1 is the share of queries that went right.
"""

import numpy as np

from . import crops

ENROLMENT_PHOTOS = 5
DRAWS = 10
CENTRE_SHARE = 0.75
QUERIES_MIN = 1


def centre_of(picture, share=CENTRE_SHARE):
    """The middle of a photo: what a detector's box around the held product amounts to, roughly."""
    height, width = picture.shape[:2]
    x, y = round(width * (1 - share) / 2), round(height * (1 - share) / 2)
    return picture[y:height - y, x:width - x]


def embed_all(embed, pictures, batch=64):
    """[n,128] of RGB pictures of any size. embed: bytes [B,96,96,3] -> [B,128]."""
    boxed = np.stack([crops.letterbox(picture) for picture in pictures])
    return np.concatenate([embed(boxed[i:i + batch]) for i in range(0, len(boxed), batch)])


def top1(gallery, gallery_products, queries, query_products, products):
    """{"all", "mean"}: right answers, as [queries] bool arrays."""
    similar = queries @ gallery.T
    best = np.stack([similar[:, gallery_products == p].max(1) for p in range(products)], 1)
    means = np.stack([gallery[gallery_products == p].mean(0) for p in range(products)])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    return {"all": best.argmax(1) == query_products,
            "mean": (queries @ means.T).argmax(1) == query_products}


def grocery(embed, folder, draws=DRAWS, whole=False):
    """Top-1 over the held-out grocery products, mean and least over random draws of 5 photos."""
    _, held = crops.read_grocery(folder)
    pictures = [[crops.read(crop, 512) for crop in product.seen] for product in held]
    if not whole:
        pictures = [[centre_of(picture) for picture in found] for found in pictures]
    vectors = [embed_all(embed, found) for found in pictures]
    results = {"all": [], "mean": []}
    queries = 0
    for draw in range(draws):
        random = np.random.default_rng([7, draw])
        gallery, gallery_products, asked, asked_products = [], [], [], []
        for number, found in enumerate(vectors):
            order = random.permutation(len(found))
            enrolled, rest = order[:ENROLMENT_PHOTOS], order[ENROLMENT_PHOTOS:]
            gallery.append(found[enrolled])
            gallery_products += [number] * len(enrolled)
            asked.append(found[rest])
            asked_products += [number] * len(rest)
        right = top1(np.concatenate(gallery), np.array(gallery_products), np.concatenate(asked),
                     np.array(asked_products), len(held))
        queries = len(asked_products)
        for name, values in right.items():
            results[name].append(float(values.mean()))
    return {"products": len(held), "queries": queries, "draws": draws,
            **{f"top1_{name}": round(float(np.mean(values)), 4)
               for name, values in results.items()},
            **{f"top1_{name}_least": round(min(values), 4) for name, values in results.items()}}


def synthetic(embed, products, kind="seen"):
    """Top-1 of crops ("seen": held in a hand, "shelf") among the products of their session."""
    sessions = {}
    for product in products:
        if product.enrol:
            sessions.setdefault(product.group, []).append(product)
    right = {"all": [], "mean": []}
    candidates = []
    for found in sessions.values():
        asked = [(n, crop) for n, p in enumerate(found) for crop in getattr(p, kind)]
        if len(asked) < QUERIES_MIN or len(found) < 2:
            continue
        enrolled = [(n, crop) for n, p in enumerate(found) for crop in p.enrol[:ENROLMENT_PHOTOS]]
        gallery = embed_all(embed, [crops.read(crop) for _, crop in enrolled])
        queries = embed_all(embed, [crops.read(crop) for _, crop in asked])
        answers = top1(gallery, np.array([n for n, _ in enrolled]), queries,
                       np.array([n for n, _ in asked]), len(found))
        candidates.append(len(found))
        for name, values in answers.items():
            right[name].append(values)
    if not candidates:
        return None
    return {"sessions": len(candidates), "candidates": round(float(np.mean(candidates)), 1),
            "queries": int(sum(len(v) for v in right["all"])),
            **{f"top1_{name}": round(float(np.concatenate(values).mean()), 4)
               for name, values in right.items()}}
