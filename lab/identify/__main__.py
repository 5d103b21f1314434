"""python -m lab.identify LOOKS: fits identification's numbers on what `fusion looks` printed."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from lab.identify import fit, looks

TUNING_END = 1_000_000


def main():
    parser = argparse.ArgumentParser(prog="python -m lab.identify", description=__doc__)
    parser.add_argument("looks", type=Path, help="a line for each session, seeds below 1,000,000")
    parser.add_argument("--hold", action="append", default=[], choices=fit.NAMES,
                        help="a number that stays as it is shipped")
    parser.add_argument("--resamples", type=int, default=20, help="for the spread; 0: none")
    arguments = parser.parse_args()
    lines = arguments.looks.read_text().splitlines()
    for line in lines:
        folder = Path(json.loads(line)["session"])
        if json.loads((folder / "truth.json").read_text())["seed"] >= TUNING_END:
            parser.error(f"{folder}: is for evaluation, and nothing is fitted on it")
    items, strangers, unknown = looks.read(lines)
    shipped = fit.Model()
    fitted = fit.fit(items, shipped, arguments.hold)
    told = {"sessions": len(lines), "items": len(items), "strange": len(strangers),
            "left_out": unknown}
    for name, model in (("shipped", shipped), ("fitted", fitted)):
        told[name] = {"numbers": {k: round(v, 4) for k, v in asdict(model).items()},
                      "log_probability": round(fit.score(items, model), 4),
                      "right": round(fit.right(items, model), 4)}
    found = fit.strange(items, strangers)
    told["strange_fitted"] = found and {k: round(v, 4) for k, v in asdict(found).items()}
    if arguments.resamples:
        found = fit.spread(items, fitted, arguments.hold, arguments.resamples)
        told["standard_deviation"] = {k: round(v, 4) for k, v in asdict(found).items()}
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
