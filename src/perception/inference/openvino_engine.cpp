#include "perception/inference/openvino_engine.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "perception/inference/openvino_cache.hpp"
#include "perception/inference/openvino_streams.hpp"
#include "perception/inference/openvino_support.hpp"

namespace tally::inference {
namespace {

// One request's tensors; views of them are handed out, so nothing is copied.
struct Slot {
  std::vector<ov::InferRequest> requests;  // Of each stream that it has run on, else empty.
  std::size_t stream = 0;                  // That it runs on, or ran on last.
  std::vector<ov::Tensor> inputs;
  std::vector<ov::Tensor> outputs;
  bool running = false;
};

class OpenvinoEngine final : public Engine {
 public:
  OpenvinoEngine(std::vector<TensorSpec> inputs, std::vector<TensorSpec> outputs,
                 std::unique_ptr<openvino::Streams> streams, std::vector<Slot> slots,
                 std::string description)
      : inputs_(std::move(inputs)),
        outputs_(std::move(outputs)),
        streams_(std::move(streams)),
        slots_(std::move(slots)),
        description_(std::move(description)) {}

  // A request still running writes into tensors that are about to go.
  ~OpenvinoEngine() override {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].running) static_cast<void>(wait(i));
    }
  }

  [[nodiscard]] const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  [[nodiscard]] const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  [[nodiscard]] std::size_t request_count() const override { return slots_.size(); }
  [[nodiscard]] std::string description() const override { return description_; }

  [[nodiscard]] MutableTensorView input(std::size_t request, std::size_t index) override {
    Slot& slot = slot_at(request);
    TALLY_ASSERT(index < inputs_.size() && !slot.running);
    ov::Tensor& tensor = slot.inputs[index];
    return {inputs_[index].type,
            inputs_[index].shape,
            {static_cast<std::byte*>(tensor.data()), tensor.get_byte_size()}};
  }

  Result<void> start(std::size_t request) override {
    Slot& slot = slot_at(request);
    TALLY_ASSERT(!slot.running);
    slot.stream = streams_->begin();
    try {
      request_of(slot).start_async();
    } catch (const std::exception& error) {
      streams_->end(slot.stream);
      return failed(error);
    }
    slot.running = true;
    return {};
  }

  Result<void> wait(std::size_t request) override {
    Slot& slot = slot_at(request);
    TALLY_ASSERT(slot.running);
    slot.running = false;
    try {
      slot.requests[slot.stream].wait();
    } catch (const std::exception& error) {
      return failed(error);
    }
    return {};
  }

  [[nodiscard]] TensorView output(std::size_t request, std::size_t index) const override {
    TALLY_ASSERT(request < slots_.size() && index < outputs_.size() && !slots_[request].running);
    const ov::Tensor& tensor = slots_[request].outputs[index];
    return {outputs_[index].type,
            outputs_[index].shape,
            {static_cast<const std::byte*>(tensor.data()), tensor.get_byte_size()}};
  }

 private:
  Slot& slot_at(std::size_t request) {
    TALLY_ASSERT(request < slots_.size());
    return slots_[request];
  }

  // On the slot's stream, with the slot's tensors.
  ov::InferRequest& request_of(Slot& slot) {
    if (slot.requests.size() <= slot.stream) slot.requests.resize(slot.stream + 1);
    ov::InferRequest& request = slot.requests[slot.stream];
    if (request) return request;
    request = streams_->create_request(slot.stream);
    request.set_input_tensor(slot.inputs[0]);
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      request.set_tensor(outputs_[i].name, slot.outputs[i]);
    }
    return request;
  }

  static std::unexpected<Error> failed(const std::exception& error) {
    return fail(EngineError::kExecution,
                fmt::format("inference failed: {}", openvino::readable(error.what())));
  }

  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
  std::unique_ptr<openvino::Streams> streams_;
  std::vector<Slot> slots_;
  std::string description_;
};

