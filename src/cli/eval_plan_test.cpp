#include "cli/eval_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/eval_words.hpp"
#include "perception/evaluate/testing_folder.hpp"

namespace tally::cli {
namespace {

using evaluate::testing::Folder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<evaluate::SessionSource> two_sessions() {
  return {{"a", "a", {"cam1", "cam0"}, ""}, {"b", "b", {"cam0", "cam2"}, ""}};
}

std::vector<std::string> labels(const std::vector<std::string>& words) {
  std::vector<std::string> all;
  for (const CameraChoice& choice : camera_choices(words, two_sessions()).value()) {
    all.push_back(choice.label);
  }
  return all;
}

TEST(EvalPlan, CamerasAreChosenByNameOrKeyword) {
  EXPECT_THAT(labels({}), ElementsAre("all"));
  EXPECT_THAT(labels({"cam1,cam0"}), ElementsAre("cam0+cam1"));
  EXPECT_THAT(labels({"all,best-single"}), ElementsAre("all", "cam0", "cam1", "cam2"));
  EXPECT_THAT(labels({"cam0", "best-single", "cam0,cam0"}), ElementsAre("cam0", "cam1", "cam2"));
  const auto choices = camera_choices({"cam0", "cam0,cam1"}, two_sessions()).value();
  EXPECT_TRUE(choices[0].single);
  EXPECT_FALSE(choices[1].single);
}

TEST(EvalPlan, ACameraThatNoSessionHasIsRefused) {
  const auto choices = camera_choices({"cam0,cam7"}, two_sessions());
  EXPECT_EQ(choices.error().code.kind, ErrorKind::kUsage);
  EXPECT_THAT(choices.error().message, HasSubstr("'cam7'; there are cam0, cam1, cam2"));
  EXPECT_FALSE(camera_choices({""}, two_sessions()));
}

TEST(EvalPlan, ASessionTakesPartInRunsWhoseCamerasItHas) {
  const auto sessions = two_sessions();
  EXPECT_TRUE(has_cameras(sessions[0], {"all", {}, false}));
  EXPECT_TRUE(has_cameras(sessions[0], {"cam1", {"cam1"}, true}));
  EXPECT_FALSE(has_cameras(sessions[1], {"cam0+cam1", {"cam0", "cam1"}, false}));
}

TEST(EvalPlan, FoldersOfRunsStayBelowTheOutput) {
  EXPECT_EQ(job_folder({"cam0+cam1", {}, false}, "s1"), "results/cam0+cam1/s1");
  EXPECT_EQ(job_folder({"../../x", {}, false}, "s1"), "results/..%2F..%2Fx/s1");
  EXPECT_EQ(job_folder({"..", {}, false}, "s1"), "results/.._/s1");
}

TEST(EvalPlan, SettingsChangeWithProgramsModelsAndOptions) {
  const Folder here;
  here.write("program", "1");
  here.write("model/model.toml", "one");
  const std::string model = (here.path() / "model").string();
  const auto settings = [&](const std::vector<std::string>& words) {
    return settings_text(words, {here.path() / "program"}, {here.path() / "shipped"}).value();
  };
  const std::string before = settings({"--model", model});
  EXPECT_EQ(settings({"--model", model}), before);
  EXPECT_NE(settings({"--model", model, "--no-gate"}), before);
  here.write("model/model.toml", "two");
  const std::string changed_model = settings({"--model", model});
  EXPECT_NE(changed_model, before);
  here.write("program", "2");
  EXPECT_NE(settings({"--model", model}), changed_model);
  here.write("layout.toml", "1");
  const std::string layout = "--layout=" + (here.path() / "layout.toml").string();
  const std::string with_layout = settings({layout});
  here.write("layout.toml", "2");
  EXPECT_NE(settings({layout}), with_layout);
  const std::string nothing_told = settings({});
  here.write("shipped/model.toml", "1");
  EXPECT_NE(settings({}), nothing_told) << "a model that nobody told";
  EXPECT_FALSE(settings_text({}, {here.path() / "none"}, {}));
}

TEST(EvalWords, SharesNeverRoundToAllOrNone) {
  EXPECT_EQ(share_text(0.953), "95.3 %");
  EXPECT_EQ(share_text(1), "100 %");
  EXPECT_EQ(share_text(0), "0 %");
  EXPECT_EQ(share_text(0.9999), ">99.9 %");
  EXPECT_EQ(share_text(0.0025), "0.25 %");
  EXPECT_EQ(share_text(0.00001), "<0.01 %");
  EXPECT_EQ(share_text(std::nullopt), "\xE2\x80\x93");
  EXPECT_EQ(interval_text({8, 10}), "49.0 to 94.3 %");
  EXPECT_THAT(interval_text({}), IsEmpty());
}

TEST(EvalWords, MoneyHasItsCurrencysDecimals) {
  EXPECT_EQ(money_text(250, "EUR"), "2.50 EUR");
  EXPECT_EQ(money_text(-70, "EUR"), "-0.70 EUR");
  EXPECT_EQ(money_text(-0.3, "EUR"), "0.00 EUR");
  EXPECT_EQ(money_text(120, "JPY"), "120 JPY");
  EXPECT_EQ(money_text(1500, "KWD"), "1.500 KWD");
}

}  // namespace
}  // namespace tally::cli
