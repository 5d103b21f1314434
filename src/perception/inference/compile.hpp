// `tally compile`: makes a model package from an exported graph.
//
// Changes the graph where that is asked for (convert_graph.hpp), recognises the head, finds the
// class names, runs the golden picture, writes the folder, loads it back and checks the golden on
// an engine opened from it. The folder appears by rename, complete or not at all. The same input
// gives the same bytes: no times, no paths, one thread of arithmetic.
//
// Thread-safety: yes, as long as destinations differ.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "perception/inference/model_package.hpp"

namespace tally::inference {

enum class CompileError : std::uint8_t {
  kNotFound,      // No such graph or names file.
  kGraphInvalid,  // Not a graph, cut short, or one that can't be run.
  kUnknownHead,   // Its inputs and outputs are not those of a head tally knows; the message lists
                  // them.
  kNames,         // Class names are missing, malformed, or not as many as the head has classes.
  kExists,        // The destination is a package already, and overwriting was not asked for.
  kUsage,         // A name, source or licence that can't be recorded; a size, batch or precision
                  // outside its limits.
  kChange,        // The graph does not allow another size or batch, or is not of the precision.
};
[[nodiscard]] ErrorCode code_of(CompileError error);

inline constexpr std::size_t kGraphBytesMax = std::size_t{2}
                                              << 30U;  // ONNX's own limit, protobuf's.

struct PictureSize {
  int width = 0;
  int height = 0;
};

struct CompileRequest {
  std::filesystem::path graph;              // *.onnx, or *.xml with its *.bin (OpenVINO IR).
  std::filesystem::path destination;        // The package's folder.
  std::optional<Task> task = std::nullopt;  // Empty: from the metadata, else from the shapes.
  std::string names;    // A file (class_names.hpp), or kCoco80; empty: from the graph's metadata.
  std::string name;     // Empty: the graph's file name without extension.
  std::string source;   // Empty: from the metadata, else "not stated".
  std::string licence;  // Likewise.
  bool overwrite = false;  // Replace an existing package.

  // What is changed of the graph; where something is, the package holds OpenVINO's IR of it.
  std::optional<PictureSize> size = std::nullopt;    // Of the network's input picture.
  std::optional<std::int64_t> batch = std::nullopt;  // Or kDynamic.
  // kFp16: weights are stored so. kBf16: recorded for engines, and refused where this CPU lacks it.
  // kInt8: recorded; the graph must be quantised already. kFp8 is for other targets.
  Precision precision = Precision::kFp32;

  // Called with the whole package, before it is put in place: what it gives is recorded, and an
  // error refuses the package. May be empty.
  std::function<Result<Verified>(const ModelPackage&)> verify{};
};

inline constexpr std::string_view kCoco80 = "coco80";

struct CompileReport {
  ModelPackage package;
  std::string names_from;  // "the graph's metadata", "coco80", or the file's path; empty: none.
  double golden_difference = 0;  // Between the graph as it is and with the preparation folded in.
  std::string engine;            // Engine::description() of the one that made the golden outputs.
};

// Errors: CompileError; EngineError, PackageError and FileError as they come.
Result<CompileReport> compile_onnx(const CompileRequest& request);

}  // namespace tally::inference
