#include "perception/inference/data_parallel.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/assert.hpp"

namespace tally::inference {
namespace {

// One call of run(). Lives on its caller's stack until `open` is 0.
struct Call {
  const WriteSample& write;
  const ReadSample& read;
  std::size_t samples = 0;
  std::size_t open = 0;  // Pieces not done with.
  std::optional<Error> error = std::nullopt;
  std::size_t error_at = 0;  // The first sample of the piece it is about.
  std::condition_variable done = {};
};

// What one request of one device takes.
struct Piece {
  Call* call = nullptr;
  std::size_t first = 0;
  std::size_t count = 0;
  std::vector<std::size_t> failed = {};  // Places of the devices it has failed on.
};

struct Device {
  std::size_t id = 0;
  std::unique_ptr<Engine> engine;
  std::vector<std::size_t> requests;  // Those that nobody uses now.
  std::deque<Piece> pieces;           // Waiting for a request.
  bool out = false;
};

// The part of sample `item` in a tensor that holds a whole batch.
template <typename View>
View item_of(const View& batch, std::size_t item) {
  View one = batch;
  const std::size_t bytes = batch.bytes.size() / static_cast<std::size_t>(batch.shape[0]);
  one.shape[0] = 1;
  one.bytes = batch.bytes.subspan(item * bytes, bytes);
  return one;
}

std::string samples_named(std::size_t first, std::size_t count, std::size_t samples) {
  if (count == 1) return fmt::format("sample {} of {}", first, samples);
  return fmt::format("samples {} to {} of {}", first, first + count - 1, samples);
}

Result<void> check_count(std::size_t samples) {
  if (samples <= kSamplesMax) return {};
  return fail(EngineError::kOptions,
              fmt::format("{} samples in one call; at most {} are run", samples, kSamplesMax));
}

class Replicas final : public DataParallel {
 public:
  Replicas(std::vector<Device> devices, const DataParallelOptions& options)
      : devices_(std::move(devices)),
        inputs_(devices_[0].engine->inputs()),
        outputs_(devices_[0].engine->outputs()),
        batch_(static_cast<std::size_t>(inputs_[0].shape[0])),
        split_size_(options.split_size),
        dynamic_batching_(options.dynamic_batching) {
    for (auto* specs : {&inputs_, &outputs_}) {
      for (TensorSpec& spec : *specs) spec.shape[0] = kDynamic;
    }
    const std::size_t workers = options.workers == 0 ? 2 * devices_.size() : options.workers;
    for (std::size_t i = 0; i < workers; ++i) workers_.emplace_back([this] { work(); });
  }

  Replicas(const Replicas&) = delete;
  Replicas& operator=(const Replicas&) = delete;

  ~Replicas() override {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    work_.notify_all();
    workers_.clear();  // Joins.
  }

  using DataParallel::run;

  Result<void> run(std::size_t samples, const WriteSample& write, const ReadSample& read) override {
    if (auto few = check_count(samples); !few) return few;
    Call call{.write = write, .read = read, .samples = samples};
    std::unique_lock lock(mutex_);
    const std::vector<std::size_t> left = places_left();
    if (!dynamic_batching_ && samples != left.size() * batch_) {
      return fail(EngineError::kOptions,
                  fmt::format("{} samples on {} devices compiled for batch {}: without dynamic "
                              "batching exactly {} are run",
                              samples, left.size(), batch_, left.size() * batch_));
    }
    const std::size_t begin = calls_++;
    for (const Chunk& chunk : scatter(samples, left.size(), split_size_)) {
      Device& device = devices_[left[(begin + chunk.device) % left.size()]];
      for (std::size_t at = 0; at < chunk.count; at += batch_) {
        device.pieces.push_back({&call, chunk.first + at, std::min(batch_, chunk.count - at)});
        ++call.open;
      }
    }
    work_.notify_all();
    call.done.wait(lock, [&] { return call.open == 0; });
    if (call.error) return std::unexpected(std::move(*call.error));
    return {};
  }

  [[nodiscard]] const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  [[nodiscard]] const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  [[nodiscard]] std::size_t compiled_batch() const override { return batch_; }
  [[nodiscard]] std::size_t workers() const override { return workers_.size(); }

  [[nodiscard]] std::vector<std::size_t> devices() const override {
    const std::scoped_lock lock(mutex_);
    std::vector<std::size_t> ids;
    for (const std::size_t place : places_left()) ids.push_back(devices_[place].id);
    return ids;
  }

  [[nodiscard]] std::string description() const override {
    const std::size_t left = devices().size();
    std::string text = fmt::format("{} x {}", left, devices_[0].engine->description());
    if (left < devices_.size()) {
      text += fmt::format(", {} of {} taken out", devices_.size() - left, devices_.size());
    }
    return text;
  }

 private:
  // At least one.
  [[nodiscard]] std::vector<std::size_t> places_left() const {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < devices_.size(); ++i) {
      if (!devices_[i].out) places.push_back(i);
    }
    TALLY_ASSERT(!places.empty());
    return places;
  }

