#include "perception/inference/neuron_tensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "perception/inference/model_package.hpp"

namespace tally::inference {
namespace {

Result<void> outcome(nrt::Status status, std::string_view call, std::size_t core) {
  if (status == nrt::kSuccess) return {};
  return fail(nrt_error_of(status),
              fmt::format("{} on core {}: {}", call, core, nrt_status_text(status)));
}

// A tensor as the NEFF tells of it.
struct Told {
  TensorSpec spec;
  bool input = false;
  bool known_type = true;
  std::size_t bytes = 0;
  bool taken = false;
};

std::optional<ElementType> element_type_of(int dtype) {
  switch (dtype) {
    case nrt::kTypeUint8:
      return ElementType::kU8;
    case nrt::kTypeInt32:
      return ElementType::kI32;
    case nrt::kTypeInt64:
      return ElementType::kI64;
    case nrt::kTypeFloat16:
      return ElementType::kF16;
    case nrt::kTypeFloat32:
      return ElementType::kF32;
    default:
      return std::nullopt;
  }
}

Told told_of(const nrt::TensorInfo& info) {
  Told told;
  told.spec.name.assign(info.name, ::strnlen(info.name, sizeof info.name));
  const auto type = element_type_of(info.dtype);
  told.known_type = type.has_value();
  told.spec.type = type.value_or(ElementType::kU8);
  for (std::uint32_t i = 0; info.shape != nullptr && i < info.ndim; ++i) {
    told.spec.shape.push_back(info.shape[i]);
  }
  told.input = info.usage == nrt::kUsageInput;
  told.bytes = info.size;
  return told;
}

bool fits(const Told& told, const TensorSpec& wanted, bool input) {
  return !told.taken && told.input == input && told.known_type && told.spec.type == wanted.type &&
         told.spec.shape == wanted.shape &&
         told.bytes == static_cast<std::size_t>(element_count(wanted.shape)) * size_of(wanted.type);
}

std::string listed(const std::vector<Told>& all) {
  std::string text;
  for (const Told& told : all) {
    text += fmt::format("{}{} {} {} {}", text.empty() ? "" : ", ", told.input ? "input" : "output",
                        told.spec.name, told.known_type ? name_of(told.spec.type) : "other type",
                        to_string(told.spec.shape));
  }
  return text;
}

// The names that the NEFF has for the tensors wanted.
Result<std::vector<TensorSpec>> matched(std::vector<TensorSpec> wanted, bool input,
                                        std::vector<Told>& all) {
  for (TensorSpec& spec : wanted) {
    auto found = std::ranges::find_if(
        all, [&](const Told& told) { return told.input == input && told.spec.name == spec.name; });
    const auto fitting = [&](const Told& told) { return fits(told, spec, input); };
    if (found == all.end() && std::ranges::count_if(all, fitting) == 1) {
      found = std::ranges::find_if(all, fitting);
    }
    if (found == all.end() || !fitting(*found)) {
      return fail(PackageError::kInconsistent,
                  fmt::format("the manifest has {} {} {} {}, the NEFF has {}; compile the model "
                              "again",
                              input ? "input" : "output", spec.name, name_of(spec.type),
                              to_string(spec.shape), listed(all)));
    }
    found->taken = true;
    spec.name = found->spec.name;
  }
  return wanted;
}

}  // namespace

Result<NeuronModel> NeuronModel::load(std::shared_ptr<NeuronRuntime> runtime, std::string_view neff,
                                      std::size_t core, std::vector<TensorSpec> inputs,
                                      std::vector<TensorSpec> outputs) {
  NeuronModel model(std::move(runtime), core);
  const nrt::Status status = model.calls().load(
      neff.data(), neff.size(), static_cast<std::int32_t>(core), nrt::kVncCount, &model.model_);
  if (status != nrt::kSuccess) model.model_ = nullptr;
  if (auto loaded = model.checked(status, "nrt_load"); !loaded) {
    return std::unexpected(std::move(loaded.error()));
  }
  if (auto same = model.match_tensors(std::move(inputs), std::move(outputs)); !same) {
    return std::unexpected(std::move(same.error()));
  }
  return model;
}

NeuronModel::NeuronModel(NeuronModel&& other) noexcept
    : runtime_(std::move(other.runtime_)),
      core_(other.core_),
      model_(std::exchange(other.model_, nullptr)),
      inputs_(std::move(other.inputs_)),
      outputs_(std::move(other.outputs_)) {}

// Nobody can be told that it can't be unloaded; the runtime logs it.
NeuronModel::~NeuronModel() {
  if (model_ != nullptr) static_cast<void>(calls().unload(model_));
}

Result<void> NeuronModel::match_tensors(std::vector<TensorSpec> inputs,
                                        std::vector<TensorSpec> outputs) {
  nrt::TensorInfoArray* info = nullptr;
  if (auto told =
          checked(calls().get_model_tensor_info(model_, &info), "nrt_get_model_tensor_info");
      !told) {
    return told;
  }
  std::vector<Told> all;
  for (std::uint64_t i = 0; i < std::min(info->tensor_count, kNeffTensorsMax); ++i) {
    all.push_back(told_of(info->tensors[i]));
  }
  static_cast<void>(calls().free_model_tensor_info(info));
  auto in = matched(std::move(inputs), true, all);
  if (!in) return std::unexpected(std::move(in.error()));
  auto out = matched(std::move(outputs), false, all);
  if (!out) return std::unexpected(std::move(out.error()));
  inputs_ = std::move(*in);
  outputs_ = std::move(*out);
  if (std::ranges::all_of(all, &Told::taken)) return {};
  return fail(PackageError::kInconsistent,
              fmt::format("the NEFF has tensors that the manifest does not tell of: {}; compile "
                          "the model again",
                          listed(all)));
}

Result<void> NeuronModel::execute(const NeuronTensorSet& inputs,
                                  const NeuronTensorSet& outputs) const {
  return checked(calls().execute(model_, inputs.set_, outputs.set_), "nrt_execute");
}

Result<void> NeuronModel::checked(nrt::Status status, std::string_view call) const {
  return outcome(status, call, core_);
}

Result<NeuronTensorSet> NeuronTensorSet::allocate(const NeuronModel& model,
                                                  const std::vector<TensorSpec>& specs) {
  NeuronTensorSet made(model, specs);
  const NrtCalls& calls = model.calls();
  if (auto good = made.checked(calls.allocate_tensor_set(&made.set_), "nrt_allocate_tensor_set");
      !good) {
    made.set_ = nullptr;
    return std::unexpected(std::move(good.error()));
  }
  for (const TensorSpec& spec : specs) {
    const std::size_t bytes =
        static_cast<std::size_t>(element_count(spec.shape)) * size_of(spec.type);
    nrt::Tensor* tensor = nullptr;
    if (auto good = made.checked(
            calls.tensor_allocate(nrt::kPlacementDevice, static_cast<int>(model.core()), bytes,
                                  spec.name.c_str(), &tensor),
            "nrt_tensor_allocate");
        !good) {
      return std::unexpected(std::move(good.error()));
    }
    made.tensors_.push_back(tensor);
    made.bytes_.emplace_back(bytes);
    if (auto good =
            made.checked(calls.add_tensor_to_tensor_set(made.set_, spec.name.c_str(), tensor),
                         "nrt_add_tensor_to_tensor_set");
        !good) {
      return std::unexpected(std::move(good.error()));
    }
  }
  return made;
}

NeuronTensorSet::NeuronTensorSet(NeuronTensorSet&& other) noexcept
    : runtime_(std::move(other.runtime_)),
      core_(other.core_),
      specs_(std::move(other.specs_)),
      set_(std::exchange(other.set_, nullptr)),
      tensors_(std::exchange(other.tensors_, {})),
      bytes_(std::move(other.bytes_)) {}

// Tensors must live until their set is gone.
NeuronTensorSet::~NeuronTensorSet() {
  if (set_ != nullptr) runtime_->calls().destroy_tensor_set(&set_);
  for (nrt::Tensor*& tensor : tensors_) runtime_->calls().tensor_free(&tensor);
}

Result<void> NeuronTensorSet::checked(nrt::Status status, std::string_view call) const {
  return outcome(status, call, core_);
}

Result<void> NeuronTensorSet::write() {
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    const nrt::Status status =
        runtime_->calls().tensor_write(tensors_[i], bytes_[i].data(), 0, bytes_[i].size());
    if (auto good = checked(status, "nrt_tensor_write"); !good) return good;
  }
  return {};
}

Result<void> NeuronTensorSet::read() {
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    const nrt::Status status =
        runtime_->calls().tensor_read(tensors_[i], bytes_[i].data(), 0, bytes_[i].size());
    if (auto good = checked(status, "nrt_tensor_read"); !good) return good;
  }
  return {};
}

}  // namespace tally::inference
