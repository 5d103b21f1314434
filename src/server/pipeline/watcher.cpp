#include "server/pipeline/watcher.hpp"

#include <fmt/format.h>

#include "server/core/dead_work.hpp"
#include "server/pipeline/watch.hpp"

namespace tally::pipeline {
namespace {

namespace fs = std::filesystem;

std::vector<core::RunningModel> models_of(const std::string& server, const Slot& slot) {
  const auto model = [&](std::string task, const inference::ModelPackage& package,
                         const inference::Engine& engine) {
    return core::RunningModel{.server = server,
                              .task = std::move(task),
                              .name = package.name,
                              .sha256 = package.sha256,
                              .engine = engine.description(),
                              .since = {},
                              .seen_at = {}};
  };
  return {model("detect", slot.detector->package(), slot.detector->engine()),
          model("close_up", slot.close_up->package(), slot.close_up->engine()),
          model("embed", slot.embedder->package(), slot.embedder->engine())};
}

}  // namespace

Watcher::Watcher(Begun, core::Office& office, const platform::BlobFiles& blobs,
                 WatcherOptions options, server::Log log)
    : office_(office),
      blobs_(blobs),
      options_(std::move(options)),
      log_(std::move(log)),
      galleries_(blobs, options_.folder / "photos") {}

Result<std::unique_ptr<Watcher>> Watcher::start(core::Office& office,
                                                const platform::BlobFiles& blobs,
                                                WatcherOptions options, server::Log log) {
  std::error_code ignored;
  fs::remove_all(options.folder, ignored);
  auto watcher =
      std::make_unique<Watcher>(Begun{}, office, blobs, std::move(options), std::move(log));
  for (int i = 0; i < watcher->options_.slots; ++i) {
    auto slot = open_slot(watcher->options_.models);
    if (!slot) return std::unexpected(std::move(slot.error()));
    watcher->slots_.push_back(*std::move(slot));
  }
  auto embedder = vision::Embedder::open(watcher->options_.models.embedder, {.threads = 1});
  if (!embedder) return std::unexpected(std::move(embedder.error()));
  auto models = models_of(watcher->options_.name, watcher->slots_.front());
  watcher->enroller_ =
      std::make_unique<Enroller>(office, blobs, watcher->options_.folder / "new",
                                 *std::move(embedder), std::move(models), watcher->log_);
  for (Slot& slot : watcher->slots_) {
    watcher->threads_.emplace_back([&watcher = *watcher, &slot] { watcher.run(slot); });
  }
  return watcher;
}

Watcher::~Watcher() {
  office_.board().stop();
  for (std::thread& thread : threads_) thread.join();
  enroller_.reset();
}

void Watcher::run(Slot& slot) {
  core::HintBoard& board = office_.board();
  while (!board.stopped()) {
    const std::uint64_t seen = board.count(core::Topic::kPipeline);
    auto jobs = office_.store().write_and_wait([&](platform::Transaction& transaction) {
      return platform::claim_jobs(transaction,
                                  {.queue = std::string(core::kPipelineQueue),
                                   .worker = options_.name,
                                   .count = 1,
                                   .lease = kWatchLease},
                                  office_.world().now());
    });
    if (!jobs) log_(server::LogLevel::kError, "pipeline", jobs.error().message);
    if (!jobs || jobs->empty()) {
      board.wait(core::Topic::kPipeline, seen, kLookLongest);
      continue;
    }
    const platform::JobLease lease = jobs->front().lease;
    auto session = core::watched_session(jobs->front().body);
    Result<void> done;
    if (session) {
      Watch watch(*this, slot, std::move(jobs->front()), *session);
      done = watch.run();
    } else {
      done = fail_within(lease.id.text(), std::move(session.error()));
    }
    if (!done) give_up(lease, done.error());
  }
}

// Where it was the last try, the ticker tells what follows.
void Watcher::give_up(const platform::JobLease& lease, const Error& why) {
  log_(server::LogLevel::kWarning, "pipeline", why.message);
  std::uint64_t random = 0;
  office_.world().fill_random({reinterpret_cast<std::uint8_t*>(&random), sizeof random});
  const auto failed = office_.store().write_and_wait([&](platform::Transaction& transaction) {
    return platform::fail_job(transaction, lease,
                              {.error = why.message,
                               .backoff = {.first = Duration(200), .longest = Duration(30'000)},
                               .random = random},
                              office_.world().now());
  });
  if (!failed) log_(server::LogLevel::kError, "pipeline", failed.error().message);
  if (failed && *failed == platform::JobState::kDead) office_.board().poke(core::Topic::kTimers);
}

}  // namespace tally::pipeline
