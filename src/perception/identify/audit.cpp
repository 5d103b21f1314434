#include "perception/identify/audit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>

#include "base/assert.hpp"

namespace tally::identify {
namespace {

// A touched item's structure may be lost altogether, when it was turned: that says little.
constexpr double kMovedMin = -1;
constexpr double kMovedMax = 3;
constexpr double kStructureLost = 1e-3;  // 1 - z^2 of pictures that are equal but for rounding.

double log_sum(double a, double b) {
  const double more = std::max(a, b);
  return more + std::log1p(std::exp(std::min(a, b) - more));
}

double normal(double x, double mean, double deviation) {
  const double off = (x - mean) / deviation;
  return -0.5 * off * off - std::log(deviation);
}
double exponential(double x, double mean) { return -x / mean - std::log(mean); }
double rising(double x) { return std::log(std::max(1e-9, 2 * x)); }  // Beta(2, 1).

// log of a ratio of densities, each of which may be wrong.
double ratio(double one, double other, const AuditModel& model) {
  const double doubt = std::log(model.doubt);
  return log_sum(one, doubt) - log_sum(other, doubt);
}

// For "nothing has changed" against "something has".
double structure_ratio(double similarity, double noise, const AuditModel& model) {
  const double kept = std::max(0.0, similarity);
  const double lost = std::log(std::max(1 - kept * kept, kStructureLost));
  return ratio(normal(lost, std::log(noise), model.noise_spread),
               normal(lost, std::log(model.unrelated), model.unrelated_spread), model);
}

double color_ratio(double distance, const AuditModel& model) {
  return ratio(exponential(distance, model.color_noise), rising(distance), model);
}

// For "occupied" against "empty".
double contrast_ratio(const std::optional<double>& contrast, const AuditModel& model) {
  if (!contrast) return 0;
  return ratio(0, exponential(*contrast, model.empty_contrast), model);
}

double occupied_before(const AuditFacing& facing, const AuditModel& model) {
  if (!facing.stock) return model.occupied;
  return *facing.stock > 0 ? model.occupied_stock : model.occupied_none;
}

// That there is one more behind the front one.
double more_behind(const AuditFacing& facing) {
  if (facing.rows <= 1) return 0;
  if (!facing.stock) return 0.5;
  return *facing.stock > 1 ? 1 : 0;
}

// What the embeddings say of one facing; all 0 without them.
struct LookEvidence {
  double alike = 0;           // Before and after, for "nothing has changed".
  double product_before = 0;  // For the facing's product against none of the layout's.
  double product_after = 0;
  double other_after = 0;     // For any other of the layout's products.
  std::string other_product;  // The likeliest of them.
};

class LookJudge {
 public:
  LookJudge(std::span<const AuditFacing> facings, const FacingLooks& looks, const Gallery* gallery,
            const AuditModel& model)
      : facings_(facings), looks_(looks), model_(model) {
    for (const AuditFacing& facing : facings) {
      const GalleryProduct* product = gallery == nullptr ? nullptr : gallery->find(facing.product);
      if (product != nullptr) products_[facing.product] = product;
    }
  }

  [[nodiscard]] LookEvidence evidence(std::size_t i) const {
    LookEvidence found;
    if (looks_.before.empty()) return found;
    const GalleryProduct as_before{"", {{.name = "", .sha256 = "", .embedding = looks_.before[i]}}};
    found.alike = model_.looks_weight * weight(looks_.after[i], as_before);
    const std::string& own = facings_[i].product;
    if (const auto product = products_.find(own); product != products_.end()) {
      found.product_before = weight(looks_.before[i], *product->second);
      found.product_after = weight(looks_.after[i], *product->second);
    }
    double best = -std::numeric_limits<double>::infinity();
    double sum = best;
    int count = 0;
    for (const auto& [id, product] : products_) {
      if (id == own) continue;
      const double weighs = weight(looks_.after[i], *product);
      sum = count++ == 0 ? weighs : log_sum(sum, weighs);
      if (weighs > best) {
        best = weighs;
        found.other_product = id;
      }
    }
    if (count > 0) found.other_after = sum - std::log(count);
    if (best <= 0) found.other_product.clear();
    return found;
  }

 private:
  [[nodiscard]] double weight(const vision::Embedding& seen, const GalleryProduct& product) const {
    const Look look{seen, 0};
    const GalleryProduct* candidate = &product;
    return log_likelihoods({&look, 1}, {&candidate, 1}, model_.identify)[0];
  }

