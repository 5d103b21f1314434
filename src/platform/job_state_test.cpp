#include "platform/job_state.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "platform/backoff.hpp"
#include "platform/retention.hpp"
#include "platform/store_error.hpp"

namespace tally::platform {
namespace {

// The table once more, written by hand: a letter for each event, "." for what can't happen.
TEST(JobState, EveryPairLeadsWhereItShould) {
  struct Expected {
    JobState from;
    std::string_view with_tries_left;
    std::string_view with_none;
  };
  // Columns: claimed, heartbeat, succeeded, failed, expired, cancelled, revived.
  constexpr std::array<Expected, kJobStates.size()> kExpected{{
      {JobState::kWaiting, "r....c.", "r....c."},
      {JobState::kRunning, ".rdwwc.", ".rdxxc."},
      {JobState::kDone, ".......", "......."},
      {JobState::kDead, ".....cw", ".....cw"},
      {JobState::kCancelled, ".......", "......."},
  }};
  const auto letter = [](JobState from, JobEvent on, bool tries_left) {
    const auto to = next_state(from, on, tries_left);
    if (!to) {
      EXPECT_TRUE(is(to.error(), StoreError::kStale));
      return '.';
    }
    return *to == JobState::kDead ? 'x' : name_of(*to)[0];
  };
  for (const auto& [from, with_tries_left, with_none] : kExpected) {
    std::string left;
    std::string none;
    for (const JobEvent event : kJobEvents) {
      left += letter(from, event, true);
      none += letter(from, event, false);
    }
    EXPECT_EQ(left, with_tries_left) << name_of(from);
    EXPECT_EQ(none, with_none) << name_of(from);
  }
}

TEST(JobState, IsFoundByItsName) {
  for (const JobState state : kJobStates) EXPECT_EQ(job_state_of(name_of(state)), state);
  EXPECT_FALSE(job_state_of("asleep"));
}

TEST(JobState, DiagramInTheDocsIsThatOfTheTable) {
  std::ifstream file(std::string(TALLY_SOURCE_DIR) + "/docs/store.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_NE(text.find(job_diagram()), std::string::npos) << job_diagram();
}

TEST(Backoff, DoublesUpToItsLimit) {
  const Backoff backoff{.first = Duration(1'000), .longest = Duration(10'000)};
  const auto shortest = [&](std::int64_t tries) { return delay_after(backoff, tries, 0).count(); };
  EXPECT_EQ(shortest(1), 500);
  EXPECT_EQ(shortest(2), 1'000);
  EXPECT_EQ(shortest(3), 2'000);
  EXPECT_EQ(shortest(4), 4'000);
  EXPECT_EQ(shortest(5), 5'000);
  EXPECT_EQ(shortest(1'000'000), 5'000);
}

TEST(Backoff, IsBetweenHalfAndAllByChance) {
  const Backoff backoff{.first = Duration(1'000), .longest = Duration(10'000)};
  EXPECT_EQ(delay_after(backoff, 1, 500).count(), 1'000);
  EXPECT_EQ(delay_after(backoff, 1, 501).count(), 500);
  EXPECT_EQ(delay_after({Duration(0), Duration(0)}, 3, 7).count(), 0);
  EXPECT_EQ(delay_after({Duration::max(), Duration::max()}, 3, 0), Duration::max() / 2);
}

TEST(Retention, IsByKindFromTheDayItWasMade) {
  const Instant made(Duration(1'000));
  const auto due = [&](BlobKind kind) { return purge_due({}, kind, made, std::nullopt); };
  EXPECT_EQ(due(BlobKind::kRawVideo), made + std::chrono::hours(72));
  EXPECT_EQ(due(BlobKind::kEvidence), made + std::chrono::days(90));
  EXPECT_EQ(due(BlobKind::kExport), made + std::chrono::hours(24));
  EXPECT_EQ(due(BlobKind::kPicture), std::nullopt);
  EXPECT_EQ(purge_due({.raw_video = Duration(5)}, BlobKind::kRawVideo, made, {}),
            made + Duration(5));
}

TEST(Retention, OfWhatIsDisputedIsLongerAndNeverShorter) {
  const Instant made(Duration(0));
  const Instant month = made + std::chrono::days(30);
  EXPECT_EQ(purge_due({}, BlobKind::kRawVideo, made, month), month);
  EXPECT_EQ(purge_due({}, BlobKind::kEvidence, made, month), made + std::chrono::days(90));
}

TEST(BlobKind, IsFoundByItsName) {
  for (const BlobKind kind : kBlobKinds) EXPECT_EQ(blob_kind_of(name_of(kind)), kind);
  EXPECT_FALSE(blob_kind_of("film"));
}

}  // namespace
}  // namespace tally::platform
