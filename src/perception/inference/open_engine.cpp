#include "perception/inference/open_engine.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "perception/inference/data_parallel.hpp"
#include "perception/inference/neuron_engine.hpp"
#include "perception/inference/neuron_runtime.hpp"
#include "perception/inference/shared_batches.hpp"

namespace tally::inference {
namespace {

// A process keeps its cores; a runtime that was closed does not start again.
Result<std::shared_ptr<NeuronRuntime>> kept_runtime() {
  auto opened = NeuronRuntime::open();
  if (!opened) return opened;
  // Made after the library is loaded, and so closed before the library's own end.
  static const std::shared_ptr<NeuronRuntime> kKept = *opened;
  return kKept;
}

Result<std::shared_ptr<SharedBatches>> load_on_all_cores(const ModelPackage& package) {
  const auto runtime = kept_runtime();
  if (!runtime) return fail_within(package.folder.string(), runtime.error());
  auto parallel = DataParallel::open(
      (*runtime)->visible_cores(),
      [&](std::size_t core) { return open_neuron_engine(package, *runtime, {.core = core}); },
      {.split_size = static_cast<std::size_t>(package.input.tensor.shape[0])});
  if (!parallel) return std::unexpected(std::move(parallel.error()));
  return SharedBatches::over(std::move(*parallel));
}

Result<std::unique_ptr<Engine>> open_on_neuron(const ModelPackage& package,
                                               const EngineOptions& options) {
  if (options.batch != 1 || options.input != InputForm::kPicture) {
    return fail(EngineError::kOptions,
                fmt::format("{}: on Neuron one picture at a time is taken, not {}",
                            package.folder.string(), options.batch));
  }
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<SharedBatches>> loaded;
  const std::scoped_lock lock(mutex);
  std::shared_ptr<SharedBatches> batches = loaded[package.sha256].lock();
  if (!batches) {
    auto made = load_on_all_cores(package);
    if (!made) return std::unexpected(std::move(made.error()));
    batches = std::move(*made);
    loaded[package.sha256] = batches;
  }
  return batches->engine(static_cast<std::size_t>(options.requests));
}

}  // namespace

Result<std::unique_ptr<Engine>> open_engine(const ModelPackage& package,
                                            const EngineOptions& options) {
  switch (package.target) {
    case Target::kCpu:
      return open_openvino_engine(package, options);
    case Target::kNeuron:
      if (package.resized) {
        return fail(
            EngineError::kOptions,
            fmt::format("{}: was compiled for pictures of one size; compile it for {}x{}",
                        package.folder.string(), package.input.width, package.input.height));
      }
      return open_on_neuron(package, options);
  }
  std::abort();
}

}  // namespace tally::inference
