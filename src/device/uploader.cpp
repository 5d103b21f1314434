#include "device/uploader.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/files.hpp"
#include "device/segment_cutter.hpp"

namespace tally::device {
namespace {

constexpr Duration kUploadTimeMax{60'000};
constexpr int kGone = 410;  // What a file that is no longer there amounts to: it is lost.
constexpr std::size_t kToldBytesMax = 200;

}  // namespace

Uploader::Uploader(Loop& loop, World& world, http::HttpClient& client, Footage& footage,
                   std::string server, Backoff backoff, UploaderEvents events)
    : loop_(loop),
      world_(world),
      client_(client),
      footage_(footage),
      server_(std::move(server)),
      plan_(backoff),
      events_(std::move(events)) {}

void Uploader::pump() {
  while (const auto name = plan_.next(footage_, loop_.now(), events_.may_go)) put(*name);
  wake_when_due();
}

void Uploader::try_now() {
  plan_.try_now();
  pump();
}

void Uploader::wake_when_due() {
  const auto again = plan_.again_at();
  if (!again || footage_.waiting_bytes() == 0) return;
  const Duration wait = std::max(*again - loop_.now(), Duration(1));
  loop_.after(wait, [this, alive = alive_, at = *again] {
    if (*alive && plan_.again_at() == at) pump();
  });
}

void Uploader::put(const SegmentName& name) {
  auto bytes = read_file(footage_.file_of(name), kSegmentBytesMax);
  const SessionFootage* session = footage_.find(name.session);
  const CameraFootage* camera = session == nullptr ? nullptr : session->find(name.camera);
  if (!bytes || camera == nullptr) {
    return finished(name, kGone, bytes ? "forgotten meanwhile" : bytes.error().message);
  }
  http::ClientRequest request{
      .method = http::Method::kPut,
      .url = fmt::format("{}/v1/device/sessions/{}/segments/{}/{}?sha256={}", server_,
                         name.session.text(), name.camera, name.number - 1,  // From 0 there.
                         camera->segments[static_cast<std::size_t>(name.number) - 1].sha256),
      .body = std::move(*bytes),
      .deadline = kUploadTimeMax};
  request.headers.set("Authorization", "Bearer " + events_.key());
  request.headers.set("Content-Type", "application/octet-stream");
  client_.call(std::move(request), [this, alive = alive_, name](http::CallResult result) {
    const int status = result ? result->status : 0;
    std::string told = result ? fmt::format("the server answered {}: {}", status,
                                            result->body.substr(0, kToldBytesMax))
                              : result.error().error.message;
    loop_.post([this, alive, name, status, told = std::move(told)] {
      if (!*alive) return;
      finished(name, status, told);
      pump();
    });
  });
}

void Uploader::finished(const SegmentName& name, int status, const std::string& told) {
  switch (plan_.finished(name, status, loop_.now(), world_.random())) {
    case UploadVerdict::kSent:
      return events_.on_sent(name);
    case UploadVerdict::kLost:
      return events_.on_lost(name, told);
    case UploadVerdict::kAgain:
      return;
  }
}

}  // namespace tally::device
