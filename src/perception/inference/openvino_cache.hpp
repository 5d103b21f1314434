// What the CPU plugin made of a package's graph, kept in the package's folder, so that the next
// start need not read and compile it again.
//
//   compiled/<key>.blob   a line that names all it depends on, a line with its SHA-256, the blob
//
// It depends on the package, the engine's version, the kind of CPU and the engine's options; what
// is of other ones, cut short or changed is not used. It is no part of the package's identity: a
// folder that can't be written to goes without. A blob is trusted as the graph beside it is.
// Internal, as openvino_support.hpp is; functions throw what OpenVINO throws.
// Thread-safety: yes, also between processes: files appear by rename.
#pragma once

#include <optional>
#include <string>

#include "perception/inference/model_package.hpp"
#include "perception/inference/openvino_engine.hpp"
#include "perception/inference/openvino_support.hpp"

namespace tally::inference::openvino {

inline constexpr std::string_view kCompiledFolder = "compiled";
inline constexpr std::size_t kBlobsMax = 8;  // Of one package; the oldest go.

// All that a compiled graph depends on, in one line. `options` has no zeros left.
[[nodiscard]] std::string blob_key(const ModelPackage& package, const EngineOptions& options);

// What was made of the graph under this key, if it is kept and whole.
[[nodiscard]] std::optional<std::string> kept_blob(const ModelPackage& package,
                                                   const std::string& key);

// Keeps it, where the folder can be written to.
void keep_blob(const ModelPackage& package, const std::string& key, const std::string& blob);

}  // namespace tally::inference::openvino
