#include "perception/inference/convert_graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "perception/inference/head_shape.hpp"
#include "perception/inference/openvino_engine.hpp"
#include "perception/inference/openvino_support.hpp"

namespace tally::inference {
namespace {

namespace fs = std::filesystem;

Result<void> check_wishes(const CompileRequest& request) {
  if (request.size) {
    for (const int side : {request.size->width, request.size->height}) {
      if (side >= kPictureSideMin && side <= kPictureSideMax && side % 32 == 0) continue;
      return fail(
          CompileError::kUsage,
          fmt::format("size {}x{}: sides must be multiples of 32 from {} to {}",
                      request.size->width, request.size->height, kPictureSideMin, kPictureSideMax));
    }
  }
  if (request.batch && *request.batch != kDynamic &&
      (*request.batch < 1 || *request.batch > kBatchMax)) {
    return fail(CompileError::kUsage,
                fmt::format("batch {}: 1 to {}, or dynamic", *request.batch, kBatchMax));
  }
  return {};
}

// The input's shape as it is wanted; empty where it is no picture.
ov::PartialShape wanted_shape(const CompileRequest& request, const ov::PartialShape& has) {
  if (has.rank().is_dynamic() || has.size() != 4) return {};
  const auto three = [&](std::size_t at) { return has[at].is_static() && has[at] == 3; };
  if (!three(1) && !three(3)) return {};
  ov::PartialShape shape = has;
  if (request.batch) {
    shape[0] = *request.batch == kDynamic ? ov::Dimension::dynamic() : *request.batch;
  }
  if (request.size) {
    const std::size_t height = three(1) ? 2 : 1;
    shape[height] = request.size->height;
    shape[height + 1] = request.size->width;
  }
  return shape;
}

std::unexpected<Error> refused(const CompileRequest& request, const std::string& why) {
  std::string wish;
  if (request.size) wish = fmt::format("{}x{}", request.size->width, request.size->height);
  if (request.batch) {
    wish += fmt::format("{}batch {}", wish.empty() ? "" : ", ",
                        *request.batch == kDynamic ? "dynamic" : std::to_string(*request.batch));
  }
  return fail(CompileError::kChange,
              fmt::format("{}: does not allow {}: {}; export it so (Ultralytics: yolo export "
                          "format=onnx imgsz=HEIGHT,WIDTH batch=N, or dynamic=True)",
                          request.graph.string(), wish, why));
}

// The batch must reach the outputs: a graph that folds it away would answer for one picture only.
bool batch_reaches_outputs(const ov::Model& model) {
  const ov::Dimension batch = model.input().get_partial_shape()[0];
  return std::ranges::all_of(model.outputs(), [&](const ov::Output<const ov::Node>& output) {
    const ov::PartialShape& shape = output.get_partial_shape();
    if (shape.rank().is_dynamic() || shape.size() == 0) return false;
    return batch.is_static() ? shape[0] == batch : shape[0].is_dynamic();
  });
}

Result<void> reshape(const CompileRequest& request, ov::Model& model) {
  if (model.inputs().size() != 1) return refused(request, "it has more than one input");
  const ov::PartialShape shape = wanted_shape(request, model.input().get_partial_shape());
  if (shape.size() == 0) return refused(request, "its input is no picture");
  try {
    openvino::reshape(model, {shape.begin(), shape.end()});
  } catch (const std::exception& error) {
    return refused(request,
                   "parts of it are made for another: " + openvino::readable(error.what()));
  }
  if (!batch_reaches_outputs(model)) return refused(request, "its outputs have another batch");
  return {};
}

}  // namespace

Result<fs::path> convert_graph(const CompileRequest& request, const fs::path& folder) {
  if (auto good = check_wishes(request); !good) return std::unexpected(std::move(good.error()));
  const bool halves = request.precision == Precision::kFp16;
  if (!request.size && !request.batch && !halves) return request.graph;
  try {
    static_cast<void>(openvino::core());
  } catch (const std::exception& error) {
    return fail(EngineError::kUnavailable,
                fmt::format("OpenVINO does not start: {}", openvino::readable(error.what())));
  }
  try {
    const auto model = openvino::read_model(request.graph);
    if (request.size || request.batch) {
      if (auto done = reshape(request, *model); !done) {
        return std::unexpected(std::move(done.error()));
      }
    }
    fs::path written = folder / "model.xml";
    ov::save_model(model, written.string(), halves);
    return written;
  } catch (const std::exception& error) {
    return fail(CompileError::kGraphInvalid,
                fmt::format("{}: not a graph that OpenVINO can read and write: {}",
                            request.graph.string(), openvino::readable(error.what())));
  }
}

Result<void> check_bf16() {
  try {
    const auto abilities = openvino::core().get_property("CPU", ov::device::capabilities);
    if (std::ranges::find(abilities, "BF16") != abilities.end()) return {};
    return fail(EngineError::kPrecision,
                fmt::format("bf16 is not possible on {}, which has no instructions for it: compile "
                            "on the kind of machine that the package is for, or use fp32",
                            openvino::core().get_property("CPU", ov::device::full_name)));
  } catch (const std::exception& error) {
    return fail(EngineError::kUnavailable,
                fmt::format("OpenVINO does not start: {}", openvino::readable(error.what())));
  }
}

}  // namespace tally::inference
