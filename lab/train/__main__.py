"""python -m lab.train COMMAND: see README.md."""

import argparse
import importlib
import os
import sys

# Two cores shared with others: waiting threads must not burn what the working one needs. Has to be
# set before PyTorch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

COMMANDS = {
    "recipe": ("recipe", "both models from pictures to packages, in one command"),
    "detector": ("detector", "train and export the detector"),
    "eval-detector": ("eval_detector", "AP50 of an exported detector"),
    "export-detector": ("export_detector", "export a checkpoint, also of an unfinished run"),
    "embedder": ("embedder", "train and export the embedder"),
    "export-embedder": ("export_embedder", "export a checkpoint, also of an unfinished run"),
    "eval-embedder": ("eval_embedder", "products told apart from five photos each"),
    "cards": ("cards", "model cards from measured results"),
}


def main():
    parser = argparse.ArgumentParser(prog="python -m lab.train", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    chosen = sys.argv[1] if len(sys.argv) > 1 else None
    for name, (module, text) in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        if name == chosen:  # The others need not be loaded.
            importlib.import_module(f"{__package__}.{module}").add_arguments(command)
    arguments = parser.parse_args()
    module = importlib.import_module(f"{__package__}.{COMMANDS[arguments.command][0]}")
    return module.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
