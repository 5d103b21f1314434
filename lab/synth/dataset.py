"""YOLO and COCO, out and in. Class ids are frozen: 0 hand, 1 item, 2 item_in_hand.

Both formats round-trip: what is read back and written again is the same bytes.
"""

import json
from pathlib import Path

import numpy as np

CLASS_NAMES = ("hand", "item", "item_in_hand")


def yolo_lines(boxes, size):
    """`boxes`: (class, (left, top, right, bottom) in pixels)."""
    width, height = size
    lines = []
    for kind, (left, top, right, bottom) in boxes:
        lines.append(f"{kind} {(left + right) / 2 / width:.6f} {(top + bottom) / 2 / height:.6f} "
                     f"{(right - left) / width:.6f} {(bottom - top) / height:.6f}")
    return "".join(line + "\n" for line in lines)


def parse_yolo(text, size):
    """(class, box) of each line. Polygons, which some files have, become their boxes."""
    width, height = size
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        fields = line.split()
        if not fields:
            continue
        try:
            kind, values = int(fields[0]), [float(field) for field in fields[1:]]
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
        if len(values) == 4:
            x, y, w, h = values
            box = ((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width,
                   (y + h / 2) * height)
        elif len(values) >= 6 and len(values) % 2 == 0:
            xs, ys = np.array(values[::2]) * width, np.array(values[1::2]) * height
            box = (xs.min(), ys.min(), xs.max(), ys.max())
        else:
            raise ValueError(f"line {number}: {len(values)} numbers are neither a box nor a "
                             "polygon")
        found.append((kind, tuple(float(v) for v in box)))
    return found


def mask_to_rle(mask):
    """COCO's uncompressed run lengths: column by column, zeros first."""
    flat = np.asarray(mask, bool).ravel(order="F")
    changes = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff(np.concatenate([[0], changes, [len(flat)]]))
    counts = [int(run) for run in runs]
    return {"counts": [0] + counts if len(flat) and flat[0] else counts,
            "size": [int(mask.shape[0]), int(mask.shape[1])]}


def rle_to_mask(rle):
    height, width = rle["size"]
    counts = rle["counts"]
    flat = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    if len(flat) != height * width:
        raise ValueError(f"run lengths add up to {len(flat)}, not to {height} x {width}")
    return flat.reshape((height, width), order="F")


def coco(images, class_names=CLASS_NAMES):
    """`images`: dicts of file_name, width, height, things (class, box, and perhaps mask, visible,
    product). A category's id is the class id: COCO allows 0."""
    data = {"images": [], "annotations": [],
            "categories": [{"id": k, "name": name} for k, name in enumerate(class_names)]}
    for number, image in enumerate(images):
        data["images"].append({"id": number, **{key: image[key] for key in
                                                ("file_name", "width", "height")}})
        for thing in image["things"]:
            left, top, right, bottom = thing["box"]
            entry = {"id": len(data["annotations"]), "image_id": number,
                     "category_id": thing["class"], "iscrowd": 0,
                     "bbox": [left, top, right - left, bottom - top],
                     "area": float((right - left) * (bottom - top))}
            if "mask" in thing:
                entry["segmentation"] = mask_to_rle(thing["mask"])
                entry["area"] = float(np.count_nonzero(thing["mask"]))
            attributes = {key: thing[key] for key in ("visible", "product", "item", "hand")
                          if key in thing}
            if attributes:
                entry["attributes"] = attributes
            data["annotations"].append(entry)
    return data


def parse_coco(data):
    """The images that `coco` took, with class ids by the file's own categories."""
    kinds = {category["id"]: CLASS_NAMES.index(category["name"])
             if category["name"] in CLASS_NAMES else category["id"]
             for category in data["categories"]}
    images = {image["id"]: {key: image[key] for key in ("file_name", "width", "height")}
              | {"things": []} for image in data["images"]}
    for entry in data["annotations"]:
        x, y, w, h = entry["bbox"]
        thing = {"class": kinds[entry["category_id"]], "box": (x, y, x + w, y + h)}
        segmentation = entry.get("segmentation")
        if isinstance(segmentation, dict):
            thing["mask"] = rle_to_mask(segmentation)
        thing |= entry.get("attributes", {})
        images[entry["image_id"]]["things"].append(thing)
    return list(images.values())


def write_coco(images, path):
    Path(path).write_text(json.dumps(coco(images)) + "\n")


def read_coco(path):
    return parse_coco(json.loads(Path(path).read_text()))