  // A device with a piece to do and a request to do it with; each in its turn.
  [[nodiscard]] std::optional<std::size_t> ready() {
    for (std::size_t i = 0; i < devices_.size(); ++i) {
      const std::size_t place = (turn_ + i) % devices_.size();
      if (devices_[place].pieces.empty() || devices_[place].requests.empty()) continue;
      turn_ = place + 1;
      return place;
    }
    return std::nullopt;
  }

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      std::optional<std::size_t> place;
      work_.wait(lock, [&] { return (place = ready()) || stopping_; });
      if (!place) return;
      Device& device = devices_[*place];
      Piece piece = std::move(device.pieces.front());
      device.pieces.pop_front();
      const std::size_t request = device.requests.back();
      device.requests.pop_back();
      lock.unlock();
      const Result<void> outcome = execute(*device.engine, request, piece);
      lock.lock();
      device.requests.push_back(request);
      if (outcome) {
        succeeded(piece);
      } else {
        failed(*place, std::move(piece), outcome.error());
      }
      work_.notify_all();
    }
  }

  [[nodiscard]] Result<void> execute(Engine& engine, std::size_t request,
                                     const Piece& piece) const {
    write_piece(engine, request, piece);
    if (auto started = engine.start(request); !started) return started;
    if (auto done = engine.wait(request); !done) return done;
    std::vector<TensorView> batches;
    for (std::size_t i = 0; i < outputs_.size(); ++i) batches.push_back(engine.output(request, i));
    std::vector<TensorView> one(batches.size());
    for (std::size_t item = 0; item < piece.count; ++item) {
      for (std::size_t i = 0; i < one.size(); ++i) one[i] = item_of(batches[i], item);
      piece.call->read(piece.first + item, one);
    }
    return {};
  }

  void write_piece(Engine& engine, std::size_t request, const Piece& piece) const {
    std::vector<MutableTensorView> batches;
    for (std::size_t i = 0; i < inputs_.size(); ++i) batches.push_back(engine.input(request, i));
    std::vector<MutableTensorView> one(batches.size());
    for (std::size_t item = 0; item < piece.count; ++item) {
      for (std::size_t i = 0; i < one.size(); ++i) one[i] = item_of(batches[i], item);
      piece.call->write(piece.first + item, one);
    }
    for (const MutableTensorView& batch : batches) {
      const std::span<std::byte> padding =
          batch.bytes.subspan(batch.bytes.size() / batch_ * piece.count);
      std::ranges::fill(padding, std::byte{0});
    }
  }

  // The next four run under the lock. Two devices may each do what the other could not: one stays.
  void succeeded(const Piece& piece) {
    for (const std::size_t place : piece.failed) {
      if (!devices_[place].out && places_left().size() > 1) take_out(place);
    }
    close(piece);
  }

  void failed(std::size_t place, Piece piece, const Error& error) {
    Call& call = *piece.call;
    piece.failed.push_back(place);
    if (call.error) return close(piece);
    if (const auto other = least_busy_but(piece.failed)) {
      devices_[*other].pieces.push_front(std::move(piece));  // First, to know whose fault it is.
      return;
    }
    const std::string where = fmt::format(
        "{}: device {}", samples_named(piece.first, piece.count, call.samples), devices_[place].id);
    call.error = fail_within(where, error).error();
    for (Device& device : devices_) {
      call.open -= std::erase_if(device.pieces, [&](const Piece& p) { return p.call == &call; });
    }
    close(piece);
  }

  void take_out(std::size_t place) {
    devices_[place].out = true;
    std::deque<Piece> pieces = std::exchange(devices_[place].pieces, {});
    const std::vector<std::size_t> left = places_left();
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      // One that has failed on all that are left tries again there before it is given up.
      const auto other = least_busy_but(pieces[i].failed);
      devices_[other.value_or(left[i % left.size()])].pieces.push_back(std::move(pieces[i]));
    }
  }

  static void close(const Piece& piece) {
    if (--piece.call->open == 0) piece.call->done.notify_all();
  }

  [[nodiscard]] std::optional<std::size_t> least_busy_but(
      const std::vector<std::size_t>& places) const {
    std::optional<std::size_t> best;
    for (const std::size_t place : places_left()) {
      if (std::ranges::find(places, place) != places.end()) continue;
      if (!best || devices_[place].pieces.size() < devices_[*best].pieces.size()) best = place;
    }
    return best;
  }

  std::vector<Device> devices_;  // Fixed in number; the rest of each is guarded by mutex_.
  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
  std::size_t batch_;
  std::size_t split_size_;
  bool dynamic_batching_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::size_t turn_ = 0;
  std::size_t calls_ = 0;
  bool stopping_ = false;
  std::vector<std::jthread> workers_;  // Last: they use all the others.
};

Result<std::vector<std::size_t>> chosen(std::size_t visible, const DataParallelOptions& options) {
  std::vector<std::size_t> ids = options.devices;
  if (ids.empty()) {
    for (std::size_t i = 0; i < visible; ++i) ids.push_back(i);
  }
  if (ids.empty() || ids.size() > kDevicesMax || options.workers > kWorkersMax) {
    return fail(EngineError::kOptions,
                fmt::format("{} devices (1 to {}) and {} workers (0 to {})", ids.size(),
                            kDevicesMax, options.workers, kWorkersMax));
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] >= visible) {
      return fail(
          EngineError::kOptions,
          fmt::format("device {} was named, but {} are visible, counted from 0", ids[i], visible));
    }
    if (std::ranges::count(ids, ids[i]) > 1) {
      return fail(EngineError::kOptions, fmt::format("device {} was named twice", ids[i]));
    }
  }
  return ids;
}

