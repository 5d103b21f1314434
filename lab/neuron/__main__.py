"""python -m lab.neuron PACKAGE -o FOLDER: a model package for AWS Neuron; docs/neuron.md."""

import sys

from lab.neuron import plan as planning


def main(words=None):
    arguments = planning.parser().parse_args(words)
    try:
        plan = planning.plan_of(arguments)
        lacking = planning.missing(plan)
        for line in planning.in_words(plan):
            print(line, file=sys.stderr)
        for name, how in lacking.items():
            print(f"missing: {name}: {how}", file=sys.stderr)
        if arguments.dry_run:
            return 0
        if lacking:
            return 5  # As tally's exit codes: unavailable.
        from lab.neuron.compiling import compile_package
        compile_package(plan)
    except planning.PlanError as error:
        print(f"lab.neuron: error: {error}", file=sys.stderr)
        return 1
    print(plan.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