  std::span<const AuditFacing> facings_;
  const FacingLooks& looks_;
  const AuditModel& model_;
  std::map<std::string, const GalleryProduct*> products_;
};

// Everything known of one facing, as log ratios.
struct Evidence {
  double structure = 0;        // For "nothing has changed".
  double moved_structure = 0;  // For "the same item, elsewhere in its facing".
  double colors = 0;           // For the same colours.
  double item_before = 0;      // For an item of any kind, against an empty place.
  double item_after = 0;
  double touched = 0;  // For its size against that of one nearer or farther, and so on.
  double next = 0;
  double earlier = 0;
  LookEvidence looks;
};

Evidence weigh(const FacingView& view, const Alignment& alignment, const LookEvidence& looks,
               const AuditModel& model) {
  const double noise = alignment.found
                           ? std::clamp(alignment.noise, model.noise_min, model.noise_max)
                           : model.noise_unaligned;
  Evidence evidence;
  if (!view.flat) {
    evidence.structure = structure_ratio(view.structure, noise, model);
    evidence.moved_structure =
        std::clamp(structure_ratio(view.moved_structure, noise, model), kMovedMin, kMovedMax);
  }
  evidence.colors = color_ratio(view.colors, model);
  evidence.item_before = contrast_ratio(view.contrast_before, model);
  evidence.item_after = contrast_ratio(view.contrast_after, model);
  const double size = std::log(view.moved_scale);
  const double touched = normal(size, 0, model.touched_scale);
  const double next = normal(size, model.next_scale, model.next_scale_spread);
  const double earlier = normal(size, -model.next_scale, model.next_scale_spread);
  // Relative to an even mixture, so that where there is only one of the three nothing is decided.
  const double any = log_sum(log_sum(touched, next), earlier) - std::log(3.0);
  evidence.touched = touched - any;
  evidence.next = next - any;
  evidence.earlier = earlier - any;
  evidence.looks = looks;
  return evidence;
}

FacingAudit judge_one(const AuditFacing& facing, const Evidence& e, const AuditModel& model) {
  const double full = occupied_before(facing, model);
  const double behind = more_behind(facing);
  const LookEvidence& looks = e.looks;
  const double kept = 1 - model.gone - model.moved - model.other;
  const double still_empty = 1 - model.came - model.foreign;
  const double changed_before = e.item_before + looks.product_before;
  const double both = changed_before + e.item_after + looks.product_after;
  const double alike = e.colors + looks.alike;
  const double moved = e.moved_structure + alike + both;
  const auto prior = [](double share) {
    return share > 0 ? std::log(share) : -std::numeric_limits<double>::infinity();
  };
  enum : std::size_t { kSame, kEmpty, kTouched, kGone, kNext, kCame, kFront, kOther, kForeign };
  std::array<double, kForeign + 1> logs{};
  logs[kSame] = prior(full * kept) + e.structure + alike + both;
  logs[kEmpty] = prior((1 - full) * still_empty) + e.structure + alike;
  logs[kTouched] = prior(full * model.moved) + moved + (behind > 0 ? e.touched : 0);
  logs[kGone] = prior(full * model.gone * (1 - behind)) + changed_before;
  logs[kNext] = prior(full * model.gone * behind) + moved + e.next;
  logs[kCame] = prior((1 - full) * model.came) + e.item_after + looks.product_after;
  logs[kFront] = prior(facing.rows > 1 ? full * model.came : 0) + moved + e.earlier;
  logs[kOther] = prior(full * model.other) + changed_before + e.item_after + looks.other_after;
  logs[kForeign] = prior((1 - full) * model.foreign) + e.item_after + looks.other_after;
  const double largest = *std::ranges::max_element(logs);
  double total = 0;
  for (double& value : logs) total += value = std::exp(value - largest);
  for (double& value : logs) value /= total;
  return {.same = logs[kSame] + logs[kEmpty] + logs[kTouched],
          .gone = logs[kGone] + logs[kNext],
          .came = logs[kCame] + logs[kFront],
          .other = logs[kOther] + logs[kForeign],
          .other_left = logs[kOther],
          .other_product = looks.other_product};
}

}  // namespace

const char* name_of(FacingChange change) {
  switch (change) {
    case FacingChange::kSame:
      return "same";
    case FacingChange::kGone:
      return "gone";
    case FacingChange::kCame:
      return "came";
    case FacingChange::kOther:
      return "other";
  }
  std::abort();
}

FacingChange FacingAudit::change() const {
  const double most = probability();
  if (same >= most) return FacingChange::kSame;
  if (gone >= most) return FacingChange::kGone;
  return came >= most ? FacingChange::kCame : FacingChange::kOther;
}

double FacingAudit::probability() const { return std::max({same, gone, came, other}); }

std::vector<FacingAudit> judge(std::span<const AuditFacing> facings, const Comparison& comparison,
                               const FacingLooks& looks, const Gallery* gallery,
                               const AuditModel& model) {
  TALLY_ASSERT(comparison.views.size() == facings.size());
  TALLY_ASSERT(looks.before.size() == looks.after.size());
  TALLY_ASSERT(looks.before.empty() || looks.before.size() == facings.size());
  const LookJudge look_judge(facings, looks, gallery, model);
  std::vector<FacingAudit> audits;
  for (std::size_t i = 0; i < facings.size(); ++i) {
    const FacingView& view = comparison.views[i];
    const Evidence evidence =
        view.hidden ? Evidence{} : weigh(view, comparison.alignment, look_judge.evidence(i), model);
    audits.push_back(judge_one(facings[i], evidence, model));
  }
  return audits;
}

std::vector<AuditLine> audit_lines(std::span<const AuditFacing> facings,
                                   std::span<const FacingAudit> audits) {
  TALLY_ASSERT(facings.size() == audits.size());
  std::map<std::string, AuditLine> lines;
  for (std::size_t i = 0; i < facings.size(); ++i) {
    const FacingChange change = audits[i].change();
    AuditLine& line = lines[facings[i].product];
    line.product = facings[i].product;
    line.probability *= audits[i].probability();
    const bool swapped = change == FacingChange::kOther;
    const bool replaced = swapped && 2 * audits[i].other_left > audits[i].other;
    line.left += change == FacingChange::kGone || replaced ? 1 : 0;
    line.came += change == FacingChange::kCame ? 1 : 0;
    if (!swapped || audits[i].other_product.empty()) continue;
    AuditLine& other = lines[audits[i].other_product];
    other.product = audits[i].other_product;
    other.came += 1;
    other.probability *= audits[i].probability();
  }
  std::vector<AuditLine> result;
  for (auto& [id, line] : lines) result.push_back(std::move(line));
  return result;
}

}  // namespace tally::identify
