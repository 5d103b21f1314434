#include "cli/audit_command.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "cli/audit_facings.hpp"
#include "cli/cart_words.hpp"
#include "cli/enroll_command.hpp"
#include "cli/model.hpp"
#include "perception/cart/layout.hpp"
#include "perception/identify/audit.hpp"
#include "perception/identify/enrol.hpp"
#include "perception/identify/gallery.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;
using identify::AuditFacing;
using identify::AuditLine;
using identify::FacingAudit;
using identify::FacingChange;

struct Still {
  media::Frame frame;
  std::string sha256;
};

// The embedder and what it knows; both may be missing.
struct Known {
  std::unique_ptr<vision::Embedder> embedder;
  std::optional<identify::Gallery> gallery;
};

struct Report {
  std::string before_sha256;
  std::string after_sha256;
  std::string layout_sha256;
  std::vector<AuditFacing> facings;
  identify::Comparison comparison;
  std::vector<FacingAudit> audits;
  std::vector<AuditLine> lines;
  int left = 0;
  int came = 0;
  double probability = 1;            // That everything is right.
  std::vector<std::string> reasons;  // To doubt all of it.
};

Result<Still> read_still(const fs::path& path) {
  auto frame = identify::read_photo(path);
  if (!frame) return std::unexpected(std::move(frame.error()));
  auto digest = sha256_hex_of_file(path);
  if (!digest) return std::unexpected(std::move(digest.error()));
  return Still{std::move(*frame), std::move(*digest)};
}

// A calibration is for pictures of one shape.
Result<void> check_shape(const cart::Layout& layout, const std::string& camera,
                         const media::Frame& frame) {
  const auto found = std::ranges::find(layout.cameras, camera, &cart::LayoutCamera::id);
  if (found == layout.cameras.end() || !found->calibration) return {};
  auto fits = vision::scaled_to(*found->calibration, {frame.width, frame.height});
  if (!fits) return std::unexpected(std::move(fits.error()));
  return {};
}

