#include "perception/inference/compile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <system_error>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "perception/inference/class_names.hpp"
#include "perception/inference/convert_graph.hpp"
#include "perception/inference/golden.hpp"
#include "perception/inference/head_shape.hpp"
#include "perception/inference/manifest.hpp"
#include "perception/inference/openvino_engine.hpp"
#include "perception/inference/recognise.hpp"

namespace tally::inference {
namespace fs = std::filesystem;

ErrorCode code_of(CompileError error) {
  switch (error) {
    case CompileError::kNotFound:
      return {"compile.not_found", ErrorKind::kNotFound};
    case CompileError::kGraphInvalid:
      return {"compile.graph_invalid", ErrorKind::kFailed};
    case CompileError::kUnknownHead:
      return {"compile.unknown_head", ErrorKind::kFailed};
    case CompileError::kNames:
      return {"compile.names", ErrorKind::kFailed};
    case CompileError::kExists:
      return {"compile.exists", ErrorKind::kConflict};
    case CompileError::kUsage:
      return {"compile.usage", ErrorKind::kUsage};
    case CompileError::kChange:
      return {"compile.change", ErrorKind::kFailed};
  }
  std::abort();
}

namespace {

// Rounding steps turn the last bits of a sum into whole steps of a quantised tensor.
constexpr float kToleranceFloat = 1e-3F;
constexpr float kToleranceQuantised = 5e-2F;

Result<void> check_request(const CompileRequest& request) {
  std::error_code error;
  const std::string graph = request.graph.string();
  if (!fs::exists(request.graph, error)) {
    return fail(CompileError::kNotFound, fmt::format("{}: no such file", graph));
  }
  const fs::path extension = request.graph.extension();
  if (!fs::is_regular_file(request.graph, error) || (extension != ".onnx" && extension != ".xml")) {
    return fail(CompileError::kGraphInvalid,
                fmt::format("{}: not an .onnx or .xml file; export the model to ONNX first "
                            "(Ultralytics: yolo export format=onnx)",
                            graph));
  }
  const std::uintmax_t bytes = fs::file_size(request.graph, error);
  if (error || bytes == 0 || bytes > kGraphBytesMax) {
    return fail(CompileError::kGraphInvalid, fmt::format("{}: has {} bytes; 1 to {} are expected",
                                                         graph, error ? 0 : bytes, kGraphBytesMax));
  }
  if (fs::exists(request.destination / kManifestFile, error) && !request.overwrite) {
    return fail(
        CompileError::kExists,
        fmt::format("{}: is a model package already; give another folder, or ask to overwrite",
                    request.destination.string()));
  }
  return {};
}

Result<void> check_text(std::string_view what, const std::string& text, std::size_t bytes_max) {
  const std::string_view problem = text_problem(text, bytes_max);
  if (problem.empty()) return {};
  return fail(CompileError::kUsage, fmt::format("the {} to record {}", what, problem));
}

std::string metadata_or_empty(const GraphFacts& facts, const std::string& key) {
  const auto found = facts.metadata.find(key);
  return found != facts.metadata.end() && text_problem(found->second, kTextBytesMax / 4).empty()
             ? found->second
             : "";
}

// Who made it and from what, in the words of the file.
Result<void> fill_origin(const CompileRequest& request, const GraphFacts& facts,
                         ModelPackage& package) {
  package.name = request.name.empty() ? request.graph.stem().string() : request.name;
  package.licence = request.licence.empty() ? metadata_or_empty(facts, "license") : request.licence;
  package.source = request.source;
  if (package.source.empty()) {
    for (const char* key : {"description", "author", "version", "derived"}) {
      const std::string text = metadata_or_empty(facts, key);
      if (!text.empty()) package.source += (package.source.empty() ? "" : "; ") + text;
    }
  }
  for (std::string* text : {&package.source, &package.licence}) {
    if (text->empty()) *text = "not stated";
  }
  if (auto good = check_text("name", package.name, kNameBytesMax); !good) return good;
  if (auto good = check_text("source", package.source, kTextBytesMax); !good) return good;
  return check_text("licence", package.licence, kTextBytesMax);
}

struct NamesFound {
  std::vector<std::string> names;
  std::string from;
};

Result<NamesFound> find_names(const CompileRequest& request, const GraphFacts& facts,
                              const RecognisedHead& head) {
  const std::string graph = request.graph.string();
  if (!has_classes(task_of(head.head))) {
    if (request.names.empty()) return NamesFound{};
    return fail(CompileError::kNames,
                fmt::format("{}: an embedder has no classes; leave --names out", graph));
  }
  if (request.names == kCoco80) {
    const auto names = coco80_names();
    return NamesFound{{names.begin(), names.end()}, std::string(kCoco80)};
  }
  if (!request.names.empty()) {
    const auto text = read_file(request.names, kNamesBytesMax);
    if (!text) {
      const bool missing = text.error().code.kind == ErrorKind::kNotFound;
      return fail(missing ? CompileError::kNotFound : CompileError::kNames, text.error().message);
    }
    auto names = parse_names_file(*text, request.names);
    if (!names) return std::unexpected(names.error());
    return NamesFound{std::move(*names), request.names};
  }
  const auto literal = facts.metadata.find("names");
  if (literal != facts.metadata.end()) {
    auto names = parse_names_literal(literal->second, fmt::format("{}: metadata", graph));
    if (!names) return std::unexpected(names.error());
    return NamesFound{std::move(*names), "the graph's metadata"};
  }
  const std::string count = head.classes == 0 ? "its" : fmt::format("its {}", head.classes);
  return fail(
      CompileError::kNames,
      fmt::format("{}: the file does not name {} classes; pass --names FILE with one name per "
                  "line{}",
                  graph, count,
                  head.classes == 80 ? ", or --names coco80 if it was trained on COCO" : ""));
}

Result<void> copy_file(const fs::path& from, const fs::path& folder, const std::string& name,
                       ModelPackage& package) {
  std::error_code error;
  fs::copy_file(from, folder / name, error);
  if (error) {
    return fail(CompileError::kGraphInvalid,
                fmt::format("{}: can't be copied to {}: {}", from.string(),
                            (folder / name).string(), error.message()));
  }
  fs::permissions(folder / name, fs::perms(0644), error);
  auto digest = sha256_hex_of_file(folder / name);
  if (!digest) return std::unexpected(digest.error());
  package.files.push_back({name, *digest});
  return {};
}

Result<void> copy_graph(const fs::path& graph, const fs::path& folder, ModelPackage& package) {
  const bool onnx = graph.extension() == ".onnx";
  package.graph_file = onnx ? "model.onnx" : "model.xml";
  if (auto copied = copy_file(graph, folder, package.graph_file, package); !copied || onnx) {
    return copied;
  }
  fs::path weights = graph;
  return copy_file(weights.replace_extension(".bin"), folder, "model.bin", package);
}

Result<void> add_file(const fs::path& folder, const std::string& name, std::string_view content,
                      ModelPackage& package) {
  if (auto written = write_file_atomically(folder / name, content); !written) return written;
  package.files.push_back({name, sha256_hex(content)});
  return {};
}

// Where a candidate's value `row` lies; heads put candidates in columns (YOLOv8) or rows (all
// others).
float value_at(const TensorView& output, HeadFamily head, std::int64_t candidate,
               std::int64_t row) {
  const bool in_columns = head == HeadFamily::kYolov8 || head == HeadFamily::kYolov8Seg;
  const std::int64_t at =
      in_columns ? row * output.shape[2] + candidate : candidate * output.shape[2] + row;
  return output.as<float>()[static_cast<std::size_t>(at)];
}

// A classifier has an output of the same shape, but no length of 1; or, where its values are
// probabilities, a sum of 1.
std::string embedding_problem(const TensorView& output, bool task_told) {
  constexpr double kLengthMin = 1e-6;
  constexpr double kNear = 0.01;
  double squares = 0;
  double sum = 0;
  double least = 0;
  for (const float value : output.as<float>()) {
    const auto exact = static_cast<double>(value);
    squares += exact * exact;
    sum += exact;
    least = std::min(least, exact);
  }
  squares /= static_cast<double>(output.shape[0]);
  sum /= static_cast<double>(output.shape[0]);
  if (std::sqrt(squares) < kLengthMin) return "it gives a vector of zeros for a test picture";
  const bool probabilities = least >= 0 && std::abs(sum - 1) < kNear;
  if (task_told || (std::abs(std::sqrt(squares) - 1) < kNear && !probabilities)) return "";
  return "classifiers have such outputs too, and its vector is not of length 1; if it is an "
         "embedder, say so with --task embed";
}

// What shapes can't tell: that scores are probabilities, that a YOLOX head is the raw one, and that
// a vector is an embedding.
std::string meaning_problem(const ModelPackage& package, const TensorView& output, bool task_told) {
  const HeadFamily head = package.head;
  if (head == HeadFamily::kNone) return embedding_problem(output, task_told);
  const bool in_columns = head == HeadFamily::kYolov8 || head == HeadFamily::kYolov8Seg;
  const std::int64_t candidates = output.shape[in_columns ? 2 : 1];
  const auto classes = static_cast<std::int64_t>(package.class_names.size());
  const bool objectness = head == HeadFamily::kYolov5 || head == HeadFamily::kYolox;
  const std::int64_t scores = head == HeadFamily::kEndToEnd ? 1 : classes + (objectness ? 1 : 0);
  double offset_sum = 0;
  for (std::int64_t i = 0; i < candidates; ++i) {
    offset_sum += std::abs(static_cast<double>(value_at(output, head, i, 0)));
    for (std::int64_t row = 4; row < 4 + scores; ++row) {
      const float score = value_at(output, head, i, row);
      if (score >= -0.01F && score <= 1.01F) continue;
      return fmt::format(
          "its scores are no probabilities ({} on a test picture); export it with the "
          "head's sigmoid",
          score);
    }
  }
  if (head == HeadFamily::kYolox && offset_sum / static_cast<double>(candidates) > 16) {
    return "its boxes are decoded already, which tally does not read for YOLOX; export it without "
           "--decode_in_inference";
  }
  return "";
}

struct Described {
  CompileReport report;
  bool task_told = false;  // RecognisedHead's.
};

Result<void> write_goldens(const CompileRequest& request, const fs::path& folder, Engine& engine,
                           Described& described) {
  ModelPackage& package = described.report.package;
  const auto picture = golden_picture(package.input.width, package.input.height);
  write_picture(package.input, picture, engine.input(0, 0));
  if (auto started = engine.start(0); !started) return started;
  if (auto done = engine.wait(0); !done) return done;
  const std::string problem = meaning_problem(package, engine.output(0, 0), described.task_told);
  if (!problem.empty()) {
    const std::string_view kind =
        package.task == Task::kEmbed ? "an embedder" : name_of(package.head);
    return fail(CompileError::kUnknownHead,
                fmt::format("{}: looks like {}, but {}", request.graph.string(), kind, problem));
  }
  for (std::size_t i = 0; i < package.outputs.size(); ++i) {
    const std::vector<float> values =
        golden_values(engine.output(0, i), package.golden.output_steps[i]);
    if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) {
      return fail(CompileError::kGraphInvalid,
                  fmt::format("{}: output {} is not finite for a test picture",
                              request.graph.string(), package.outputs[i].name));
    }
    const std::string_view bytes(reinterpret_cast<const char*>(values.data()),
                                 values.size() * sizeof(float));
    auto added = add_file(folder, package.golden.output_files[i], bytes, package);
    if (!added) return added;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(picture.data()), picture.size());
  return add_file(folder, package.golden.input_file, bytes, package);
}

// One stream of one thread: what it gives does not depend on how many cores there are.
EngineOptions golden_options(const ModelPackage& package, InputForm form) {
  const std::int64_t batch = package.input.tensor.shape[0];
  return {.precision = Precision::kFp32,
          .streams = 1,
          .threads = 1,
          .requests = 1,
          .batch = batch == kDynamic ? 1 : static_cast<int>(batch),
          .input = form,
          .keep_compiled = false};
}

void plan_golden(const GraphFacts& facts, ModelPackage& package) {
  package.golden.input_file = "golden_input.bin";
  package.golden.tolerance = facts.quantised ? kToleranceQuantised : kToleranceFloat;
  for (std::size_t i = 0; i < package.outputs.size(); ++i) {
    package.golden.output_files.push_back(fmt::format("golden_output_{}.bin", i));
    package.golden.output_steps.push_back(golden_step(package.outputs[i].shape));
  }
}

// Everything that the file itself tells: head, classes, origin.
Result<Described> describe(const CompileRequest& request, const GraphFacts& facts) {
  const std::string graph = request.graph.string();
  auto head = recognise_head(facts, graph, request.task);
  if (!head) return std::unexpected(head.error());
  auto names = find_names(request, facts, *head);
  if (!names) return std::unexpected(names.error());
  if (head->classes != 0 && names->names.size() != static_cast<std::size_t>(head->classes)) {
    return fail(
        CompileError::kNames,
        fmt::format("{}: the head has {} classes, but {} names {}; pass the right --names FILE",
                    graph, head->classes, names->from, names->names.size()));
  }
  Described described{.report = {}, .task_told = head->task_told};
  described.report.names_from = std::move(names->from);
  ModelPackage& package = described.report.package;
  package.head = head->head;
  package.task = task_of(head->head);
  package.input = std::move(head->input);
  package.outputs = std::move(head->outputs);
  package.class_names = std::move(names->names);
  package.precision = request.precision;
  if (auto filled = fill_origin(request, facts, package); !filled) {
    return std::unexpected(filled.error());
  }
  plan_golden(facts, package);
  return described;
}

// Writes the manifest and loads the package as a user would.
Result<void> write_manifest(ModelPackage& package) {
  const fs::path folder = package.folder;
  auto written = write_file_atomically(folder / kManifestFile, manifest_text(package));
  if (!written) return written;
  auto loaded = load_package(folder);
  if (!loaded) return std::unexpected(loaded.error());
  package = std::move(*loaded);
  return {};
}

// Fills the staging folder from the graph copied there, and checks what was written.
Result<void> fill_folder(const CompileRequest& request, const fs::path& graph,
                         const fs::path& folder, Described& described) {
  CompileReport& report = described.report;
  ModelPackage& package = report.package;
  package.folder = folder;
  if (auto copied = copy_graph(graph, folder, package); !copied) return copied;
  {
    auto engine = open_openvino_engine(package, golden_options(package, InputForm::kRaw));
    if (!engine) return fail_within(request.graph.string(), engine.error());
    report.engine = (*engine)->description();
    if (auto made = write_goldens(request, folder, **engine, described); !made) return made;
  }
  if (auto written = write_manifest(package); !written) return written;
  auto engine = open_openvino_engine(package, golden_options(package, InputForm::kPicture));
  if (!engine) return std::unexpected(engine.error());
  const auto golden = check_golden(package, **engine);
  if (!golden) return std::unexpected(golden.error());
  report.golden_difference = golden->difference;
  if (!request.verify) return {};
  auto verified = request.verify(package);
  if (!verified) return std::unexpected(std::move(verified.error()));
  package.verified = *verified;
  return write_manifest(package);
}

// That a graph of that precision can be what was asked for, and can run here.
Result<void> check_precision(const CompileRequest& request, const GraphFacts& facts) {
  const std::string graph = request.graph.string();
  switch (request.precision) {
    case Precision::kFp32:
    case Precision::kFp16:
      return {};
    case Precision::kBf16:
      return check_bf16();
    case Precision::kInt8:
      if (facts.quantised) return {};
      return fail(CompileError::kChange,
                  fmt::format("{}: is not quantised, so it can't be a package in int8", graph));
    case Precision::kFp8:
      break;
  }
  return fail(CompileError::kUsage, fmt::format("{} is not possible on CPUs; use fp32, bf16, fp16 "
                                                "or int8",
                                                name_of(request.precision)));
}

}  // namespace

Result<CompileReport> compile_onnx(const CompileRequest& request) {
  if (auto good = check_request(request); !good) return std::unexpected(good.error());
  auto changed = StagedFolder::beside(fs::temp_directory_path() / "tally-compile");
  if (!changed) return std::unexpected(changed.error());
  auto graph = convert_graph(request, changed->path());
  if (!graph) return std::unexpected(std::move(graph.error()));
  const auto facts = read_graph_facts(*graph);
  if (!facts && facts.error().code.kind == ErrorKind::kUnavailable) {
    return std::unexpected(facts.error());
  }
  if (!facts) return fail(CompileError::kGraphInvalid, facts.error().message);
  if (auto good = check_precision(request, *facts); !good) return std::unexpected(good.error());
  auto described = describe(request, *facts);
  if (!described) return std::unexpected(described.error());
  auto staged = StagedFolder::beside(request.destination);
  if (!staged) return std::unexpected(staged.error());
  if (auto filled = fill_folder(request, *graph, staged->path(), *described); !filled) {
    return std::unexpected(filled.error());
  }
  if (auto committed = staged->commit(); !committed) return std::unexpected(committed.error());
  described->report.package.folder = request.destination;
  return std::move(described->report);
}

}  // namespace tally::inference
