#!/usr/bin/env python3
"""Shows each rule of tools/tidy catching what it is there for, and letting the rest pass."""

import importlib.machinery
import importlib.util
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent


def load(name):
    loader = importlib.machinery.SourceFileLoader(name, str(HERE / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    sys.modules[name] = module
    loader.exec_module(module)
    return module


tidy = load("tidy")


class Tree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def found(self, rule):
        """(file, line, rule) of what one rule finds in the tree."""
        return [(f.file, f.line, f.rule) for f in tidy.inspect(self.root, [rule])]


class IncludeDirection(Tree):
    def including(self, name, target):
        self.write(f"src/{target}", "// x\n")
        self.write(name, f'// y\n#include "{target}"\n')
        return self.found(tidy.include_direction)

    def test_refuses_arrows_that_point_up_or_across(self):
        for room, target in (("base", "perception/media/a.hpp"), ("base", "cli/a.hpp"),
                             ("perception/media", "perception/inference/a.hpp"),
                             ("perception/inference", "perception/media/a.hpp"),
                             ("perception/media", "perception/vision/a.hpp"),
                             ("perception/vision", "perception/cart/a.hpp"),
                             ("perception/cart", "commerce/a.hpp"),
                             ("perception/cart", "cli/a.hpp"),
                             ("commerce", "perception/cart/a.hpp"),
                             ("commerce", "platform/a.hpp"), ("platform", "commerce/a.hpp"),
                             ("server", "cli/a.hpp"), ("server", "simulate/a.hpp")):
            with self.subTest(room=room, target=target):
                name = f"src/{room}/b.cpp"
                self.assertEqual(self.including(name, target), [(name, 2, "include")])
                shutil.rmtree(self.root / "src")

    def test_allows_arrows_that_point_down(self):
        for room, target in (("perception/media", "base/a.hpp"),
                             ("perception/media", "perception/media/decoder/a.hpp"),
                             ("perception/vision", "perception/inference/a.hpp"),
                             ("perception/vision", "perception/media/a.hpp"),
                             ("perception/cart", "perception/vision/a.hpp"),
                             ("commerce/ledger", "commerce/session/a.hpp"),
                             ("server", "perception/cart/a.hpp"), ("server", "commerce/a.hpp"),
                             ("cli", "server/a.hpp"), ("cli", "base/a.hpp")):
            with self.subTest(room=room, target=target):
                self.assertEqual(self.including(f"src/{room}/b.cpp", target), [])

    def test_benchmarks_and_fuzzers_may_include_every_room_and_their_neighbours(self):
        self.assertEqual(self.including("bench/b.cpp", "perception/cart/a.hpp"), [])
        self.write("fuzz/corpus.hpp", "// x\n")
        self.write("fuzz/c.cpp", '#include "corpus.hpp"\n')
        self.assertEqual(self.found(tidy.include_direction), [])

    def test_refuses_includes_that_do_not_start_at_src(self):
        self.write("src/base/a.hpp", "// x\n")
        self.write("src/base/b.cpp", '#include "a.hpp"\n#include "../base/a.hpp"\n')
        self.assertEqual(self.found(tidy.include_direction),
                         [("src/base/b.cpp", 1, "include"), ("src/base/b.cpp", 2, "include")])

    def test_refuses_a_folder_that_is_no_room(self):
        self.write("src/misc/b.cpp", "// y\n")
        self.assertEqual(self.found(tidy.include_direction), [("src/misc/b.cpp", 1, "include")])

    def test_ffmpeg_is_seen_by_the_decoder_only(self):
        text = "#include <libavcodec/avcodec.h>\n#include <libswscale/swscale.h>\n"
        self.write("src/perception/media/decoder/main.cpp", text)
        self.assertEqual(self.found(tidy.ffmpeg_inside_decoder), [])
        self.write("src/perception/media/reader.cpp", text)
        self.write("bench/b.cpp", text)
        self.assertEqual({f[0] for f in self.found(tidy.ffmpeg_inside_decoder)},
                         {"src/perception/media/reader.cpp", "bench/b.cpp"})
        self.assertEqual(len(self.found(tidy.ffmpeg_inside_decoder)), 4)


class BannedCalls(Tree):
    def banned(self, line, name="src/base/a.cpp"):
        self.write(name, f"{line}\n")
        return [rule for _, _, rule in self.found(tidy.banned_calls)]

    def test_each_banned_call_is_found(self):
        for rule, lines in {
            "clock": ["std::chrono::system_clock::now();", "auto t = time(nullptr);",
                      "clock_gettime(CLOCK_REALTIME, &t);", "high_resolution_clock::now();"],
            "random": ["int x = rand();", "std::srand(1);", "std::random_device seed;"],
            "memory": ["auto* p = new int;", "delete p;", "delete[] p;", "void* p = malloc(4);",
                       "std::free(p);", "free(p);", "x = std::calloc(1, 2);"],
            "sleep": ["std::this_thread::sleep_for(1s);", "usleep(3);", "sleep(1);"],
            "output": ["std::cout << 1;", "std::cerr << 1;", "printf(\"x\");", "puts(\"x\");",
                       "std::fprintf(stderr, \"x\");", "fmt::print(\"x\");",
                       "fmt::println(stderr, \"x\");"],
        }.items():
            for line in lines:
                with self.subTest(line=line):
                    self.assertEqual(self.banned(line), [rule])

    def test_what_only_looks_like_a_banned_call_passes(self):
        for line in ("Foo(const Foo&) = delete;", "int renewed = new_state + deleted;",
                     "// a new cart, delete it: rand()", '"new printf( system_clock";',
                     "/* malloc( */", 'R"(new Thing)";', "snprintf(b, 9, \"x\");", "#include <new>",
                     "steady_clock::now();", "queue.free(x);", "av_free(x);", "frame.time(0);",
                     "int n = 1'000'000;", "auto sentence = fmt::format(\"new\");"):
            with self.subTest(line=line):
                self.assertEqual(self.banned(line), [])

    def test_code_after_a_string_or_a_digit_separator_is_still_looked_at(self):
        self.assertEqual(self.banned('f("//", \'"\', 1\'000); int x = rand();'), ["random"])

    def test_a_comment_over_several_lines_keeps_the_line_numbers(self):
        self.write("src/base/a.cpp", "/* one\n two */\nint x = rand();\n")
        self.assertEqual(self.found(tidy.banned_calls), [("src/base/a.cpp", 3, "random")])

    def test_the_command_line_the_decoder_and_tests_may_print(self):
        for name in ("src/cli/a.cpp", "src/perception/media/decoder/main.cpp",
                     "src/base/a_test.cpp", "bench/a.cpp"):
            self.assertEqual(self.banned("std::cerr << 1;", name), [])
            self.assertEqual(self.banned("int x = rand();", name), ["random"])
            (self.root / name).unlink()

    def test_an_exception_needs_the_rule_and_a_reason(self):
        self.assertEqual(self.banned("free(p);  // tidy-allow(memory): a C library's buffer"), [])
        self.assertEqual(self.banned("// tidy-allow(memory): a C library's\nfree(p);"), [])
        self.assertEqual(self.banned("free(p);  // tidy-allow(memory):"), ["memory"])
        self.assertEqual(self.banned("free(p);  // tidy-allow(clock): wrong rule"), ["memory"])


class Files(Tree):
    def test_long_files_and_lines_are_found_at_the_limit(self):
        self.write("src/base/ok.cpp", "x\n" * 420 + "")
        self.write("src/base/ok2.cpp", "x" * 100 + "\n")
        self.assertEqual(self.found(tidy.sizes), [])
        self.write("src/base/a.cpp", "x\n" * 421)
        self.write("tools/script", "#!/bin/sh\n" + "x" * 101 + "\n")
        self.assertEqual(self.found(tidy.sizes), [("src/base/a.cpp", 421, "file-length"),
                                                  ("tools/script", 2, "line-length")])

    def test_marks_are_found_and_words_like_them_are_not(self):
        self.write("src/base/a.cpp", "// TODO x\n# fixme\n/* XXX */\n// HACK\n")
        self.write("HACKING.md", "HACKING mkstemp(\"aXXXXXX\") hackathon, nothing to do\n")
        self.assertEqual(self.found(tidy.marks),
                         [("src/base/a.cpp", line, "mark") for line in (1, 2, 3, 4)])

    def test_headers_are_guarded_and_begin_with_a_comment(self):
        self.write("src/base/good.hpp", "// What it is.\n#pragma once\n")
        self.write("src/base/bad.hpp", "#pragma once\n// late\n")
        self.write("src/base/open.hpp", "// What it is. Without\n// #pragma once\n")
        self.assertEqual(self.found(tidy.headers), [("src/base/bad.hpp", 1, "header-comment"),
                                                    ("src/base/open.hpp", 1, "header-guard")])

    def test_files_that_nothing_builds_or_includes_are_dead(self):
        self.write("src/base/CMakeLists.txt", "tally_library(base SOURCES a.cpp sub/b.cpp)\n"
                   "# dead.cpp\n")
        self.write("bench/CMakeLists.txt", "add_executable(x ${name}_bench.cpp "
                   "${CMAKE_SOURCE_DIR}/src/base/c.cpp ../src/base/d.cpp)\n")
        for name in ("src/base/a.cpp", "src/base/sub/b.cpp", "src/base/c.cpp", "src/base/d.cpp",
                     "src/base/dead.cpp", "bench/nms_bench.cpp", "bench/other.cpp"):
            self.write(name, '#include "base/used.hpp"\n')
        self.write("src/base/used.hpp", "// x\n")
        self.write("src/base/unused.hpp", "// x\n")
        self.assertEqual([f[0] for f in self.found(tidy.dead_files)],
                         ["bench/other.cpp", "src/base/dead.cpp", "src/base/unused.hpp"])

    def test_paths_of_one_machine_are_found(self):
        # Put together here, so that this file holds none itself.
        of_a_machine = ("work/main", "home/somebody", "root", "tmp/w")
        self.write("docs/a.md", "".join(f"see /{place}/x\n" for place in of_a_machine))
        of_any = ("/".join((before, "work", "x")) for before in ("a", "..", "$ROOT"))
        self.write("docs/ok.md", " ".join([*of_any, "/tmp/x", "/usr/bin", "/rooted"]) + "\n")
        self.assertEqual(self.found(tidy.machine_paths),
                         [("docs/a.md", line, "machine-path") for line in (1, 2, 3, 4)])

    def test_tabs_and_blanks_at_the_end_are_found(self):
        self.write("a.md", "x \n\ty\nz")
        self.write("picture.png", b"\x89PNG\0 \t\n \n")
        self.assertEqual(self.found(tidy.white_space),
                         [("a.md", 1, "trailing-space"), ("a.md", 2, "tab"),
                          ("a.md", 3, "final-newline")])

    def test_links_to_files_that_do_not_exist_are_found(self):
        self.write("docs/here.md", "x\n")
        self.write("docs/a.md", "[a](here.md) [b](gone.md#part) [w](https://x.org/y) [s](#own)\n"
                   "![p](../pictures/gone.png)\n[r]: lost.md\n<img src=\"gone.gif\">\n"
                   "`[code](no.md)`\n```\n[code](no.md)\n```\n[out](../../shared/data)\n")
        self.assertEqual(self.found(tidy.doc_links),
                         [("docs/a.md", line, "link") for line in (1, 2, 3, 4)])

    def test_the_licence_must_stand_there_in_full(self):
        self.assertEqual(self.found(tidy.licence), [("LICENSE", 1, "licence")])
        self.write("LICENSE", "Apache License\n")
        self.assertEqual(self.found(tidy.licence), [("LICENSE", 1, "licence")])
        shutil.copy(HERE.parent / "LICENSE", self.root / "LICENSE")
        self.assertEqual(self.found(tidy.licence), [])

    @unittest.skipUnless(shutil.which(tidy.CLANG_FORMAT), "needs clang-format-19")
    def test_unformatted_sources_are_found_once_each(self):
        shutil.copy(HERE.parent / ".clang-format", self.root)
        self.write("src/base/a.cpp", "int  x ;\nint   y;\n")
        self.write("src/base/b.cpp", "int x;\n")
        self.assertEqual(self.found(tidy.formatting), [("src/base/a.cpp", 1, "format")])

    def test_a_missing_formatter_is_said_and_not_a_finding(self):
        self.write("src/base/a.cpp", "int  x ;\n")
        name, tidy.CLANG_FORMAT = tidy.CLANG_FORMAT, "clang-format-that-is-not-there"
        self.addCleanup(setattr, tidy, "CLANG_FORMAT", name)
        self.assertEqual(self.found(tidy.formatting), [])


class Program(Tree):
    def run_tidy(self):
        return subprocess.run([sys.executable, HERE / "tidy", "--root", self.root],
                              capture_output=True, text=True)

    def test_prints_file_line_rule_and_advice_and_fails(self):
        shutil.copy(HERE.parent / "LICENSE", self.root / "LICENSE")
        self.assertEqual((self.run_tidy().returncode, self.run_tidy().stdout), (0, ""))
        place = "/".join(("", "root", ""))
        self.write("a.md", f"see {place}x\n")
        done = self.run_tidy()
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, rf"^a\.md:1: machine-path: '{place}': .+\n$")

    @unittest.skipUnless(shutil.which("git"), "needs git")
    def test_what_git_ignores_is_left_alone_and_new_files_are_not(self):
        subprocess.run(["git", "init", "-q", self.root], check=True)
        self.write(".gitignore", "/build/\n")
        self.write("build/a.md", "x \n")
        self.write("new.md", "x \n")
        self.assertEqual([f[0] for f in self.found(tidy.white_space)], ["new.md"])


if __name__ == "__main__":
    unittest.main()
