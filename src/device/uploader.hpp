// Carries the plan of uploads (upload_plan.hpp) out: PUTs, each with its segment's SHA-256.
//
// All functions and callbacks are the loop's thread's.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "device/footage.hpp"
#include "device/loop.hpp"
#include "device/upload_plan.hpp"
#include "platform/http/client.hpp"

namespace tally::device {

struct UploaderEvents {
  std::function<std::string()> key;
  std::function<bool(const SessionId&)> may_go;  // The server knows of the session.
  std::function<void(const SegmentName&)> on_sent;
  std::function<void(const SegmentName&, const std::string& why)> on_lost;
};

class Uploader {
 public:
  Uploader(Loop& loop, World& world, http::HttpClient& client, Footage& footage, std::string server,
           Backoff backoff, UploaderEvents events);
  Uploader(const Uploader&) = delete;
  Uploader& operator=(const Uploader&) = delete;
  ~Uploader() { *alive_ = false; }

  // Starts what may start; to be called when there is something new.
  void pump();
  void try_now();  // The server was heard of again.

 private:
  void put(const SegmentName& name);
  void finished(const SegmentName& name, int status, const std::string& told);
  void wake_when_due();

  Loop& loop_;
  World& world_;
  http::HttpClient& client_;
  Footage& footage_;
  std::string server_;
  UploadPlan plan_;
  UploaderEvents events_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace tally::device
