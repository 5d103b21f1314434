// Looks at the cameras while nobody shops, so that a cabinet whose cameras died says so before the
// next shopper comes: each in turn records for about a second, and nothing of it is kept.
//
// Everything happens on the loop's thread. Ownership: borrows loop and cameras; destroying it ends
// a look at once and waits for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "device/camera.hpp"
#include "device/loop.hpp"

namespace tally::device {

struct CameraLookTimes {
  Duration every = std::chrono::minutes(5);
  Duration again = std::chrono::minutes(1);      // Where a camera has a problem.
  Duration patience = std::chrono::seconds(20);  // With a camera that gives nothing.
};

struct CameraLookEvents {
  std::function<bool()> may_look;      // Nothing records, and nothing is about to.
  std::function<bool()> has_problems;  // After a round: decides when the next one is.
  std::function<std::size_t()> clip;   // Which one file cameras play.
  std::function<void(const std::string& camera, const CameraStats&)> on_seen;
  std::function<void(const std::string& camera, std::string problem)> on_blind;
};

class CameraLooks {
 public:
  CameraLooks(Loop& loop, const std::vector<std::unique_ptr<Camera>>& cameras,
              CameraLookTimes times, CameraLookEvents events);
  CameraLooks(const CameraLooks&) = delete;
  CameraLooks& operator=(const CameraLooks&) = delete;
  ~CameraLooks();

  void start();  // The first round is at once.
  // The cameras are needed: a round that is under way ends unfinished, and when this returns all
  // cameras are free.
  void give_way();

 private:
  void begin_round();
  void look_at(std::size_t camera);
  void settle(std::uint64_t look, const CameraStats* seen, const std::string& problem);
  void end_round();

  Loop& loop_;
  const std::vector<std::unique_ptr<Camera>>& cameras_;
  CameraLookTimes times_;
  CameraLookEvents events_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::uint64_t looks_ = 0;  // Counts, so that words of an old one are not taken for the new one's.
  std::size_t camera_ = 0;
  std::unique_ptr<Recording> recording_;  // Of the look that is under way.
  bool looking_ = false;
};

}  // namespace tally::device