// Fills in all that is empty or 0.
Result<EngineOptions> settle(const ModelPackage& package, EngineOptions options) {
  const auto within = [](int value, int min, int max) { return value >= min && value <= max; };
  if (!within(options.streams, 0, kStreamsMax) || !within(options.threads, 0, kThreadsMax) ||
      !within(options.requests, 0, kRequestsMax) || !within(options.batch, 1, kBatchMax)) {
    return fail(
        EngineError::kOptions,
        fmt::format("engine options out of range: streams {} (0 to {}), threads {} (0 to {}), "
                    "requests {} (0 to {}), batch {} (1 to {})",
                    options.streams, kStreamsMax, options.threads, kThreadsMax, options.requests,
                    kRequestsMax, options.batch, kBatchMax));
  }
  if (!options.precision) {
    const bool bf16 = package.precision == Precision::kBf16;
    options.precision = bf16 ? Precision::kBf16 : Precision::kFp32;
  }
  if (options.threads == 0) options.threads = std::min(allowed_cores(), kThreadsMax);
  if (options.streams == 0) options.streams = std::min(options.threads, kStreamsAutoMax);
  options.streams = std::min(options.streams, options.threads);
  if (options.requests == 0) options.requests = options.streams + 1;
  return options;
}

ov::element::Type element_type(Precision precision) {
  switch (precision) {
    case Precision::kFp32:
      return ov::element::f32;
    case Precision::kBf16:
      return ov::element::bf16;
    case Precision::kFp16:
      return ov::element::f16;
    case Precision::kFp8:
      return ov::element::f8e4m3;
    case Precision::kInt8:
      return ov::element::i8;
  }
  std::abort();
}

std::unexpected<Error> disagree(const ModelPackage& package, const std::string& what) {
  return fail(PackageError::kInconsistent,
              fmt::format("{}: {} and {} disagree: {}; compile the model again",
                          package.folder.string(), package.graph_file, kManifestFile, what));
}

Shape shape_of(const ov::Output<ov::Node>& port) {
  Shape shape;
  for (const ov::Dimension& side : port.get_partial_shape()) {
    shape.push_back(side.is_static() ? side.get_length() : kDynamic);
  }
  return shape;
}

bool same_shape(const ov::PartialShape& graph, const Shape& packaged) {
  if (graph.rank().is_dynamic() || graph.size() != packaged.size()) return false;
  for (std::size_t i = 0; i < packaged.size(); ++i) {
    const std::int64_t dimension = graph[i].is_static() ? graph[i].get_length() : kDynamic;
    if (dimension != packaged[i]) return false;
  }
  return true;
}

Result<void> check_port(const ModelPackage& package, const ov::Output<ov::Node>& port,
                        const TensorSpec& spec) {
  if (openvino::element_type_of(port.get_element_type()) == spec.type &&
      same_shape(port.get_partial_shape(), spec.shape)) {
    return {};
  }
  return disagree(package, fmt::format("{} is {} {} in the graph and {} {} in the manifest",
                                       spec.name, port.get_element_type().get_type_name(),
                                       port.get_partial_shape().to_string(), name_of(spec.type),
                                       to_string(spec.shape)));
}

// That the graph's input and outputs are those of the manifest.
Result<void> check_ports(const ModelPackage& package, ov::Model& model) {
  if (model.inputs().size() != 1) {
    return disagree(package, fmt::format("{} inputs instead of 1", model.inputs().size()));
  }
  if (!model.input().get_names().contains(package.input.tensor.name)) {
    return disagree(package, fmt::format("no input is named {}", package.input.tensor.name));
  }
  if (auto same = check_port(package, model.input(), package.input.tensor); !same) return same;
  const auto ports = model.outputs();
  for (TensorSpec spec : package.outputs) {
    const auto named = [&](const auto& port) { return port.get_names().contains(spec.name); };
    const auto port = std::ranges::find_if(ports, named);
    if (port == ports.end()) {
      return disagree(package, fmt::format("no output is named {}", spec.name));
    }
    if (package.resized) spec.shape = shape_of(*port);
    if (auto same = check_port(package, *port, spec); !same) return same;
  }
  return {};
}

