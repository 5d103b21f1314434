#include "perception/inference/neuron_engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "base/files.hpp"
#include "perception/inference/golden.hpp"
#include "perception/inference/neuron_tensors.hpp"

namespace tally::inference {
namespace {

// One request: its tensors on the core, the host's side of them, and the thread that runs it.
class Request {
 public:
  // `picture_of` is set where u8 pictures have to become the NEFF's floats.
  Request(const NeuronModel& model, NeuronTensorSet inputs, NeuronTensorSet outputs,
          const InputSpec* picture_of)
      : model_(model),
        inputs_(std::move(inputs)),
        outputs_(std::move(outputs)),
        picture_of_(picture_of) {
    if (picture_of_ != nullptr) picture_.resize(element_count(inputs_.specs()[0].shape));
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
  }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  // What has been started is finished first.
  ~Request() {
    {
      const std::scoped_lock lock(mutex_);  // Or the thread might be about to wait.
      thread_.request_stop();
    }
    changed_.notify_all();
    thread_.join();
  }

  [[nodiscard]] std::span<std::byte> input(std::size_t index) {
    TALLY_ASSERT(idle());
    return picture_of_ != nullptr ? std::as_writable_bytes(std::span(picture_))
                                  : inputs_.bytes(index);
  }

  [[nodiscard]] std::span<const std::byte> output(std::size_t index) const {
    TALLY_ASSERT(idle());
    return outputs_.bytes(index);
  }

  void start() {
    {
      const std::scoped_lock lock(mutex_);
      TALLY_ASSERT(state_ == State::kIdle);
      state_ = State::kStarted;
    }
    changed_.notify_all();
  }

  Result<void> wait() {
    std::unique_lock lock(mutex_);
    TALLY_ASSERT(state_ != State::kIdle);
    changed_.wait(lock, [&] { return state_ == State::kDone; });
    state_ = State::kIdle;
    return std::move(outcome_);
  }

 private:
  enum class State : std::uint8_t { kIdle, kStarted, kDone };

  [[nodiscard]] bool idle() const {
    const std::scoped_lock lock(mutex_);
    return state_ == State::kIdle;
  }

  void work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return state_ == State::kStarted || stop.stop_requested(); });
      if (state_ != State::kStarted) return;
      lock.unlock();
      Result<void> outcome = run();
      lock.lock();
      outcome_ = std::move(outcome);
      state_ = State::kDone;
      changed_.notify_all();
    }
  }

  Result<void> run() {
    if (picture_of_ != nullptr) convert();
    if (auto written = inputs_.write(); !written) return written;
    if (auto done = model_.execute(inputs_, outputs_); !done) return done;
    return outputs_.read();
  }

  void convert() {
    const TensorSpec& spec = inputs_.specs()[0];
    const auto batch = static_cast<std::size_t>(spec.shape[0]);
    const std::size_t pixels = picture_.size() / batch;
    const std::size_t bytes = inputs_.bytes(0).size() / batch;
    for (std::size_t item = 0; item < batch; ++item) {
      write_picture(*picture_of_, std::span(picture_).subspan(item * pixels, pixels),
                    {spec.type, spec.shape, inputs_.bytes(0).subspan(item * bytes, bytes)});
    }
  }

  const NeuronModel& model_;
  NeuronTensorSet inputs_;
  NeuronTensorSet outputs_;
  const InputSpec* picture_of_;
  std::vector<std::uint8_t> picture_;  // u8 [batch, H, W, 3] where it is not the input itself.
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::kIdle;
  Result<void> outcome_;
  std::jthread thread_;  // Last: it uses all the others.
};

class NeuronEngine final : public Engine {
 public:
  NeuronEngine(const ModelPackage& package, NeuronModel model, bool converts)
      : model_(std::move(model)),
        picture_(package.input),
        converts_(converts),
        precision_(package.precision),
        inputs_(model_.inputs()),
        outputs_(model_.outputs()) {
    const std::int64_t batch = inputs_[0].shape[0];
    if (converts) {
      inputs_[0].type = ElementType::kU8;
      inputs_[0].shape = {batch, package.input.height, package.input.width, 3};
    }
  }

