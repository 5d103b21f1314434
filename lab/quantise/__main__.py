"""python -m lab.quantise PACKAGE --pictures FILE --output GRAPH.xml

A model package in fp32 becomes a graph in int8, with NNCF. The pictures are u8 [N, H, W, 3] RGB of
the network's size, without a header, as `tally compile --calibrate` writes them before it runs
this. Compile what is written with `tally compile GRAPH.xml --precision int8 --against FP32.onnx
--verify …`, which `tally compile --precision int8 --calibrate …` does by itself.
"""

import argparse
import sys
from pathlib import Path

from lab.quantise.quantise import QuantiseError, quantise


def main(words=None):
    parser = argparse.ArgumentParser(prog="python -m lab.quantise", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", type=Path, help="a model package in fp32, for CPUs")
    parser.add_argument("--pictures", type=Path, required=True, help="what to measure ranges on")
    parser.add_argument("--output", type=Path, required=True, help="the graph to write, *.xml")
    arguments = parser.parse_args(words)
    try:
        count = quantise(arguments.package, arguments.pictures, arguments.output)
    except (QuantiseError, OSError) as error:
        print(f"lab.quantise: error: {error}", file=sys.stderr)
        return 1
    except ImportError as error:
        print(f"lab.quantise: error: {error}; run lab/quantise/setup", file=sys.stderr)
        return 5  # As tally's exit codes: unavailable.
    print(f"{arguments.output}: quantised on {count} pictures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
