#include "cli/compile_verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "cli/cli_error.hpp"
#include "cli/interrupt.hpp"
#include "cli/model.hpp"
#include "perception/verify/error.hpp"
#include "perception/verify/verify.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;
using inference::ModelPackage;
using inference::Verified;

struct Where {
  fs::path folder;
  std::vector<std::string> classes;
};

// FOLDER, or FOLDER=CLASS[,CLASS…].
Where parse_where(const std::string& text) {
  std::error_code error;
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos || fs::exists(text, error))
    return {.folder = text, .classes = {}};
  Where where{.folder = text.substr(0, equals), .classes = {}};
  std::string_view rest = std::string_view(text).substr(equals + 1);
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(','));
    where.classes.emplace_back(one);
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
  }
  return where;
}

Result<std::vector<int>> ids_of(const std::vector<std::string>& classes,
                                const ModelPackage& package) {
  std::vector<int> ids;
  for (const std::string& name : classes) {
    const auto found = std::ranges::find(package.class_names, name);
    if (found == package.class_names.end()) {
      return fail(CliError::kUsage, fmt::format("--verify: the model has no class '{}'", name));
    }
    ids.push_back(static_cast<int>(found - package.class_names.begin()));
  }
  return ids;
}

std::string row(std::string_view what, const ModelPackage& package, double milliseconds,
                const std::string& rest) {
  return fmt::format("  {:<5} {:>8.2f} MB {:>9.2f} ms  {}\n", what,
                     static_cast<double>(graph_bytes(package)) / 1e6, milliseconds, rest);
}

std::string answers(const Verified& verified, inference::Task task) {
  if (!has_classes(task)) {
    return fmt::format("{:>9.4f} {:>9.4f}", verified.agreement, verified.cosine_least);
  }
  const std::string ap50 = verified.ap50 ? fmt::format(" {:>9.3f}", *verified.ap50) : "";
  return fmt::format("{:>9.3f} {:>9.3f} {:>9.3f}{}", verified.agreement, verified.iou,
                     verified.score_difference, ap50);
}

std::string table(const ModelPackage& fp32, const ModelPackage& package, const Verified& verified,
                  const verify::Speeds& speeds) {
  const bool classes = has_classes(package.task);
  Verified same{.against = {}, .pictures = verified.pictures, .agreement = 1};
  same.iou = same.cosine_least = 1;
  same.ap50 = verified.ap50_fp32;
  std::string text =
      fmt::format("{:>19} {:>12}  {}\n", "graph", "inference",
                  classes ? fmt::format("{:>9} {:>9} {:>9}{}", "agreement", "IoU", "scores",
                                        verified.ap50 ? fmt::format(" {:>9}", "AP50") : "")
                          : fmt::format("{:>9} {:>9}", "cosine", "least"));
  text += row("fp32", fp32, speeds.fp32_ms, answers(same, package.task));
  if (package.sha256 == fp32.sha256) return text;
  text +=
      row(name_of(package.precision), package, speeds.package_ms, answers(verified, package.task));
  return text + fmt::format("  {:.2f} times as fast as fp32, one thread, by turns\n", speeds.times);
}

}  // namespace

Result<PackageVerifier> PackageVerifier::open(const CompileArguments& arguments,
                                              const ModelPackage& fp32, Console& console) {
  const Where where = parse_where(arguments.verify);
  auto ids = ids_of(where.classes, fp32);
  if (!ids) return std::unexpected(std::move(ids.error()));
  auto set = verify::list_pictures(where.folder);
  if (!set) return std::unexpected(std::move(set.error()));
  return PackageVerifier(arguments, fp32, console, std::move(*set), std::move(*ids));
}

Result<Verified> PackageVerifier::verify(const ModelPackage& package) const {
  const auto on_picture = [&](std::int64_t done, std::int64_t total) -> Result<void> {
    if (interrupted()) return fail(CliError::kInterrupted, "interrupted; nothing was written");
    console_.progress("verify", done, total, "pictures");
    return {};
  };
  auto verified = verify::verify_package(
      fp32_, package, set_, {.labels_are = labels_are_, .threads = 0, .on_picture = on_picture});
  console_.progress_done();
  if (!verified) return verified;
  auto speeds = verify::compare_speeds(fp32_, package, monotonic_seconds);
  if (!speeds) return std::unexpected(std::move(speeds.error()));
  if (!arguments_.quiet) {
    console_.print(table(fp32_, package, *verified, *speeds));
    console_.print(fmt::format("  on {} pictures of {}{}\n", verified->pictures,
                               one_line(arguments_.verify), set_.labelled ? ", with labels" : ""));
  }
  const double loss = verify::loss_of(*verified);
  // What is told has four digits.
  if (loss <= arguments_.tolerance + 1e-6) return verified;
  const std::string_view what = verified->ap50              ? "AP50"
                                : has_classes(package.task) ? "agreement"
                                                            : "cosine";
  return fail(verify::VerifyError::kWorse,
              fmt::format("not written: {} is {:.4f} below fp32, and {} is allowed (--tolerance); "
                          "calibrate on more and more alike pictures, or keep a finer precision",
                          what, loss, arguments_.tolerance));
}

}  // namespace tally::cli
