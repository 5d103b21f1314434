#include "perception/inference/openvino_streams.hpp"

#include <algorithm>
#include <span>
#include <spanstream>
#include <sstream>
#include <utility>

namespace tally::inference::openvino {

std::string blob_of(ov::CompiledModel& compiled) {
  std::ostringstream stream;
  compiled.export_model(stream);
  return std::move(stream).str();
}

ov::CompiledModel import_blob(std::string_view blob, const ov::AnyMap& properties) {
  std::ispanstream stream{std::span<const char>(blob)};
  return core().import_model(stream, "CPU", properties);
}

Streams::Streams(ov::CompiledModel first, std::string blob, ov::AnyMap properties, int count)
    : blob_(std::move(blob)),
      properties_(std::move(properties)),
      count_(count),
      models_{std::move(first)},
      running_{0} {}

std::size_t Streams::begin() {
  const std::scoped_lock lock(mutex_);
  const auto fewest = std::ranges::min_element(running_);
  if (*fewest > 0 && count_ > 1 && ++busy_ == kBusyMin) {
    maker_ = std::jthread([this](const std::stop_token& stop) { make_others(stop); });
  }
  ++*fewest;
  return static_cast<std::size_t>(fewest - running_.begin());
}

void Streams::end(std::size_t stream) {
  const std::scoped_lock lock(mutex_);
  --running_[stream];
}

ov::InferRequest Streams::create_request(std::size_t stream) {
  const std::scoped_lock lock(mutex_);
  ov::InferRequest request = models_[stream].create_infer_request();
  request.set_callback([this, stream](const std::exception_ptr&) { end(stream); });
  return request;
}

int Streams::made() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<int>(models_.size());
}

void Streams::finish() {
  if (maker_.joinable()) maker_.join();
}

void Streams::make_others(const std::stop_token& stop) {
  try {
    while (made() < count_ && !stop.stop_requested()) {
      ov::CompiledModel next = import_blob(blob_, properties_);
      const std::scoped_lock lock(mutex_);
      models_.push_back(std::move(next));
      running_.push_back(0);
    }
  } catch (const std::exception&) {
    return;  // Those there go on.
  }
  blob_ = std::string();
}

}  // namespace tally::inference::openvino
