// The part of AWS Neuron's runtime interface that tally uses, declared by ourselves from its public
// documentation (AWS Neuron SDK, "Neuron Runtime API Reference": nrt.h, nrt_experimental.h,
// nrt_status.h), so that tally builds without the SDK. The library is loaded at run time:
// neuron_runtime.hpp.
//
// Plain C; no ownership here. Names without the prefix nrt_ are ours.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tally::inference::nrt {

using Status = int;  // NRT_STATUS
inline constexpr Status kSuccess = 0;

inline constexpr int kFrameworkNone = 1;       // NRT_FRAMEWORK_TYPE_NO_FW
inline constexpr int kPlacementDevice = 0;     // NRT_TENSOR_PLACEMENT_DEVICE
inline constexpr int kUsageInput = 0;          // NRT_TENSOR_USAGE_INPUT
inline constexpr int kUsageOutput = 1;         // NRT_TENSOR_USAGE_OUTPUT
inline constexpr std::int32_t kVncCount = -1;  // Deprecated: always -1.
inline constexpr std::size_t kTensorNameMax = 256;

// nrt_dtype_t; those that engines speak.
inline constexpr int kTypeUint8 = 0x3;
inline constexpr int kTypeBfloat16 = 0x6;
inline constexpr int kTypeFloat16 = 0x7;
inline constexpr int kTypeInt32 = 0x8;
inline constexpr int kTypeFloat32 = 0xA;
inline constexpr int kTypeInt64 = 0xC;

struct Model;
struct Tensor;
using TensorSet = void;

struct TensorInfo {
  char name[kTensorNameMax];
  int usage;
  std::size_t size;  // Bytes.
  int dtype;
  std::uint32_t* shape;
  std::uint32_t ndim;
};
static_assert(offsetof(TensorInfo, size) == 264 && sizeof(TensorInfo) == 296);

struct TensorInfoArray {
  std::uint64_t tensor_count;
  TensorInfo tensors[1];  // In C an array without a length.
};

extern "C" {
Status nrt_init(int framework, const char* fw_version, const char* fal_version);
void nrt_close();
Status nrt_get_visible_vnc_count(std::uint32_t* count);  // Also before nrt_init.
Status nrt_load(const void* neff, std::size_t size, std::int32_t vnc, std::int32_t vnc_count,
                Model** model);
Status nrt_unload(Model* model);
Status nrt_get_model_tensor_info(Model* model, TensorInfoArray** info);
Status nrt_free_model_tensor_info(TensorInfoArray* info);
Status nrt_allocate_tensor_set(TensorSet** set);
void nrt_destroy_tensor_set(TensorSet** set);
Status nrt_add_tensor_to_tensor_set(TensorSet* set, const char* name, Tensor* tensor);
Status nrt_tensor_allocate(int placement, int vnc, std::size_t size, const char* name,
                           Tensor** tensor);
void nrt_tensor_free(Tensor** tensor);
Status nrt_tensor_write(Tensor* tensor, const void* buffer, std::size_t offset, std::size_t size);
Status nrt_tensor_read(const Tensor* tensor, void* buffer, std::size_t offset, std::size_t size);
Status nrt_execute(Model* model, const TensorSet* inputs, TensorSet* outputs);
}

}  // namespace tally::inference::nrt
