// What to fit the numbers of src/perception/cabinet on, when a model has changed: looking at videos
// takes minutes, and what follows from it takes milliseconds.
//
//   fusion observe DIR SESSION…   looks once, with the shipped models: DIR/<session>.cbor
//   fusion closely DIR SESSION…   the same as a second look does, at every frame
//   fusion score DIR [DIR2]       concludes each and holds it against its truth; with what
//                                 second looks saw in DIR2, where the cart is unsure
//   fusion why FILE…              the same of single ones, with what they were concluded from
//   fusion looks DIR              a line of JSON each: every held item that was followed and, for
//                                 each look at it, camera, time, box and the similarity to each
//                                 photo of each product; lab/identify fits IdentifyModel on it
//
// Change a number, build this program alone, score again. Sessions are those of training seeds. A
// line for each tells what went wrong; the last ones count. Runs from the checkout's root; ends
// with 1 at the first error.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kept_observations.hpp"
#include "perception/cabinet/session.hpp"
#include "perception/cart/session_file.hpp"
#include "perception/cart/watch.hpp"
#include "perception/evaluate/score.hpp"
#include "perception/evaluate/summary.hpp"
#include "perception/evaluate/truth.hpp"
#include "perception/identify/enrol.hpp"

namespace {

namespace fs = std::filesystem;
using namespace tally;
using nlohmann::json;

class Watcher final : public cart::SessionWatcher {
 public:
  explicit Watcher(const cabinet::CabinetSetup& setup)
      : cameras_(setup.cameras.size()), session_(setup) {}
  Result<void> push(std::size_t camera, const media::Frame& frame) override {
    return session_.push(camera, frame);
  }
  void lose(std::size_t, SessionTime) override {}
  Result<cart::SessionFindings> finish() override {
    auto seen = session_.observed();
    if (!seen) return std::unexpected(std::move(seen.error()));
    seen_ = std::move(*seen);
    cart::SessionFindings findings;
    findings.cameras.resize(cameras_);
    return findings;
  }
  [[nodiscard]] const cabinet::Observations& seen() const { return seen_; }

