#include "server/pipeline/enroller.hpp"

#include <sys/resource.h>

#include "base/files.hpp"
#include "perception/identify/enrol.hpp"
#include "server/pipeline/models.hpp"

namespace tally::pipeline {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kPhotosAtATime = 16;
constexpr int kNiceness = 15;
constexpr Duration kLookedFor = std::chrono::seconds(2);  // Where no hint came.

}  // namespace

Enroller::Enroller(core::Office& office, const platform::BlobFiles& blobs, fs::path folder,
                   std::unique_ptr<vision::Embedder> embedder,
                   std::vector<core::RunningModel> models, server::Log log)
    : office_(office),
      blobs_(blobs),
      folder_(std::move(folder)),
      embedder_(std::move(embedder)),
      embedder_sha256_(identify::identity_of(*embedder_).sha256),
      models_(std::move(models)),
      log_(std::move(log)),
      thread_([this] { run(); }) {}

Enroller::~Enroller() {
  office_.board().stop();
  thread_.join();
}

void Enroller::run() {
  // A shopper waits for a receipt; nobody waits so for photos. On Linux this is the thread's own
  // niceness, which its decoders inherit.
  ::setpriority(PRIO_PROCESS, 0, kNiceness);
  core::HintBoard& board = office_.board();
  for (core::RunningModel& model : models_) model.since = office_.world().now();
  Instant noted{};
  while (!board.stopped()) {
    const std::uint64_t seen = board.count(core::Topic::kPipeline);
    Result<void> done;
    if (office_.world().now() >= noted + core::kModelsSeen) {
      noted = office_.world().now();
      done = note();
    }
    const auto looked = done ? look_at_some() : Result<bool>(false);
    if (!looked) done = std::unexpected(looked.error());
    if (!done) log_(server::LogLevel::kError, "enrolment", done.error().message);
    if (!done || !looked || !*looked) board.wait(core::Topic::kPipeline, seen, kLookedFor);
  }
}

Result<void> Enroller::note() {
  return office_.store().write_and_wait([this](platform::Transaction& transaction) {
    for (core::RunningModel& model : models_) model.seen_at = office_.world().now();
    return core::note_models(transaction, models_);
  });
}

Result<bool> Enroller::look_at_some() {
  const auto photos = office_.look_and_wait([this](platform::Transaction& transaction) {
    return core::wanted_photos(transaction, embedder_sha256_, kPhotosAtATime);
  });
  if (!photos) return std::unexpected(photos.error());
  for (const std::string& sha256 : *photos) {
    if (office_.board().stopped()) return false;
    const auto made = look_at(sha256);
    if (!made) return std::unexpected(made.error());
    const auto put = office_.store().write_and_wait([&](platform::Transaction& transaction) {
      return core::put_vector(transaction, sha256, embedder_sha256_, *made);
    });
    if (!put) return std::unexpected(put.error());
  }
  return !photos->empty();
}

Result<core::PhotoVector> Enroller::look_at(const std::string& sha256) {
  std::error_code ignored;
  fs::create_directories(folder_, ignored);
  const fs::path file = folder_ / (sha256 + ".jpg");
  const auto content = blobs_.read(sha256);
  if (!content && content.error().code.name == code_of(platform::BlobError::kMissing).name) {
    return core::PhotoVector{"the photo was removed", {}};
  }
  if (!content) return std::unexpected(content.error());
  if (auto written = write_file_atomically(file, *content); !written) {
    return std::unexpected(written.error());
  }
  const auto photo = identify::enrol_photo(*embedder_, file);
  fs::remove(file, ignored);
  if (photo) return core::PhotoVector{"", photo->embedding};
  if (!is_the_photos_fault(photo.error())) return std::unexpected(photo.error());
  // The message begins with the file's name, which is none of the reader's business.
  std::string words = photo.error().message;
  if (words.starts_with(file.string() + ": ")) words.erase(0, file.string().size() + 2);
  return core::PhotoVector{std::move(words), {}};
}

}  // namespace tally::pipeline
