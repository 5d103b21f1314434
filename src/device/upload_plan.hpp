// Which segment is uploaded next, and what becomes of the answers.
//
// A camera's segments go in their order, one after the other; several cameras at a time, older
// sessions first. A server that fails is left alone for longer and longer; as its failures are not
// one segment's, all wait. Pure but for the chance that is passed in. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "device/backoff.hpp"
#include "device/footage.hpp"

namespace tally::device {

inline constexpr std::size_t kUploadsMax = 3;  // At a time.
// The server said so often that the bytes are not those of the digest: they are broken here.
inline constexpr int kMismatchesMax = 3;

enum class UploadVerdict : std::uint8_t {
  kSent,   // The server has it.
  kAgain,  // The server or the way to it is out of order, or the key is not valid: later.
  kLost,   // The server will never take it.
};
// 0 stands for a call that had no answer.
[[nodiscard]] UploadVerdict verdict_of(int status);

class UploadPlan {
 public:
  explicit UploadPlan(Backoff backoff) : backoff_(backoff) {}

  // Nothing while enough are under way, or the server is left alone. `may_go` says whether the
  // server knows of a session yet.
  std::optional<SegmentName> next(const Footage& footage, Duration now,
                                  const std::function<bool(const SessionId&)>& may_go);

  // What to do with the segment whose upload ended so; `random` is any 64 bits.
  UploadVerdict finished(const SegmentName& name, int status, Duration now, std::uint64_t random);

  // When next() is worth another look though nothing has happened.
  [[nodiscard]] std::optional<Duration> again_at() const { return again_at_; }
  [[nodiscard]] std::size_t under_way() const { return under_way_.size(); }
  void try_now() { again_at_.reset(); }  // The server was heard of again.

 private:
  Backoff backoff_;
  std::set<std::pair<SessionId, std::string>> under_way_;
  std::optional<Duration> again_at_;
  std::int64_t failures_ = 0;
  std::pair<SegmentName, int> mismatches_;
};

}  // namespace tally::device
