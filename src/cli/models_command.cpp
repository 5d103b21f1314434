#include "cli/models_command.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/cli_error.hpp"
#include "cli/model.hpp"
#include "perception/inference/model_package.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;
using inference::ModelPackage;
using Json = nlohmann::ordered_json;

constexpr std::size_t kClassesShown = 12;

struct Broken {
  fs::path folder;
  Error error;
};

struct Found {
  std::vector<ModelPackage> packages;
  std::vector<Broken> broken;
};

bool is_package(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder / inference::kManifestFile, error);
}

// The package in this folder, or those in folders in it, by name.
Result<std::vector<fs::path>> packages_in(const fs::path& folder) {
  if (auto checked = check_is_package(folder); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  if (is_package(folder)) return std::vector{folder};
  std::vector<fs::path> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (!is_package(entry.path())) continue;
    found.push_back(entry.path());
    if (found.size() > kModelsMax) {
      return fail(CliError::kUsage, fmt::format("{}: holds more than {} model packages",
                                                folder.string(), kModelsMax));
    }
  }
  if (found.empty()) {
    return fail(inference::PackageError::kNotFound,
                fmt::format("{}: is no model package and holds none; 'tally compile' makes one",
                            folder.string()));
  }
  std::ranges::sort(found);
  return found;
}

Result<Found> find_packages(std::vector<fs::path> folders) {
  if (folders.empty()) folders.push_back(models_folder());
  Found found;
  for (const fs::path& given : folders) {
    auto packages = packages_in(given);
    if (!packages) return std::unexpected(std::move(packages.error()));
    for (const fs::path& folder : *packages) {
      auto package = inference::load_package(folder);
      if (package) {
        found.packages.push_back(std::move(*package));
      } else {
        found.broken.push_back({folder, std::move(package.error())});
      }
    }
  }
  return found;
}

