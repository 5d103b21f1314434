#!/usr/bin/env python3
"""What tools/count_tests makes of ctest's results."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = Path(__file__).resolve().with_name("count_tests")


def case(status, output="", inside=""):
    return (f'<testcase name="x_test" status="{status}">{inside}'
            f"<system-out>{output}</system-out></testcase>")


class CountTests(unittest.TestCase):
    def count(self, *cases):
        """(exit status, last line) for a results file of these cases."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "results.xml"
            path.write_text(f"<testsuite>{''.join(cases)}</testsuite>")
            return self.run_on(path)

    def run_on(self, *paths):
        done = subprocess.run([sys.executable, PROGRAM, *paths], capture_output=True, text=True)
        return done.returncode, done.stdout.splitlines()[-1]

    def test_adds_up_what_programs_say_about_themselves(self):
        google = "[  PASSED  ] 5 tests.\n[  SKIPPED ] 2 tests, listed below:\n[  SKIPPED ] A.b\n"
        python = "Ran 7 tests in 0.1s\n\nOK (skipped=1)\n"
        self.assertEqual(self.count(case("run", google), case("run", python), case("run")),
                         (0, "12 passed, 0 failed, 3 skipped"))

    def test_a_failed_program_counts_its_failures(self):
        output = "[  PASSED  ] 5 tests.\n[  FAILED  ] 2 tests, listed below:\n[  FAILED  ] A.b\n"
        self.assertEqual(self.count(case("fail", output, "<failure/>")),
                         (1, "5 passed, 2 failed, 0 skipped"))

    def test_a_program_that_crashed_or_was_not_found_is_a_failure(self):
        missing = '<skipped message="Unable to find executable"/>'
        self.assertEqual(self.count(case("fail", "[ RUN ] A.b", "<failure/>"),
                                    case("notrun", "", missing), case("run")),
                         (1, "1 passed, 2 failed, 0 skipped"))

    def test_a_program_that_failed_after_its_tests_passed_is_a_failure(self):
        self.assertEqual(self.count(case("fail", "[  PASSED  ] 5 tests.\n", "<failure/>")),
                         (1, "5 passed, 1 failed, 0 skipped"))

    def test_skipped_and_disabled_entries_are_skipped(self):
        skip = '<skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>'
        self.assertEqual(self.count(case("notrun", "", skip), case("disabled"), case("run")),
                         (0, "1 passed, 0 failed, 2 skipped"))

    def test_no_results_are_a_failure(self):
        self.assertEqual(self.count()[0], 1)
        self.assertEqual(self.run_on("not-there.xml"), (1, "0 passed, 1 failed, 0 skipped"))


if __name__ == "__main__":
    unittest.main()