 private:
  std::size_t cameras_;
  cabinet::CabinetSession session_;
  cabinet::Observations seen_;
};

// A session's folder and what conclude() needs of it.
struct Case {
  cart::SessionFile session;
  cart::Layout layout;
  std::vector<std::size_t> cameras;
};

Result<Case> load_case(const fs::path& folder) {
  Case loaded;
  auto session = cart::load_session(folder);
  if (!session) return std::unexpected(session.error());
  loaded.session = std::move(*session);
  auto layout = cart::load_layout(loaded.session.layout);
  if (!layout) return std::unexpected(layout.error());
  loaded.layout = std::move(*layout);
  for (const cart::SessionVideo& video : loaded.session.videos) {
    const auto found =
        std::ranges::find(loaded.layout.cameras, video.camera, &cart::LayoutCamera::id);
    loaded.cameras.push_back(
        static_cast<std::size_t>(std::distance(loaded.layout.cameras.begin(), found)));
  }
  return loaded;
}

struct Models {
  std::unique_ptr<vision::Detector> detector;
  std::unique_ptr<vision::Detector> close_up;
  std::unique_ptr<vision::Embedder> embedder;
};

Result<Models> open_models() {
  auto detector = vision::Detector::open(
      "models/detector",
      {.engine = {}, .score = {}, .iou = {}, .picture = cabinet::kWholeLookSize});
  if (!detector) return std::unexpected(detector.error());
  auto close_up = vision::Detector::open("models/close_up");
  if (!close_up) return std::unexpected(close_up.error());
  auto embedder = vision::Embedder::open("models/embedder");
  if (!embedder) return std::unexpected(embedder.error());
  return Models{std::move(*detector), std::move(*close_up), std::move(*embedder)};
}

Result<void> observe(const fs::path& folder, const Models& models, const cart::Savings& savings,
                     const fs::path& out) {
  auto loaded = load_case(folder);
  if (!loaded) return std::unexpected(loaded.error());
  auto photos = identify::list_product_photos(loaded->session.photos);
  if (!photos) return std::unexpected(photos.error());
  auto gallery = identify::enrol_products(*models.embedder, *photos);
  if (!gallery) return std::unexpected(gallery.error());
  cabinet::CabinetSetup setup;
  setup.layout = &loaded->layout;
  setup.cameras = loaded->cameras;
  setup.detector = models.detector.get();
  setup.close_up = models.close_up.get();
  setup.embedder = models.embedder.get();
  setup.savings = savings;
  Watcher watcher(setup);
  auto watched = cart::watch_session(loaded->session, watcher, "", cart::ClipNames::kByCamera, {});
  if (!watched) return std::unexpected(watched.error());
  json kept = bench::to_json(watcher.seen(), *gallery);
  kept["session"] = fs::absolute(folder).string();
  std::ofstream file(out / (folder.filename().string() + ".cbor"), std::ios::binary);
  json::to_cbor(kept, file);
  return {};
}

std::string told(const std::optional<cabinet::Act>& act) {
  return act ? fmt::format("{:.1f} s p {:.2f}", to_seconds(act->time), act->probability) : "-";
}

// What really happened, and what each carried item was taken for.
void print_why(const evaluate::Truth& truth, const cabinet::CabinetOutcome& outcome,
               const cart::Layout& layout) {
  for (const evaluate::TruthEvent& event : truth.events) {
    fmt::print("    truth {:5.1f} s {} {} x {}\n", static_cast<double>(event.at_ms) / 1000,
               event.kind == EventKind::kTake ? "take" : "put ", event.quantity, event.product);
  }
  for (const cabinet::CarriedItem& item : outcome.items) {
    const cabinet::Carry& carry = outcome.carries[item.carry];
    fmt::print(
        "    item {} p {:.2f} foreign {:.2f} take {} put {}; seen {} times, {:.1f} to {:.1f} s, "
        "y {:.2f} to {:.2f}\n",
        layout.products[item.product].id, item.products[item.product], item.foreign,
        told(item.take), told(item.put), carry.sightings.size(), to_seconds(carry.first().time),
        to_seconds(carry.last().time), carry.first().position.y, carry.last().position.y);
  }
  for (const cart::Doubt& doubt : outcome.cart.doubts) fmt::print("    {}\n", doubt.reason);
}

// What was kept of a session, concluded.
struct Concluded {
  fs::path folder;
  Case session;
  identify::Gallery gallery;
  cabinet::CabinetOutcome outcome;
};

Result<Concluded> concluded(const fs::path& kept) {
  std::ifstream file(kept, std::ios::binary);
  const json in = json::from_cbor(file);
  Concluded result;
  result.folder = in["session"].get<std::string>();
  auto loaded = load_case(result.folder);
  if (!loaded) return std::unexpected(loaded.error());
  result.session = std::move(*loaded);
  const cart::Layout& layout = result.session.layout;
  const std::vector<std::size_t>& cameras = result.session.cameras;
  cabinet::Observations seen;
  bench::read(in, seen, result.gallery);
  seen.views = cabinet::facing_views(layout, cabinet::cameras_of(layout, cameras));
  std::vector<const identify::GalleryProduct*> candidates;
  for (const cart::LayoutProduct& product : layout.products) {
    candidates.push_back(result.gallery.find(product.id));
  }
  const cabinet::ProductLikelihood likelihood = [&](std::span<const identify::Look> looks) {
    return identify::log_likelihoods_of_items(looks, candidates);
  };
  result.outcome = conclude(std::move(seen), layout, cameras, likelihood);
  return result;
}

json told(const cabinet::Sighting& look, const cart::Layout& layout,
          const identify::Gallery& gallery) {
  json similarities = json::array();
  for (const cart::LayoutProduct& product : layout.products) {
    json& photos = similarities.emplace_back(json::array());
    const identify::GalleryProduct* known = gallery.find(product.id);
    if (known == nullptr) continue;
    for (const identify::GalleryPhoto& photo : known->photos) {
      photos.push_back(vision::similarity(look.embedding, photo.embedding));
    }
  }
  return {{"camera", look.camera},
          {"time_us", look.time.count()},
          {"box", {look.box.left, look.box.top, look.box.right, look.box.bottom}},
          {"similarities", std::move(similarities)}};
}

Result<void> print_looks(const fs::path& kept) {
  auto result = concluded(kept);
  if (!result) return std::unexpected(result.error());
  const cart::Layout& layout = result->session.layout;
  json line{
      {"session", result->folder.string()}, {"products", json::array()}, {"items", json::array()}};
  for (const cart::LayoutProduct& product : layout.products) {
    line["products"].push_back(product.id);
  }
  for (const cabinet::Carry& carry : result->outcome.carries) {
    if (carry.kind != cabinet::SightingKind::kItemInHand) continue;
    json& looks = line["items"].emplace_back(json::array());
    for (const std::size_t index : carry.sightings) {
      const cabinet::Sighting& look = result->outcome.sightings[index];
      if (!look.embedding.empty()) looks.push_back(told(look, layout, result->gallery));
    }
  }
  fmt::print("{}\n", line.dump());
  return {};
}

struct Scoring {
  bool why = false;
  fs::path closer;  // What second looks saw; may be empty.
};

Result<void> score(const fs::path& kept, const Scoring& how,
                   std::vector<evaluate::SessionScore>& scores) {
  auto result_of = concluded(kept);
  if (!result_of) return std::unexpected(result_of.error());
  auto& [folder, session, gallery, outcome] = *result_of;
  const fs::path closer = how.closer / kept.filename();
  if (!how.closer.empty() && fs::exists(closer) &&
      outcome.cart.probability < cabinet::kSureAtOnce) {
    auto second = concluded(closer);
    if (!second) return std::unexpected(second.error());
    outcome = looked_again(outcome, std::move(second->outcome));
  }
  auto truth = evaluate::load_truth(folder / "truth.json");
  if (!truth) return std::unexpected(truth.error());
  Cart cart;
  cart.events = outcome.cart.events;
  cart.lines = outcome.cart.lines;
  cart.decision = decide(outcome.cart, {});
  evaluate::SessionScore result = evaluate::score_session(cart, *truth);
  fmt::print("{} {:<22} {} p {:.3f} matched {} misidentified {} missed {} extra {}\n",
             folder.filename().string(), result.scenario, result.exact ? "exact" : "WRONG",
             result.probability, result.items.matched, result.items.misidentified,
             result.items.missed, result.items.extra);
  if (how.why || !result.exact || result.probability < 0.8)
    print_why(*truth, outcome, session.layout);
  scores.push_back(std::move(result));
  return {};
}

// Logistic regression of whether carts are exact on their log odds, by Newton's method: slope and
// offset, which are 1 and 0 where probabilities are right. Drawn to these, for few sessions.
std::pair<double, double> odds_fit(const std::vector<evaluate::SessionScore>& scores) {
  constexpr double kDrawn = 0.5;
  double slope = 1;
  double offset = 0;
  for (int step = 0; step < 30; ++step) {
    double by_slope = kDrawn * (slope - 1);
    double by_offset = kDrawn * offset;
    double ss = kDrawn;
    double so = 0;
    double oo = kDrawn;
    for (const evaluate::SessionScore& one : scores) {
      const double p = std::clamp(one.probability, 0.002, 0.998);
      const double odds = std::log(p / (1 - p));
      const double told = 1 / (1 + std::exp(-(slope * odds + offset)));
      const double off = told - (one.exact ? 1 : 0);
      const double weight = told * (1 - told);
      by_slope += off * odds;
      by_offset += off;
      ss += weight * odds * odds;
      so += weight * odds;
      oo += weight;
    }
    const double determinant = ss * oo - so * so;
    slope -= (oo * by_slope - so * by_offset) / determinant;
    offset -= (ss * by_offset - so * by_slope) / determinant;
  }
  return {slope, offset};
}

void print(const std::vector<evaluate::SessionScore>& scores) {
  std::vector<const evaluate::SessionScore*> all;
  for (const evaluate::SessionScore& one : scores) all.push_back(&one);
  const evaluate::Figures figures = evaluate::figures_of(all);
  const evaluate::ItemCounts& items = figures.items;
  fmt::print(
      "{} of {} exact; F1 {:.3f}, kind and time alone {:.3f}; matched {} misidentified {} "
      "missed {} extra {}\n",
      std::ranges::count_if(scores, &evaluate::SessionScore::exact), scores.size(),
      figures.f1.share().value_or(0), figures.place_f1.share().value_or(0), items.matched,
      items.misidentified, items.missed, items.extra);
  double brier = 0;
  for (const evaluate::SessionScore& one : scores) {
    const double off = one.probability - (one.exact ? 1 : 0);
    brier += off * off / static_cast<double>(scores.size());
  }
  const auto [slope, offset] = odds_fit(scores);
  fmt::print("Brier {:.3f}; log odds that would fit: {:.2f} of the cart's, and {:+.2f}\n", brier,
             slope, offset);
  for (const double knob : {0.8, 0.9, 0.95, 0.98}) {
    const auto count = [&](evaluate::Outcome wanted) {
      return std::ranges::count_if(
          scores, [&](const auto& one) { return outcome_at(one, knob) == wanted; });
    };
    fmt::print("below {:.2f} to review: {} reviewed, {} charged wrongly\n", knob,
               count(evaluate::Outcome::kReview), count(evaluate::Outcome::kWrongCharge));
  }
}

int fail_with(const Error& error) {
  std::fprintf(stderr, "fusion: %s\n", error.message.c_str());
  return 1;
}

int observe_all(const std::vector<std::string>& words, const cart::Savings& savings) {
  auto models = open_models();
  if (!models) return fail_with(models.error());
  fs::create_directories(words[1]);
  for (std::size_t i = 2; i < words.size(); ++i) {
    const fs::path folder = fs::path(words[i]) / "";  // With or without a slash at the end.
    if (auto done = observe(folder.parent_path(), *models, savings, words[1]); !done) {
      return fail_with(done.error());
    }
    fmt::print(stderr, "{}\n", words[i]);
  }
  return 0;
}

std::vector<fs::path> kept_in(const fs::path& folder) {
  std::vector<fs::path> kept;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".cbor") kept.push_back(entry.path());
  }
  std::ranges::sort(kept);
  return kept;
}

