// A libnrt without hardware; see fake_nrt.hpp.
#include "perception/inference/fake_nrt.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>

#include "base/assert.hpp"
#include "perception/inference/nrt_api.hpp"

namespace tally::inference {
namespace nrt {

struct Tensor {
  int core = 0;
  std::vector<std::byte> bytes;
  bool written = false;
  std::size_t sets = 0;    // That it is in.
  std::size_t in_use = 0;  // Executions that run with it.
};

struct Described {
  TensorInfo info{};
  std::vector<std::uint32_t> shape;
};

struct Model {
  int core = 0;
  std::vector<Described> tensors;
  std::size_t executing = 0;
};

}  // namespace nrt

namespace {

using Set = std::map<std::string, nrt::Tensor*>;

struct World {
  std::mutex mutex;
  FakeNrt fake;
  bool closed = false;
  std::map<nrt::Model*, std::unique_ptr<nrt::Model>> models;
  std::map<nrt::Tensor*, std::unique_ptr<nrt::Tensor>> tensors;
  std::map<void*, std::unique_ptr<Set>> sets;
  std::map<nrt::TensorInfoArray*, std::vector<std::byte>> infos;
};

World& world() {
  static World the;
  return the;
}

constexpr nrt::Status kInvalid = 2;
constexpr nrt::Status kInvalidHandle = 3;
constexpr nrt::Status kUninitialized = 13;
constexpr nrt::Status kClosed = 14;
constexpr nrt::Status kBadInput = 1002;

nrt::Status mistake(nrt::Status status, const std::string& what) {
  world().fake.mistakes.push_back(what);
  return status;
}

// Counts the call and says how it fails before it has done anything.
nrt::Status begin(const std::string& call, int core = -1, bool needs_runtime = true) {
  FakeNrt& fake = world().fake;
  ++fake.calls[call];
  if (needs_runtime && !fake.running) {
    return mistake(world().closed ? kClosed : kUninitialized, call + " while nothing runs");
  }
  const bool meant = call == fake.fail_call && (fake.fail_core < 0 || fake.fail_core == core);
  if (!meant) return nrt::kSuccess;
  if (fake.fail_after > 0) return --fake.fail_after, nrt::kSuccess;
  return fake.fail_status;
}

void count_alive() {
  World& w = world();
  w.fake.models = w.models.size();
  w.fake.tensors = w.tensors.size();
  w.fake.sets = w.sets.size();
  w.fake.infos = w.infos.size();
}

int dtype_of(const std::string& type) {
  if (type == "u8") return nrt::kTypeUint8;
  if (type == "f16") return nrt::kTypeFloat16;
  if (type == "bf16") return nrt::kTypeBfloat16;
  return nrt::kTypeFloat32;
}

std::size_t size_of_dtype(int dtype) {
  if (dtype == nrt::kTypeUint8) return 1;
  return dtype == nrt::kTypeFloat32 ? 4 : 2;
}

bool parse_neff(std::string_view neff, nrt::Model& model) {
  std::istringstream lines{std::string(neff)};
  std::string line;
  if (!std::getline(lines, line) || line != "FAKE-NEFF") return false;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string usage, name, type;
    words >> usage >> name >> type;
    nrt::Described& tensor = model.tensors.emplace_back();
    std::strncpy(tensor.info.name, name.c_str(), sizeof tensor.info.name - 1);
    tensor.info.usage = usage == "input" ? nrt::kUsageInput : nrt::kUsageOutput;
    tensor.info.dtype = dtype_of(type);
    tensor.info.size = size_of_dtype(tensor.info.dtype);
    for (std::uint32_t dimension = 0; words >> dimension;) {
      tensor.shape.push_back(dimension);
      tensor.info.size *= dimension;
    }
    tensor.info.ndim = static_cast<std::uint32_t>(tensor.shape.size());
  }
  return !model.tensors.empty();
}

double value_at(const std::vector<std::byte>& bytes, int dtype, std::size_t i) {
  if (dtype == nrt::kTypeUint8) return static_cast<double>(bytes[i]);
  float value = 0;
  std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
  return static_cast<double>(value);
}

// The tensors of a set as the model wants them: all there, of its core and size.
nrt::Status check_set(const nrt::Model& model, const Set& set, int usage) {
  std::size_t wanted = 0;
  for (const nrt::Described& described : model.tensors) {
    if (described.info.usage != usage) continue;
    ++wanted;
    const auto found = set.find(described.info.name);
    if (found == set.end()) {
      return mistake(kBadInput, std::string("no tensor ") + described.info.name + " in the set");
    }
    const nrt::Tensor& tensor = *found->second;
    if (tensor.bytes.size() != described.info.size) return mistake(kBadInput, "a tensor's size");
    if (tensor.core != model.core) return mistake(kBadInput, "a tensor of another core");
    if (tensor.in_use > 0) return mistake(kBadInput, "a tensor in two executions at once");
    if (usage == nrt::kUsageInput && !tensor.written) {
      return mistake(kBadInput, "an input that nobody wrote");
    }
  }
  return set.size() == wanted ? nrt::kSuccess : mistake(kBadInput, "more tensors than it takes");
}

std::vector<double> means_of(const nrt::Model& model, const Set& inputs) {
  std::vector<double> means;
  for (const nrt::Described& described : model.tensors) {
    if (described.info.usage != nrt::kUsageInput) continue;
    const std::size_t batch = described.shape[0];
    const std::size_t values = described.info.size / size_of_dtype(described.info.dtype) / batch;
    const auto& bytes = inputs.at(described.info.name)->bytes;
    for (std::size_t b = 0; b < batch; ++b) {
      double sum = 0;
      for (std::size_t i = 0; i < values; ++i) {
        sum += value_at(bytes, described.info.dtype, b * values + i);
      }
      means.push_back(sum / static_cast<double>(values));
    }
  }
  return means;
}

void fill_outputs(const nrt::Model& model, const std::vector<double>& means, const Set& outputs) {
  for (const nrt::Described& described : model.tensors) {
    if (described.info.usage != nrt::kUsageOutput) continue;
    auto& bytes = outputs.at(described.info.name)->bytes;
    const std::size_t values = bytes.size() / sizeof(float) / described.shape[0];
    for (std::size_t i = 0; i < bytes.size() / sizeof(float); ++i) {
      const auto value = static_cast<float>(means[i / values] + static_cast<double>(i % values));
      std::memcpy(bytes.data() + i * sizeof value, &value, sizeof value);
    }
  }
}

void use(const Set& set, bool begins) {
  for (const auto& [name, tensor] : set) tensor->in_use += begins ? 1 : std::size_t(-1);
}

}  // namespace

