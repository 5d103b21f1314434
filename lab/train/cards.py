"""`python -m lab.train cards`: a model card from a template and from measured results.

Every number comes from JSON that training and evaluation wrote; a placeholder without a value is an
error, and so is a result file made by another model file.
"""

import hashlib
import json
import re
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent / "cards"
PLACEHOLDER = re.compile(r"\{\{([^{}]+)\}\}")


class CardError(Exception):
    """A number that nobody measured: says which."""


def add_arguments(parser):
    parser.add_argument("kind", choices=("detector", "close_up", "embedder"))
    parser.add_argument("--model", required=True, type=Path, help="the ONNX file")
    parser.add_argument("--training", required=True, type=Path, help="….training.json")
    parser.add_argument("--results", required=True, type=Path, help="what eval-… --out wrote")
    parser.add_argument("--out", required=True, type=Path, help="the card")


def value_at(values, path):
    """values["a"]["b"][-1] for "a.b.-1"."""
    found = values
    for part in path.split("."):
        try:
            found = found[int(part)] if isinstance(found, list) else found[part]
        except (KeyError, IndexError, TypeError, ValueError):
            raise CardError(f"{path}: not among the results") from None
    if found is None:
        raise CardError(f"{path}: was not measured")
    return found


def shown(value, form):
    if form == "percent":
        return f"{100 * value:.1f} %"
    if form == "millions":
        return f"{value / 1e6:.2f} million"
    if form == "thousands":
        return f"{value:,}"
    if form == "list":
        return ", ".join(str(entry) for entry in value)
    if form:
        raise CardError(f"{form}: not a form of a number")
    return str(value)


def filled(template, values):
    """Placeholders are {{path}} or {{path|form}}."""
    def replaced(match):
        path, _, form = match.group(1).strip().partition("|")
        return shown(value_at(values, path), form)
    return PLACEHOLDER.sub(replaced, template)


def main(arguments):
    training = json.loads(arguments.training.read_text())
    results = json.loads(arguments.results.read_text())
    data = arguments.model.read_bytes()
    if results["model"] != arguments.model.name or training["file_bytes"] != len(data):
        raise CardError(f"{arguments.model}: these results are of another file")
    values = {"training": training, "results": results["results"],
              "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    template = (TEMPLATES / f"{arguments.kind}.md").read_text()
    arguments.out.write_text(filled(template, values))
    print(arguments.out)
