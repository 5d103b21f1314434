#include "perception/inference/shared_batches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/assert.hpp"

namespace tally::inference {
namespace {

using Clock = std::chrono::steady_clock;

// A request of one session: a sample and its answer. Its state is guarded by the batches' mutex.
struct Sample {
  std::vector<std::vector<std::byte>> inputs;
  std::vector<std::vector<std::byte>> outputs;
  bool running = false;
  std::optional<Result<void>> outcome;
  std::condition_variable done;
};

std::vector<TensorSpec> of_one(std::vector<TensorSpec> specs) {
  for (TensorSpec& spec : specs) spec.shape[0] = 1;
  return specs;
}

std::vector<std::vector<std::byte>> buffers_of(const std::vector<TensorSpec>& specs) {
  std::vector<std::vector<std::byte>> buffers;
  for (const TensorSpec& spec : specs) {
    buffers.emplace_back(static_cast<std::size_t>(element_count(spec.shape)) * size_of(spec.type));
  }
  return buffers;
}

class Batches final : public SharedBatches {
 public:
  Batches(std::unique_ptr<DataParallel> parallel, std::chrono::nanoseconds wait_max)
      : parallel_(std::move(parallel)), batch_(parallel_->compiled_batch()), wait_max_(wait_max) {
    // As many batches at a time as the devices' workers can carry.
    for (std::size_t i = 0; i < parallel_->workers(); ++i) {
      lanes_.emplace_back([this] { work(); });
    }
  }
  Batches(const Batches&) = delete;
  Batches& operator=(const Batches&) = delete;

  // No engine is left, so nothing waits.
  ~Batches() override {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    arrived_.notify_all();
    lanes_.clear();  // Joins.
  }

  [[nodiscard]] std::unique_ptr<Engine> engine(std::size_t requests) override;

  [[nodiscard]] const DataParallel& parallel() const { return *parallel_; }

  void start(Sample& sample) {
    {
      const std::scoped_lock lock(mutex_);
      TALLY_ASSERT(!sample.running);
      sample.running = true;
      sample.outcome.reset();
      waiting_.push_back({&sample, Clock::now() + wait_max_});
    }
    arrived_.notify_all();
  }

  Result<void> wait(Sample& sample) {
    std::unique_lock lock(mutex_);
    TALLY_ASSERT(sample.running);
    sample.done.wait(lock, [&] { return sample.outcome.has_value(); });
    sample.running = false;
    return *std::move(sample.outcome);
  }

 private:
  struct Waiting {
    Sample* sample;
    Clock::time_point until;
  };

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      arrived_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      const auto full = [&] { return waiting_.empty() || waiting_.size() >= batch_; };
      // Another lane may take what is waited for; then this one begins anew.
      const Clock::time_point until = waiting_.front().until;
      const bool filled = arrived_.wait_until(lock, until, full);
      if (waiting_.empty() || (!filled && Clock::now() < waiting_.front().until)) continue;
      std::vector<Sample*> batch;
      for (; !waiting_.empty() && batch.size() < batch_; waiting_.pop_front()) {
        batch.push_back(waiting_.front().sample);
      }
      lock.unlock();
      std::vector<Result<void>> outcomes = outcomes_of(batch);
      lock.lock();
      for (std::size_t i = 0; i < batch.size(); ++i) {
        batch[i]->outcome = std::move(outcomes[i]);
        batch[i]->done.notify_all();
      }
    }
  }

  std::vector<Result<void>> outcomes_of(std::span<Sample* const> batch) {
    const Result<void> together = run(batch);
    if (together || batch.size() == 1) return std::vector<Result<void>>(batch.size(), together);
    std::vector<Result<void>> outcomes;
    for (std::size_t i = 0; i < batch.size(); ++i) outcomes.push_back(run(batch.subspan(i, 1)));
    return outcomes;
  }

  Result<void> run(std::span<Sample* const> batch) {
    return parallel_->run(
        batch.size(),
        [&](std::size_t at, std::span<const MutableTensorView> into) {
          for (std::size_t i = 0; i < into.size(); ++i) {
            std::memcpy(into[i].bytes.data(), batch[at]->inputs[i].data(), into[i].bytes.size());
          }
        },
        [&](std::size_t at, std::span<const TensorView> from) {
          for (std::size_t i = 0; i < from.size(); ++i) {
            std::memcpy(batch[at]->outputs[i].data(), from[i].bytes.data(), from[i].bytes.size());
          }
        });
  }

  std::unique_ptr<DataParallel> parallel_;
  std::size_t batch_;
  std::chrono::nanoseconds wait_max_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Waiting> waiting_;  // By arrival, and so by `until`.
  bool stopping_ = false;
  std::vector<std::jthread> lanes_;  // Last: they use all the others.
};

// One session's engine.
class Client final : public Engine {
 public:
  Client(std::shared_ptr<Batches> batches, std::size_t requests)
      : batches_(std::move(batches)),
        inputs_(of_one(batches_->parallel().inputs())),
        outputs_(of_one(batches_->parallel().outputs())),
        samples_(requests) {
    for (auto& sample : samples_) {
      sample = std::make_unique<Sample>();
      sample->inputs = buffers_of(inputs_);
      sample->outputs = buffers_of(outputs_);
    }
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  ~Client() override {
    for (const auto& sample : samples_) {
      if (sample->running) static_cast<void>(batches_->wait(*sample));
    }
  }

  [[nodiscard]] const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  [[nodiscard]] const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  [[nodiscard]] std::size_t request_count() const override { return samples_.size(); }
  [[nodiscard]] std::string description() const override {
    return batches_->parallel().description();
  }

  [[nodiscard]] MutableTensorView input(std::size_t request, std::size_t index) override {
    TALLY_ASSERT(request < samples_.size() && index < inputs_.size() &&
                 !samples_[request]->running);
    return {inputs_[index].type, inputs_[index].shape, samples_[request]->inputs[index]};
  }

  Result<void> start(std::size_t request) override {
    TALLY_ASSERT(request < samples_.size());
    batches_->start(*samples_[request]);
    return {};
  }

  Result<void> wait(std::size_t request) override {
    TALLY_ASSERT(request < samples_.size());
    return batches_->wait(*samples_[request]);
  }

  [[nodiscard]] TensorView output(std::size_t request, std::size_t index) const override {
    TALLY_ASSERT(request < samples_.size() && index < outputs_.size() &&
                 !samples_[request]->running);
    return {outputs_[index].type, outputs_[index].shape, samples_[request]->outputs[index]};
  }

 private:
  std::shared_ptr<Batches> batches_;
  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
  std::vector<std::unique_ptr<Sample>> samples_;
};

std::unique_ptr<Engine> Batches::engine(std::size_t requests) {
  const std::size_t busy = parallel_->devices().size() * batch_ + 1;
  return std::make_unique<Client>(std::static_pointer_cast<Batches>(shared_from_this()),
                                  requests == 0 ? busy : requests);
}

}  // namespace

std::shared_ptr<SharedBatches> SharedBatches::over(std::unique_ptr<DataParallel> parallel,
                                                   std::chrono::nanoseconds wait_max) {
  return std::make_shared<Batches>(std::move(parallel), wait_max);
}

}  // namespace tally::inference
