// The streams of one engine. Each is the graph made by OpenVINO once more, on threads of its own,
// and runs one request at a time.
//
// The first is there at once. The others are made in the background, one after another, once a
// request has found none idle a few times: what ends before that, a photo or a clip of a few
// frames, neither waits nor pays for them. Where one can't be made any more, those there go on.
//
// Internal, as openvino_support.hpp is; functions throw what OpenVINO throws.
// Thread-safety: yes. Determinism: all streams give the same bytes for the same input.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "perception/inference/openvino_support.hpp"

namespace tally::inference::openvino {

// What OpenVINO's CPU plugin made of a graph, and can make more of. What it imports it can't export
// (2026.4.1 writes what it then can't read), so this is exported from what was compiled.
[[nodiscard]] std::string blob_of(ov::CompiledModel& compiled);
[[nodiscard]] ov::CompiledModel import_blob(std::string_view blob, const ov::AnyMap& properties);

class Streams {
 public:
  static constexpr int kBusyMin = 4;  // So many times none is idle before others are made.

  // `first` is of `blob`, for one stream, with `properties`; there will be `count` like it.
  Streams(ov::CompiledModel first, std::string blob, ov::AnyMap properties, int count);

  // Takes the stream with the fewest requests, for one that starts. The request gives it back when
  // it ends; the caller does, by end(), where it could not be started.
  [[nodiscard]] std::size_t begin();
  void end(std::size_t stream);

  // Of that stream. All streams outlive it.
  [[nodiscard]] ov::InferRequest create_request(std::size_t stream);

  [[nodiscard]] int made() const;
  void finish();  // Waits until those that are being made are there.

 private:
  void make_others(const std::stop_token& stop);

  std::string blob_;  // Until all are made.
  const ov::AnyMap properties_;
  const int count_;
  mutable std::mutex mutex_;
  std::vector<ov::CompiledModel> models_;  // One a stream.
  std::vector<int> running_;               // Of each stream.
  int busy_ = 0;
  std::jthread maker_;  // The last, so that it ends before what it writes.
};

}  // namespace tally::inference::openvino