FakeNrt* fake_nrt() { return &world().fake; }

void fake_nrt_reset() {
  World& w = world();
  const std::scoped_lock lock(w.mutex);
  TALLY_ASSERT(w.models.empty() && w.tensors.empty() && w.sets.empty() && w.infos.empty());
  w.fake = {};
  w.closed = false;
}

namespace nrt {

Status nrt_init(int framework, const char* fw_version, const char* fal_version) {
  const std::scoped_lock lock(world().mutex);
  if (const Status status = begin("nrt_init", -1, false); status != kSuccess) return status;
  FakeNrt& fake = world().fake;
  if (fake.running) return mistake(kInvalid, "nrt_init twice");
  if (framework != kFrameworkNone || fw_version == nullptr || fal_version == nullptr) {
    return mistake(kInvalid, "nrt_init of another framework");
  }
  fake.running = true;
  return kSuccess;
}

void nrt_close() {
  const std::scoped_lock lock(world().mutex);
  static_cast<void>(begin("nrt_close"));
  FakeNrt& fake = world().fake;
  count_alive();
  if (fake.models + fake.tensors + fake.sets + fake.infos > 0) {
    mistake(kInvalid, "nrt_close while something is alive");
  }
  fake.running = false;
  world().closed = true;
}

Status nrt_get_visible_vnc_count(std::uint32_t* count) {
  const std::scoped_lock lock(world().mutex);
  if (const Status status = begin("nrt_get_visible_vnc_count", -1, false); status != kSuccess) {
    return status;
  }
  *count = world().fake.cores;
  return kSuccess;
}

Status nrt_load(const void* neff, std::size_t size, std::int32_t vnc, std::int32_t vnc_count,
                Model** model) {
  const std::scoped_lock lock(world().mutex);
  if (const Status status = begin("nrt_load", vnc); status != kSuccess) return status;
  if (vnc < 0 || vnc >= static_cast<int>(world().fake.cores) || vnc_count != kVncCount) {
    return mistake(kInvalid, "nrt_load onto a core that is not there");
  }
  auto made = std::make_unique<Model>();
  made->core = vnc;
  if (!parse_neff({static_cast<const char*>(neff), size}, *made)) return kInvalid;
  *model = made.get();
  world().models[made.get()] = std::move(made);
  count_alive();
  return kSuccess;
}

Status nrt_unload(Model* model) {
  const std::scoped_lock lock(world().mutex);
  World& w = world();
  const auto found = w.models.find(model);
  if (found == w.models.end()) return mistake(kInvalidHandle, "nrt_unload of no model");
  if (model->executing > 0) mistake(kInvalid, "nrt_unload while it executes");
  const Status status = begin("nrt_unload", model->core);
  w.models.erase(found);
  count_alive();
  return status;
}

Status nrt_get_model_tensor_info(Model* model, TensorInfoArray** info) {
  const std::scoped_lock lock(world().mutex);
  World& w = world();
  if (!w.models.contains(model)) return mistake(kInvalidHandle, "tensor info of no model");
  if (const Status status = begin("nrt_get_model_tensor_info", model->core); status != kSuccess) {
    return status;
  }
  const std::size_t count = model->tensors.size();
  std::vector<std::byte> memory(offsetof(TensorInfoArray, tensors) + count * sizeof(TensorInfo));
  auto* array = reinterpret_cast<TensorInfoArray*>(memory.data());
  array->tensor_count = count;
  for (std::size_t i = 0; i < count; ++i) {
    TensorInfo one = model->tensors[i].info;
    one.shape = model->tensors[i].shape.data();
    std::memcpy(memory.data() + offsetof(TensorInfoArray, tensors) + i * sizeof one, &one,
                sizeof one);
  }
  *info = array;
  w.infos[array] = std::move(memory);
  count_alive();
  return kSuccess;
}

Status nrt_free_model_tensor_info(TensorInfoArray* info) {
  const std::scoped_lock lock(world().mutex);
  const Status status = begin("nrt_free_model_tensor_info");
  if (world().infos.erase(info) == 0) return mistake(kInvalidHandle, "free of no tensor info");
  count_alive();
  return status;
}

Status nrt_allocate_tensor_set(TensorSet** set) {
  const std::scoped_lock lock(world().mutex);
  if (const Status status = begin("nrt_allocate_tensor_set"); status != kSuccess) return status;
  auto made = std::make_unique<Set>();
  *set = made.get();
  world().sets[made.get()] = std::move(made);
  count_alive();
  return kSuccess;
}

void nrt_destroy_tensor_set(TensorSet** set) {
  const std::scoped_lock lock(world().mutex);
  static_cast<void>(begin("nrt_destroy_tensor_set"));
  const auto found = world().sets.find(*set);
  if (found == world().sets.end()) {
    mistake(kInvalidHandle, "destroy of no tensor set");
    return;
  }
  for (const auto& [name, tensor] : *found->second) {
    if (tensor->in_use > 0) mistake(kInvalid, "a set destroyed while it executes");
    --tensor->sets;
  }
  world().sets.erase(found);
  *set = nullptr;
  count_alive();
}

Status nrt_add_tensor_to_tensor_set(TensorSet* set, const char* name, Tensor* tensor) {
  const std::scoped_lock lock(world().mutex);
  World& w = world();
  const auto found = w.sets.find(set);
  if (found == w.sets.end() || !w.tensors.contains(tensor)) {
    return mistake(kInvalidHandle, "add of no tensor, or to no set");
  }
  const Status status = begin("nrt_add_tensor_to_tensor_set", tensor->core);
  if (status != kSuccess) return status;
  if (!found->second->emplace(name, tensor).second) return mistake(kInvalid, "a name added twice");
  ++tensor->sets;
  return kSuccess;
}

Status nrt_tensor_allocate(int placement, int vnc, std::size_t size, const char*, Tensor** tensor) {
  const std::scoped_lock lock(world().mutex);
  if (const Status status = begin("nrt_tensor_allocate", vnc); status != kSuccess) return status;
  if (placement != kPlacementDevice || vnc < 0 || vnc >= static_cast<int>(world().fake.cores) ||
      size == 0) {
    return mistake(kInvalid, "a tensor that can't be");
  }
  auto made = std::make_unique<Tensor>();
  made->core = vnc;
  made->bytes.resize(size);
  *tensor = made.get();
  world().tensors[made.get()] = std::move(made);
  count_alive();
  return kSuccess;
}

void nrt_tensor_free(Tensor** tensor) {
  const std::scoped_lock lock(world().mutex);
  static_cast<void>(begin("nrt_tensor_free"));
  const auto found = world().tensors.find(*tensor);
  if (found == world().tensors.end()) {
    mistake(kInvalidHandle, "free of no tensor");
    return;
  }
  if ((*tensor)->sets > 0) mistake(kInvalid, "a tensor freed before its set");
  world().tensors.erase(found);
  *tensor = nullptr;
  count_alive();
}

Status nrt_tensor_write(Tensor* tensor, const void* buffer, std::size_t offset, std::size_t size) {
  const std::scoped_lock lock(world().mutex);
  if (!world().tensors.contains(tensor)) return mistake(kInvalidHandle, "write to no tensor");
  const Status status = begin("nrt_tensor_write", tensor->core);
  if (status != kSuccess) return status;
  if (offset != 0 || size != tensor->bytes.size() || tensor->in_use > 0) {
    return mistake(kInvalid, "a write of a part, beyond, or while it executes");
  }
  std::memcpy(tensor->bytes.data(), buffer, size);
  tensor->written = true;
  return kSuccess;
}

Status nrt_tensor_read(const Tensor* tensor, void* buffer, std::size_t offset, std::size_t size) {
  const std::scoped_lock lock(world().mutex);
  if (!world().tensors.contains(const_cast<Tensor*>(tensor))) {
    return mistake(kInvalidHandle, "read of no tensor");
  }
  const Status status = begin("nrt_tensor_read", tensor->core);
  if (status != kSuccess) return status;
  if (offset != 0 || size != tensor->bytes.size() || tensor->in_use > 0) {
    return mistake(kInvalid, "a read of a part, beyond, or while it executes");
  }
  std::memcpy(buffer, tensor->bytes.data(), size);
  return kSuccess;
}

Status nrt_execute(Model* model, const TensorSet* inputs, TensorSet* outputs) {
  World& w = world();
  std::unique_lock lock(w.mutex);
  const auto in = w.sets.find(const_cast<void*>(inputs));
  const auto out = w.sets.find(outputs);
  if (!w.models.contains(model) || in == w.sets.end() || out == w.sets.end()) {
    return mistake(kInvalidHandle, "execute of no model, or without its sets");
  }
  if (const Status status = begin("nrt_execute", model->core); status != kSuccess) return status;
  const Set& input_set = *in->second;
  const Set& output_set = *out->second;
  Status status = check_set(*model, input_set, kUsageInput);
  if (status == kSuccess) status = check_set(*model, output_set, kUsageOutput);
  if (status != kSuccess) return status;
  ++model->executing;
  use(input_set, true);
  use(output_set, true);
  lock.unlock();  // Others may overlap, as on a real core.
  const std::vector<double> means = means_of(*model, input_set);
  fill_outputs(*model, means, output_set);
  lock.lock();
  use(input_set, false);
  use(output_set, false);
  --model->executing;
  ++w.fake.executed[model->core];
  w.fake.inputs.push_back(means);
  return kSuccess;
}

}  // namespace nrt
}  // namespace tally::inference