  Result<void> add_requests(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      auto inputs = NeuronTensorSet::allocate(model_, model_.inputs());
      if (!inputs) return std::unexpected(std::move(inputs.error()));
      auto outputs = NeuronTensorSet::allocate(model_, model_.outputs());
      if (!outputs) return std::unexpected(std::move(outputs.error()));
      requests_.push_back(std::make_unique<Request>(model_, std::move(*inputs), std::move(*outputs),
                                                    converts_ ? &picture_ : nullptr));
    }
    return {};
  }

  [[nodiscard]] const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  [[nodiscard]] const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  [[nodiscard]] std::size_t request_count() const override { return requests_.size(); }

  [[nodiscard]] std::string description() const override {
    return fmt::format("neuron core {}, batch {}, {} requests", name_of(precision_),
                       inputs_[0].shape[0], requests_.size());
  }

  [[nodiscard]] MutableTensorView input(std::size_t request, std::size_t index) override {
    TALLY_ASSERT(index < inputs_.size());
    return {inputs_[index].type, inputs_[index].shape, at(request).input(index)};
  }

  Result<void> start(std::size_t request) override {
    at(request).start();
    return {};
  }

  Result<void> wait(std::size_t request) override { return at(request).wait(); }

  [[nodiscard]] TensorView output(std::size_t request, std::size_t index) const override {
    TALLY_ASSERT(index < outputs_.size());
    return {outputs_[index].type, outputs_[index].shape, at(request).output(index)};
  }

 private:
  [[nodiscard]] Request& at(std::size_t request) const {
    TALLY_ASSERT(request < requests_.size());
    return *requests_[request];
  }

  NeuronModel model_;
  InputSpec picture_;
  bool converts_;
  Precision precision_;
  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
  std::vector<std::unique_ptr<Request>> requests_;  // End before the model does.
};

// Whether u8 pictures have to be converted; an error where they can't be.
Result<bool> must_convert(const ModelPackage& package, const NeuronModel& model, InputForm form) {
  if (form == InputForm::kRaw || model.inputs()[0].type == ElementType::kU8) return false;
  if (model.inputs()[0].type == ElementType::kF32) return true;
  return fail(EngineError::kGraphInvalid,
              fmt::format("{}: the NEFF takes {}; pictures become u8 or f32", package.name,
                          name_of(model.inputs()[0].type)));
}

}  // namespace

Result<std::unique_ptr<Engine>> open_neuron_engine(const ModelPackage& package,
                                                   std::shared_ptr<NeuronRuntime> runtime,
                                                   const NeuronOptions& options) {
  if (options.requests < 1 || options.requests > kNeuronRequestsMax ||
      options.core >= runtime->visible_cores()) {
    return fail(EngineError::kOptions,
                fmt::format("core {} of {} that are visible, {} requests (1 to {})", options.core,
                            runtime->visible_cores(), options.requests, kNeuronRequestsMax));
  }
  if (package.target != Target::kNeuron) {
    return fail(EngineError::kGraphInvalid,
                fmt::format("{}: was made for {}, not for Neuron; lab/neuron compiles it",
                            package.folder.string(), name_of(package.target)));
  }
  auto neff = read_file(package.folder / package.graph_file, kNeffBytesMax);
  if (!neff) return std::unexpected(std::move(neff.error()));
  auto model = NeuronModel::load(std::move(runtime), *neff, options.core, {package.input.tensor},
                                 package.outputs);
  if (!model) return fail_within(package.folder.string(), std::move(model.error()));
  const auto converts = must_convert(package, *model, options.input);
  if (!converts) return std::unexpected(converts.error());
  auto engine = std::make_unique<NeuronEngine>(package, std::move(*model), *converts);
  if (auto added = engine->add_requests(options.requests); !added) {
    return fail_within(package.folder.string(), std::move(added.error()));
  }
  return engine;
}

}  // namespace tally::inference