std::string megabytes(std::int64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

std::string picture_size(const ModelPackage& package) {
  return fmt::format("{}x{}", package.input.width, package.input.height);
}

std::string batch_words(const ModelPackage& package) {
  const std::int64_t batch = package.input.tensor.shape[0];
  return batch == inference::kDynamic ? "any batch" : fmt::format("batch {}", batch);
}

std::string short_verified(const ModelPackage& package) {
  if (!package.verified) return "-";
  const std::string_view what = has_classes(package.task) ? "agreement" : "cosine";
  return fmt::format("{} {:.3f} on {} pictures", what, package.verified->agreement,
                     package.verified->pictures);
}

std::string list_text(const std::vector<ModelPackage>& packages, const Console& console) {
  constexpr std::string_view kRow = "{:<{}}  {:<8} {:<10} {:<9} {:<9} {:<7} {:>9}  {}\n";
  std::size_t width = 6;
  for (const ModelPackage& package : packages) {
    width = std::max(width, one_line(package.folder.string()).size());
  }
  const auto row = [&](auto&&... cells) {
    return fmt::format(fmt::runtime(kRow), std::forward<decltype(cells)>(cells)...);
  };
  std::string text = console.tinted(Tint::kStrong, row("folder", width, "task", "head", "input",
                                                       "precision", "target", "size", "verified"));
  for (const ModelPackage& package : packages) {
    text += row(one_line(package.folder.string()), width, name_of(package.task),
                name_of(package.head), picture_size(package), name_of(package.precision),
                name_of(package.target), megabytes(graph_bytes(package)), short_verified(package));
  }
  return text;
}

std::string classes_words(const ModelPackage& package) {
  std::string text = fmt::format("{}: ", package.class_names.size());
  const std::size_t shown = std::min(package.class_names.size(), kClassesShown);
  for (std::size_t i = 0; i < shown; ++i) {
    text += (i == 0 ? "" : ", ") + one_line(package.class_names[i]);
  }
  const std::size_t more = package.class_names.size() - shown;
  return more == 0 ? text : text + fmt::format(" and {} more", more);
}

// "agreement 0.991, IoU 0.982, scores off by 0.004, AP50 0.912 of 0.915; 120 pictures"
std::string in_words(const inference::Verified& verified, inference::Task task) {
  if (!has_classes(task)) {
    return fmt::format("cosine {:.4f}, least {:.4f}; {} pictures", verified.agreement,
                       verified.cosine_least, verified.pictures);
  }
  std::string text = fmt::format("agreement {:.3f}, IoU {:.3f}, scores off by {:.3f}",
                                 verified.agreement, verified.iou, verified.score_difference);
  if (verified.ap50) {
    text += fmt::format(", AP50 {:.3f} of {:.3f}", *verified.ap50, verified.ap50_fp32.value_or(0));
  }
  return text + fmt::format("; {} pictures", verified.pictures);
}

std::string full_text(const ModelPackage& package, const Console& console) {
  const inference::InputSpec& input = package.input;
  std::string text = console.tinted(Tint::kStrong, one_line(package.folder.string())) + ": " +
                     one_line(package.name) + "\n";
  const auto line = [&](std::string_view key, std::string_view value) {
    text += fmt::format("  {:<11} {}\n", key, value);
  };
  line("source", one_line(package.source));
  line("licence", one_line(package.licence));
  line("task", fmt::format("{}, head {}", name_of(package.task), name_of(package.head)));
  line("input", fmt::format("{} {}, letterbox {}, {}", picture_size(package), name_of(input.color),
                            name_of(input.placement), batch_words(package)));
  for (const inference::TensorSpec& output : package.outputs) {
    line("output", fmt::format("{} {} {}", one_line(output.name), name_of(output.type),
                               inference::to_string(output.shape)));
  }
  if (has_classes(package.task)) {
    line("classes", classes_words(package));
    line("thresholds",
         fmt::format("score {}, iou {}", package.thresholds.score, package.thresholds.iou));
  }
  line("precision", name_of(package.precision));
  line("target", name_of(package.target));
  line("graph", fmt::format("{}, {}", package.graph_file, megabytes(graph_bytes(package))));
  line("verified",
       package.verified ? in_words(*package.verified, package.task) : "the package does not say");
  line("sha256", package.sha256);
  return text;
}

Json json_of(const inference::Verified& verified, inference::Task task) {
  Json json = {{"against", verified.against}, {"pictures", verified.pictures}};
  if (!has_classes(task)) {
    json["cosine"] = verified.agreement;
    json["cosine_least"] = verified.cosine_least;
    return json;
  }
  json["agreement"] = verified.agreement;
  json["iou"] = verified.iou;
  json["score_difference"] = verified.score_difference;
  if (verified.ap50) {
    json["ap50"] = *verified.ap50;
    json["ap50_fp32"] = verified.ap50_fp32.value_or(0);
  }
  return json;
}

Json json_of(const ModelPackage& package) {
  const inference::InputSpec& input = package.input;
  Json outputs = Json::array();
  for (const inference::TensorSpec& output : package.outputs) {
    outputs.push_back(
        {{"name", output.name}, {"type", name_of(output.type)}, {"shape", output.shape}});
  }
  return {{"folder", package.folder.string()},
          {"name", package.name},
          {"source", package.source},
          {"licence", package.licence},
          {"task", name_of(package.task)},
          {"head", name_of(package.head)},
          {"precision", name_of(package.precision)},
          {"target", name_of(package.target)},
          {"input",
           {{"width", input.width},
            {"height", input.height},
            {"batch", input.tensor.shape[0]},
            {"color", name_of(input.color)},
            {"letterbox", name_of(input.placement)}}},
          {"outputs", std::move(outputs)},
          {"classes", package.class_names},
          {"graph", package.graph_file},
          {"graph_bytes", graph_bytes(package)},
          {"verified", package.verified ? json_of(*package.verified, package.task) : Json()},
          {"sha256", package.sha256}};
}

std::string models_json(const Found& found) {
  Json packages = Json::array();
  for (const ModelPackage& package : found.packages) packages.push_back(json_of(package));
  Json broken = Json::array();
  for (const Broken& one : found.broken) {
    broken.push_back({{"folder", one.folder.string()},
                      {"error", one.error.code.name},
                      {"message", one.error.message}});
  }
  const Json json = {{"schema", "tally.models.v1"},
                     {"packages", std::move(packages)},
                     {"broken", std::move(broken)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

Result<void> run_models(const ModelsArguments& arguments, Console& console) {
  auto found = find_packages(arguments.folders);
  if (!found) return std::unexpected(std::move(found.error()));
  const bool one = found->packages.size() == 1 && found->broken.empty() &&
                   arguments.folders.size() == 1 && is_package(arguments.folders.front());
  if (arguments.json) {
    console.print(models_json(*found));
  } else if (one) {
    console.print(full_text(found->packages.front(), console));
  } else if (!found->packages.empty()) {
    console.print(list_text(found->packages, console));
  }
  if (found->broken.empty()) return {};
  if (found->packages.empty() && found->broken.size() == 1) {
    return std::unexpected(std::move(found->broken.front().error));
  }
  for (const Broken& broken : found->broken) console.error(broken.error);
  return fail(CliError::kSomeFailed,
              fmt::format("{} of {} model packages are broken", found->broken.size(),
                          found->broken.size() + found->packages.size()));
}

}  // namespace tally::cli