Result<void> resize(const ModelPackage& package, ov::Model& model) {
  const Shape& shape = package.input.tensor.shape;
  try {
    openvino::reshape(model, {shape.begin(), shape.end()});
  } catch (const ov::Exception& error) {
    return fail(EngineError::kOptions,
                fmt::format("{}: its graph can't take {}x{} pictures; export it for that size: {}",
                            package.folder.string(), package.input.width, package.input.height,
                            openvino::readable(error.what())));
  }
  return {};
}

// Sets the batch and folds the way from the caller's input to the graph's into the graph.
std::shared_ptr<ov::Model> prepare(std::shared_ptr<ov::Model> model, const InputSpec& spec,
                                   const EngineOptions& options) {
  ov::PartialShape shape = model->input().get_partial_shape();
  if (shape.is_dynamic()) {
    shape[0] = options.batch;
    model->reshape(shape);
  }
  ov::preprocess::PrePostProcessor steps(model);
  ov::preprocess::InputInfo& input = steps.input();
  if (options.input == InputForm::kPicture) {
    input.tensor()
        .set_element_type(ov::element::u8)
        .set_layout("NHWC")
        .set_color_format(ov::preprocess::ColorFormat::RGB);
    input.model().set_layout(spec.layout == TensorLayout::kNchw ? "NCHW" : "NHWC");
    input.preprocess().convert_element_type(ov::element::f32);
    if (spec.color == ColorOrder::kBgr) {
      input.preprocess().convert_color(ov::preprocess::ColorFormat::BGR);
    }
    // Dividing by 255 is what the models were trained with; 1/255 as a float is not its exact
    // inverse.
    const double divisor = 1.0 / static_cast<double>(spec.scale);
    const double whole = std::round(divisor);
    const bool is_whole = std::abs(divisor - whole) < 1e-4;
    if (spec.scale != 1.0F) {
      input.preprocess().scale(static_cast<float>(is_whole ? whole : divisor));
    }
  } else if (spec.tensor.type == ElementType::kF16) {
    input.tensor().set_element_type(ov::element::f32);
  }
  for (std::size_t i = 0; i < model->outputs().size(); ++i) {
    if (model->output(i).get_element_type() == ov::element::f16) {
      steps.output(i).tensor().set_element_type(ov::element::f32);
    }
  }
  return steps.build();
}

// One stream of an engine with these options.
EngineOptions stream_of(EngineOptions options) {
  options.threads /= options.streams;
  options.streams = 1;
  return options;
}

// `options`: of one stream.
ov::AnyMap plugin_properties(const EngineOptions& options) {
  // Pinning would tie every tally process of a shared machine to the same first cores.
  return {ov::hint::inference_precision(element_type(*options.precision)), ov::num_streams(1),
          ov::inference_num_threads(options.threads), ov::hint::enable_cpu_pinning(false),
          ov::hint::dynamic_quantization_group_size(0)};
}

struct Compiled {
  ov::CompiledModel first;  // Of the streams.
  std::string blob;         // That makes the others.
};

// Reads and compiles the package's graph, or takes what an earlier start made of it. `options`: of
// one stream.
Result<Compiled> compile(const ModelPackage& package, const EngineOptions& options) {
  const auto impossible = [&] {
    return fail(EngineError::kPrecision,
                fmt::format("{} is not possible on {}; use fp32", name_of(*options.precision),
                            openvino::core().get_property("CPU", ov::device::full_name)));
  };
  // A graph is quantised or is not; the engine can't be asked for it.
  const bool never = options.precision == Precision::kFp8 || options.precision == Precision::kInt8;
  if (never) return impossible();
  const ov::AnyMap properties = plugin_properties(options);
  const std::string key = options.keep_compiled ? openvino::blob_key(package, options) : "";
  if (options.keep_compiled) {
    if (auto blob = openvino::kept_blob(package, key)) {
      try {
        return Compiled{openvino::import_blob(*blob, properties), *std::move(blob)};
      } catch (const std::exception&) {
        blob.reset();  // It is compiled and kept anew.
      }
    }
  }
  const auto model = openvino::read_model(package.folder / package.graph_file);
  if (package.resized) {
    if (auto done = resize(package, *model); !done) return std::unexpected(done.error());
  }
  if (auto fits = check_ports(package, *model); !fits) return std::unexpected(fits.error());
  ov::CompiledModel compiled =
      openvino::core().compile_model(prepare(model, package.input, options), "CPU", properties);
  // The plugin falls back to fp32 without a word on CPUs that lack the type.
  if (compiled.get_property(ov::hint::inference_precision) != element_type(*options.precision)) {
    return impossible();
  }
  std::string blob = openvino::blob_of(compiled);
  if (options.keep_compiled) openvino::keep_blob(package, key, blob);
  return Compiled{std::move(compiled), std::move(blob)};
}

