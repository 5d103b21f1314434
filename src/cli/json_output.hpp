// What commands print with --json, other than the cart (base/cart_json.hpp). Keys come in a fixed
// order; text that is not UTF-8 has U+FFFD in place of the bad bytes.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/cart.hpp"
#include "base/error.hpp"
#include "base/metrics.hpp"
#include "cli/doctor_checks.hpp"
#include "perception/inference/bench_engine.hpp"
#include "perception/vision/detector.hpp"

namespace tally::cli {

struct DetectedPicture {
  std::string file;
  std::int64_t frame = 0;
  std::int64_t time_ms = 0;
  vision::Size size;
  std::vector<vision::MaskedDetection> detections;
  std::vector<std::int64_t>
      tracks{};  // Of each detection, 0: none; empty where nothing is tracked.
};

// Schema `tally.detections.v1` (detect_command.hpp), one picture a line.
[[nodiscard]] std::string detections_json(const std::vector<DetectedPicture>& pictures,
                                          const std::vector<std::string>& class_names);

// Of an engine and how it was opened.
struct EngineFacts {
  std::string model;
  std::string description;
  std::string precision;
  int threads = 0;
  int streams = 0;
  std::size_t requests = 0;
};

[[nodiscard]] std::string engine_bench_json(const EngineFacts& engine,
                                            const inference::EngineBench& bench,
                                            const ResourceUse& use);

// One way of running a clip, measured.
struct PipelineRun {
  double frames_per_second = 0;  // Of the median run.
  std::vector<double> frames_per_second_runs;
  CartStats stats;         // Of the median run.
  double cpu_seconds = 0;  // Likewise; of all threads and of the decoders.
  Distribution frame_ms;   // From frame to frame, over all runs.
};

// Every frame of the same videos read, one video after another, and nothing done with them.
struct DecodeAlone {
  std::int64_t frames = 0;
  double cpu_seconds = 0;
  double wall_seconds = 0;
};

struct PipelineBench {
  std::string video;  // Or a session's folder.
  int cameras = 1;
  EngineFacts engine;
  std::int64_t duration_ms = 0;
  PipelineRun run;
  DecodeAlone decode_alone;
  bool runs_agree = true;                // All runs gave the same cart, byte for byte.
  std::optional<PipelineRun> reference;  // With every saving off.
  std::vector<std::string> differences;  // Of the carts with and without savings.
  ResourceUse use;                       // After the runs, before the reference.
};
[[nodiscard]] std::string pipeline_bench_json(const PipelineBench& bench);

[[nodiscard]] std::string doctor_json(const std::vector<Check>& checks);

// Lines of `tally process --stdin-list`, with the newline.
[[nodiscard]] std::string list_line(const std::string& video, const Cart& cart);
[[nodiscard]] std::string list_line(const std::string& video, const Error& error);

}  // namespace tally::cli