// What a tensor can't be scattered by is a mistake of whoever compiled it.
std::string batch_problem(const Engine& engine) {
  const std::int64_t batch =
      engine.inputs().empty() || engine.inputs()[0].shape.empty() ? 0 : engine.inputs()[0].shape[0];
  for (const auto* specs : {&engine.inputs(), &engine.outputs()}) {
    for (const TensorSpec& spec : *specs) {
      if (batch >= 1 && !spec.shape.empty() && spec.shape[0] == batch) continue;
      return fmt::format("tensor {} {} has no batch in dimension 0 that all others have", spec.name,
                         to_string(spec.shape));
    }
  }
  return batch >= 1 ? "" : "it has no inputs with a batch in dimension 0";
}

}  // namespace

std::vector<Chunk> scatter(std::size_t samples, std::size_t devices, std::size_t split_size) {
  TALLY_ASSERT(devices > 0);
  const std::size_t split =
      split_size > 0 ? split_size : std::max<std::size_t>(1, samples / devices);
  std::vector<Chunk> chunks;
  for (std::size_t first = 0; first < samples; first += split) {
    chunks.push_back({first, std::min(split, samples - first), chunks.size() % devices});
  }
  return chunks;
}

Result<std::unique_ptr<DataParallel>> DataParallel::open(std::size_t visible,
                                                         const OpenDevice& open_device,
                                                         const DataParallelOptions& options) {
  const auto ids = chosen(visible, options);
  if (!ids) return std::unexpected(ids.error());
  std::vector<Device> devices;
  for (const std::size_t id : *ids) {
    auto engine = open_device(id);
    if (!engine) return fail_within(fmt::format("device {}", id), std::move(engine.error()));
    if (const std::string problem = batch_problem(**engine); !problem.empty()) {
      return fail(EngineError::kOptions, fmt::format("device {}: {}", id, problem));
    }
    const Engine& first = devices.empty() ? **engine : *devices[0].engine;
    if ((*engine)->inputs() != first.inputs() || (*engine)->outputs() != first.outputs()) {
      return fail(
          EngineError::kOptions,
          fmt::format("device {} takes or gives other tensors than device {}", id, devices[0].id));
    }
    Device& device = devices.emplace_back();
    device.id = id;
    device.engine = std::move(*engine);
    for (std::size_t i = device.engine->request_count(); i > 0; --i) {
      device.requests.push_back(i - 1);
    }
  }
  return std::make_unique<Replicas>(std::move(devices), options);
}

Result<Gathered> DataParallel::run(std::span<const TensorView> given) {
  const std::vector<TensorSpec>& specs = inputs();
  if (given.size() != specs.size()) {
    return fail(EngineError::kOptions,
                fmt::format("{} inputs; the model takes {}", given.size(), specs.size()));
  }
  const std::int64_t samples = given[0].shape.empty() ? -1 : given[0].shape[0];
  for (std::size_t i = 0; i < specs.size(); ++i) {
    Shape wanted = specs[i].shape;
    wanted[0] = samples;
    if (samples >= 0 && given[i].type == specs[i].type && given[i].shape == wanted) continue;
    return fail(EngineError::kOptions,
                fmt::format("input {} is {} {}; the model takes {} {}, all inputs with as many "
                            "samples in dimension 0 as the first",
                            specs[i].name, name_of(given[i].type), to_string(given[i].shape),
                            name_of(specs[i].type), to_string(specs[i].shape)));
  }
  if (auto few = check_count(static_cast<std::size_t>(samples)); !few) {
    return std::unexpected(std::move(few.error()));
  }
  Gathered gathered{.specs = outputs(), .bytes = {}};
  for (TensorSpec& spec : gathered.specs) {
    spec.shape[0] = samples;
    gathered.bytes.emplace_back(static_cast<std::size_t>(element_count(spec.shape)) *
                                size_of(spec.type));
  }
  const auto write = [&](std::size_t sample, std::span<const MutableTensorView> into) {
    for (std::size_t i = 0; i < into.size(); ++i) {
      const std::size_t bytes = into[i].bytes.size();
      std::memcpy(into[i].bytes.data(), given[i].bytes.data() + sample * bytes, bytes);
    }
  };
  const auto read = [&](std::size_t sample, std::span<const TensorView> from) {
    for (std::size_t i = 0; i < from.size(); ++i) {
      const std::size_t bytes = from[i].bytes.size();
      std::memcpy(gathered.bytes[i].data() + sample * bytes, from[i].bytes.data(), bytes);
    }
  };
  if (auto ran = run(static_cast<std::size_t>(samples), write, read); !ran) {
    return std::unexpected(std::move(ran.error()));
  }
  return gathered;
}

}  // namespace tally::inference