Result<Known> what_is_known(const AuditArguments& arguments) {
  Known known;
  if (!arguments.gallery.empty()) {
    auto gallery = identify::load_gallery(arguments.gallery);
    if (!gallery) return std::unexpected(std::move(gallery.error()));
    known.gallery = std::move(*gallery);
  }
  fs::path model = arguments.model;
  if (model.empty() && known.gallery) model = package_or_default({}, "embedder");
  if (model.empty()) return known;
  auto embedder = open_embedder({.package = model, .threads = arguments.threads});
  if (!embedder) return std::unexpected(std::move(embedder.error()));
  known.embedder = std::move(*embedder);
  if (!known.gallery) return known;
  const auto identity = identify::identity_of(*known.embedder);
  if (auto fits = identify::check_embedder(*known.gallery, identity, arguments.gallery); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  return known;
}

Result<identify::FacingLooks> look(vision::Embedder& embedder, const Still& before,
                                   const Still& after, const identify::Comparison& comparison) {
  std::vector<vision::Box> first;
  std::vector<vision::Box> second;
  for (const identify::FacingView& view : comparison.views) {
    first.push_back(view.before);
    second.push_back(view.after);
  }
  auto seen_before = embedder.embed(before.frame, first);
  if (!seen_before) return std::unexpected(std::move(seen_before.error()));
  auto seen_after = embedder.embed(after.frame, second);
  if (!seen_after) return std::unexpected(std::move(seen_after.error()));
  return identify::FacingLooks{std::move(*seen_before), std::move(*seen_after)};
}

Result<Report> audit(const AuditArguments& arguments) {
  for (const fs::path& still : {arguments.before, arguments.after}) {
    if (auto found = check_exists(still); !found) return std::unexpected(std::move(found.error()));
  }
  const auto layout = cart::load_layout(arguments.layout);
  if (!layout) return std::unexpected(layout.error());
  auto facings = audit_facings(*layout, arguments.camera);
  if (!facings) return fail_within(arguments.layout.string(), std::move(facings.error()));
  auto known = what_is_known(arguments);
  if (!known) return std::unexpected(std::move(known.error()));
  const auto before = read_still(arguments.before);
  if (!before) return std::unexpected(before.error());
  const auto after = read_still(arguments.after);
  if (!after) return std::unexpected(after.error());
  for (const auto& [path, still] :
       {std::pair{&arguments.before, &*before}, std::pair{&arguments.after, &*after}}) {
    if (auto fits = check_shape(*layout, arguments.camera, still->frame); !fits) {
      return fail_within(path->string(), std::move(fits.error()));
    }
  }
  Report report;
  report.before_sha256 = before->sha256;
  report.after_sha256 = after->sha256;
  report.layout_sha256 = layout->sha256;
  report.facings = std::move(*facings);
  report.comparison = identify::compare_stills(before->frame, after->frame, report.facings);
  identify::FacingLooks looks;
  if (known->embedder) {
    auto seen = look(*known->embedder, *before, *after, report.comparison);
    if (!seen) return std::unexpected(std::move(seen.error()));
    looks = std::move(*seen);
  }
  report.audits = identify::judge(report.facings, report.comparison, looks,
                                  known->gallery ? &*known->gallery : nullptr);
  report.lines = identify::audit_lines(report.facings, report.audits);
  for (const AuditLine& line : report.lines) {
    report.left += line.left;
    report.came += line.came;
  }
  for (const FacingAudit& one : report.audits) report.probability *= one.probability();
  for (std::size_t i = 0; i < report.facings.size(); ++i) {
    if (!report.comparison.views[i].hidden) continue;
    report.reasons.push_back(
        fmt::format("the camera no longer sees facing {}", one_line(report.facings[i].id)));
  }
  if (!report.comparison.alignment.found) {
    report.reasons.emplace_back(
        "the two pictures could not be aligned; they were compared as they are");
  }
  return report;
}

double rounded(double value) { return std::round(value * 1e4) / 1e4; }

using Json = nlohmann::ordered_json;

// What the pictures show, for people who doubt the answer.
Json evidence_json(const identify::FacingView& view) {
  const auto or_null = [](const std::optional<double>& value) {
    return value ? Json(rounded(*value)) : Json(nullptr);
  };
  return {{"structure", rounded(view.structure)},
          {"moved_structure", rounded(view.moved_structure)},
          {"moved_scale", rounded(view.moved_scale)},
          {"colors", rounded(view.colors)},
          {"contrast_before", or_null(view.contrast_before)},
          {"contrast_after", or_null(view.contrast_after)}};
}

std::string report_json(const AuditArguments& arguments, const Report& report) {
  Json facings = Json::array();
  for (std::size_t i = 0; i < report.facings.size(); ++i) {
    const FacingAudit& one = report.audits[i];
    const bool other = one.change() == FacingChange::kOther && !one.other_product.empty();
    facings.push_back({{"facing", report.facings[i].id},
                       {"product", report.facings[i].product},
                       {"change", name_of(one.change())},
                       {"other_product", other ? Json(one.other_product) : Json(nullptr)},
                       {"probabilities",
                        {{"same", rounded(one.same)},
                         {"gone", rounded(one.gone)},
                         {"came", rounded(one.came)},
                         {"other", rounded(one.other)}}},
                       {"evidence", evidence_json(report.comparison.views[i])}});
  }
  Json lines = Json::array();
  for (const AuditLine& line : report.lines) {
    lines.push_back({{"product", line.product},
                     {"left", line.left},
                     {"came", line.came},
                     {"confidence", rounded(line.probability)}});
  }
  const identify::Alignment& alignment = report.comparison.alignment;
  const Json json = {{"schema", "tally.audit.v1"},
                     {"inputs",
                      {{"before", {{"sha256", report.before_sha256}}},
                       {"after", {{"sha256", report.after_sha256}}},
                       {"layout", {{"sha256", report.layout_sha256}}},
                       {"camera", arguments.camera}}},
                     {"left", report.left},
                     {"came", report.came},
                     {"confidence", rounded(report.probability)},
                     {"reasons", report.reasons},
                     {"lines", std::move(lines)},
                     {"facings", std::move(facings)},
                     {"alignment",
                      {{"found", alignment.found},
                       {"agreeing", rounded(alignment.agreeing)},
                       {"noise", rounded(alignment.noise)}}}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string amount(int count, const char* what) {
  return count == 0 ? fmt::format("nothing {}", what)
                    : fmt::format("{} {}", counted(count, "item"), what);
}

void print_words(const Report& report, Console& console) {
  console.print(fmt::format("{}, {}; {} sure\n", amount(report.left, "left"),
                            amount(report.came, "came"), percent(report.probability)));
  std::size_t facing_width = 6;
  std::size_t product_width = 7;
  for (const AuditFacing& facing : report.facings) {
    facing_width = std::max(facing_width, facing.id.size());
    product_width = std::max(product_width, facing.product.size());
  }
  std::string rows;
  for (std::size_t i = 0; i < report.facings.size(); ++i) {
    const FacingAudit& one = report.audits[i];
    if (one.change() == FacingChange::kSame) continue;
    std::string what = name_of(one.change());
    if (one.change() == FacingChange::kOther && !one.other_product.empty()) {
      what = fmt::format("other: {}", one.other_product);
    }
    rows += fmt::format("  {:<{}}  {:<{}}  {}  {}\n", one_line(report.facings[i].id), facing_width,
                        one_line(report.facings[i].product), product_width, one_line(what),
                        percent(one.probability()));
  }
  if (rows.empty()) return;
  console.print(fmt::format("\n  {:<{}}  {:<{}}  what  sure\n{}", "facing", facing_width, "product",
                            product_width, rows));
}

}  // namespace

Result<void> run_audit(const AuditArguments& arguments, Console& console) {
  console.set_quiet(arguments.quiet);
  const auto report = audit(arguments);
  if (!report) return std::unexpected(report.error());
  if (arguments.json) {
    console.print(report_json(arguments, *report));
  } else {
    print_words(*report, console);
  }
  for (const std::string& reason : report->reasons) console.note("audit: " + reason);
  return {};
}

}  // namespace tally::cli