int print_all_looks(const fs::path& folder) {
  for (const fs::path& file : kept_in(folder)) {
    if (auto done = print_looks(file); !done) return fail_with(done.error());
  }
  return 0;
}

int score_all(const std::vector<fs::path>& files, const Scoring& how) {
  std::vector<evaluate::SessionScore> scores;
  for (const fs::path& file : files) {
    if (auto done = score(file, how, scores); !done) return fail_with(done.error());
  }
  if (!how.why) print(scores);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> given(words + 1, words + count);
  if (given.size() > 2 && given[0] == "observe") return observe_all(given, {});
  if (given.size() > 2 && given[0] == "closely") {
    return observe_all(given, cart::Savings{}.in_second_look());
  }
  if ((given.size() == 2 || given.size() == 3) && given[0] == "score") {
    return score_all(kept_in(given[1]),
                     {.why = false, .closer = given.size() == 3 ? given[2] : ""});
  }
  if (given.size() > 1 && given[0] == "why")
    return score_all({given.begin() + 1, given.end()}, {.why = true, .closer = {}});
  if (given.size() == 2 && given[0] == "looks") return print_all_looks(given[1]);
  std::fprintf(stderr,
               "usage: fusion observe|closely DIR SESSION... | score DIR [DIR2] | why FILE... | "
               "looks DIR\n");
  return 2;
}
