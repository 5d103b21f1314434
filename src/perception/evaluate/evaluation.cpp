#include "perception/evaluate/evaluation.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/files.hpp"
#include "perception/evaluate/cart_reader.hpp"
#include "perception/evaluate/runner.hpp"

namespace tally::evaluate {
namespace {

std::vector<const SessionScore*> scores_of(const EvaluatedRun& run) {
  std::vector<const SessionScore*> scores;
  for (const EvaluatedSession& session : run.sessions) scores.push_back(&session.score);
  return scores;
}

Result<Cart> load_cart(const std::filesystem::path& path) {
  const auto text = read_file(path, kCartBytesMax);
  if (!text) return std::unexpected(text.error());
  return parse_cart(*text, path.string());
}

bool items_right(const ItemCounts& items) {
  return items.misidentified == 0 && items.extra == 0 && items.missed == 0;
}

int severity(const EvaluatedSession& session) {
  switch (session.score.outcome) {
    case Outcome::kWrongCharge:
      return 0;
    case Outcome::kMissedCharge:
      return 1;
    case Outcome::kFailed:
      return 2;
    case Outcome::kRight:
    case Outcome::kReview:
      break;
  }
  if (!session.score.exact) return 3;
  return items_right(session.score.items) ? 5 : 4;
}

}  // namespace

EvaluatedSession evaluate_session(std::string name, Truth truth,
                                  const std::filesystem::path& output, std::string failure,
                                  std::optional<double> threshold) {
  EvaluatedSession session;
  session.name = std::move(name);
  session.truth = std::move(truth);
  session.failure = std::move(failure);
  if (session.failure.empty()) {
    auto cart = load_cart(output / kCartFile);
    if (cart)
      session.cart = std::move(*cart);
    else
      session.failure = std::move(cart.error().message);
  }
  session.score = session.failure.empty() ? score_session(session.cart, session.truth)
                                          : score_failed(session.truth);
  if (threshold) session.score.outcome = outcome_at(session.score, *threshold);
  return session;
}

void summarise_run(EvaluatedRun& run, double wrong_max) {
  const std::vector<const SessionScore*> scores = scores_of(run);
  run.summary = summarise(scores, wrong_max);
  std::map<const SessionScore*, std::size_t> cameras;
  for (const EvaluatedSession& session : run.sessions) cameras[&session.score] = session.cameras;
  run.by_cameras = grouped(
      scores, [&](const SessionScore& score) { return std::to_string(cameras.at(&score)); });
}

bool all_right(const EvaluatedSession& session) {
  return session.score.outcome == Outcome::kRight && session.score.exact &&
         items_right(session.score.items);
}

std::vector<const EvaluatedSession*> worth_a_look(const EvaluatedRun& run) {
  std::vector<const EvaluatedSession*> found;
  for (const EvaluatedSession& session : run.sessions) {
    if (!all_right(session)) found.push_back(&session);
  }
  std::ranges::sort(found, {}, [](const EvaluatedSession* session) {
    return std::tuple(severity(*session), session->name);
  });
  return found;
}

const EvaluatedRun* best_single(const std::vector<EvaluatedRun>& runs) {
  const EvaluatedRun* best = nullptr;
  const auto worth = [](const EvaluatedRun& run) {
    return std::pair(run.summary.all.exact.share().value_or(0),
                     run.summary.all.f1.share().value_or(0));
  };
  for (const EvaluatedRun& run : runs) {
    if (run.single && (best == nullptr || worth(run) > worth(*best))) best = &run;
  }
  return best;
}

}  // namespace tally::evaluate