TensorSpec edge_spec(const std::string& name, const ov::Tensor& tensor) {
  const auto type = openvino::element_type_of(tensor.get_element_type());
  OPENVINO_ASSERT(type, "tensor ", name, " has element type ", tensor.get_element_type());
  return {name, *type, Shape(tensor.get_shape().begin(), tensor.get_shape().end())};
}

// A graph may have its outputs in another order than the package.
std::unique_ptr<Engine> assemble(const ModelPackage& package, Compiled compiled,
                                 const EngineOptions& options) {
  const EngineOptions one = stream_of(options);
  auto streams = std::make_unique<openvino::Streams>(compiled.first, std::move(compiled.blob),
                                                     plugin_properties(one), options.streams);
  std::vector<Slot> slots(static_cast<std::size_t>(options.requests));
  for (Slot& slot : slots) {
    ov::InferRequest& request = slot.requests.emplace_back(streams->create_request(0));
    slot.inputs.push_back(request.get_input_tensor());
    for (const TensorSpec& output : package.outputs) {
      slot.outputs.push_back(request.get_tensor(output.name));
    }
  }
  std::vector<TensorSpec> outputs;
  for (std::size_t i = 0; i < package.outputs.size(); ++i) {
    outputs.push_back(edge_spec(package.outputs[i].name, slots.front().outputs[i]));
  }
  std::vector<TensorSpec> inputs{edge_spec(package.input.tensor.name, slots.front().inputs[0])};
  const int each = std::max(compiled.first.get_property(ov::inference_num_threads), 1);
  const bool quantised = package.precision == Precision::kInt8;
  std::string description =
      fmt::format("openvino {} cpu {}, {} stream{} x {} thread{}", openvino::version(),
                  name_of(quantised ? package.precision : *options.precision), options.streams,
                  options.streams == 1 ? "" : "s", each, each == 1 ? "" : "s");
  return std::make_unique<OpenvinoEngine>(std::move(inputs), std::move(outputs), std::move(streams),
                                          std::move(slots), std::move(description));
}

}  // namespace

int allowed_cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0)
    return std::max(1, CPU_COUNT(&allowed));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

Result<std::unique_ptr<Engine>> open_openvino_engine(const ModelPackage& package,
                                                     EngineOptions options) {
  const Result<EngineOptions> settled = settle(package, options);
  if (!settled) return std::unexpected(settled.error());
  const std::int64_t packaged_batch = package.input.tensor.shape.at(0);
  if (packaged_batch != kDynamic && packaged_batch != settled->batch) {
    return fail(
        EngineError::kOptions,
        fmt::format("{}: the graph's batch is fixed at {}, not {}; export it with a dynamic "
                    "batch, or ask for {}",
                    package.folder.string(), packaged_batch, settled->batch, packaged_batch));
  }
  try {
    static_cast<void>(openvino::core());
  } catch (const std::exception& error) {
    return fail(EngineError::kUnavailable,
                fmt::format("OpenVINO does not start: {}", openvino::readable(error.what())));
  }
  const std::filesystem::path path = package.folder / package.graph_file;
  try {
    auto compiled = compile(package, stream_of(*settled));
    if (!compiled) return std::unexpected(compiled.error());
    return assemble(package, *std::move(compiled), *settled);
  } catch (const std::exception& error) {
    return fail(EngineError::kGraphInvalid,
                fmt::format("{}: OpenVINO can't compile it: {}", path.string(),
                            openvino::readable(error.what())));
  }
}

}  // namespace tally::inference
