"""A package for Neuron: the manifest of the one for CPUs, changed, beside the NEFF. Standard
library only."""

import copy
import hashlib
import shutil
import tempfile
from pathlib import Path

GRAPH = "model.neff"


def manifest_for(plan, digests):
    """The manifest of the compiled package; `digests` are the SHA-256 of its files by name."""
    made = copy.deepcopy(plan.manifest)
    made.update(graph=GRAPH, target="neuron", precision=plan.precision, files=digests)
    given = made["input"]
    # The names that the SDK gives to the tensors of a trace; tally also finds them by their shape.
    given.update(name="input0", type=plan.pictures, shape=list(plan.example_shape))
    if plan.pictures == "u8":
        given.update(layout="nhwc", color="rgb", scale=1)
    for index, output in enumerate(made["output"]):
        output.update(name=f"output{index}", type="f32",
                      shape=[plan.batch, *output["shape"][1:]])
    return made


def _value(value):
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return repr(value)


def _table(table):
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items())


ROOT_KEYS = ("format", "name", "source", "licence", "task", "head", "graph", "target", "precision")
TABLES = ("input", "output", "classes", "thresholds", "golden")


def manifest_text(manifest):
    """model.toml, in the order in which tally writes it."""
    text = _table({key: manifest[key] for key in ROOT_KEYS})
    for name in TABLES:
        content = manifest.get(name)
        if isinstance(content, list):
            text += "".join(f"\n[[{name}]]\n" + _table(item) for item in content)
        elif content is not None:
            text += f"\n[{name}]\n" + _table(content)
    text += "\n[files]\n"
    for name, digest in sorted(manifest["files"].items()):
        text += f'"{name}" = "{digest}"\n'
    return text


def write_package(plan, neff):
    """Writes the folder beside its place and renames it there: complete, or not at all."""
    plan.output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=plan.output.parent, prefix=".neuron-") as staging:
        folder = Path(staging) / "package"
        folder.mkdir()
        golden = plan.manifest["golden"]
        for name in (golden["input"], *golden["outputs"]):
            shutil.copyfile(plan.package / name, folder / name)
        shutil.copyfile(neff, folder / GRAPH)
        digests = {file.name: hashlib.sha256(file.read_bytes()).hexdigest()
                   for file in folder.iterdir()}
        (folder / "model.toml").write_text(manifest_text(manifest_for(plan, digests)))
        if plan.output.exists():
            shutil.rmtree(plan.output)
        folder.rename(plan.output)
