#include "perception/evaluate/truth.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/cart_json.hpp"
#include "perception/evaluate/cart_reader.hpp"
#include "perception/evaluate/testing.hpp"

namespace tally::evaluate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kTruth = R"({
  "schema": "tally.truth.v1", "seed": 123, "scenario": "take_one", "currency": "EUR",
  "duration_ms": 14200, "weather": {"rain": true},
  "products": [{"id": "p01", "price_minor": 250, "family": "f2", "colour": "red"},
               {"id": "p02", "price_minor": 0}],
  "events": [{"at_ms": 7000, "kind": "put", "product": "p01", "quantity": 1},
             {"at_ms": 5120, "kind": "take", "product": "p01", "quantity": 2}],
  "cart": [{"product": "p01", "quantity": 1}]})";

std::string with(std::string_view from, std::string_view to) {
  std::string text = kTruth;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string error_of(const std::string& text) {
  const auto truth = parse_truth(text, "s1/truth.json");
  if (truth) return "no error";
  return fmt::format("{} {}", truth.error().code.name, truth.error().message);
}

TEST(Truth, IsReadWithItsEventsInOrderAndUnknownFieldsIgnored) {
  const auto truth = parse_truth(kTruth, "t");
  ASSERT_TRUE(truth) << truth.error().message;
  EXPECT_EQ(truth->seed, 123);
  EXPECT_EQ(truth->scenario, "take_one");
  EXPECT_EQ(truth->duration_ms, 14200);
  EXPECT_FALSE(truth->restock);
  EXPECT_TRUE(parse_truth(with("\"seed\"", "\"kind\": \"restock\", \"seed\""), "t")->restock);
  EXPECT_EQ(truth->products[0].price_minor, 250);
  EXPECT_EQ(truth->products[0].family, "f2");
  ASSERT_EQ(truth->events.size(), 2U);
  EXPECT_EQ(truth->events[0].at_ms, 5120);
  EXPECT_EQ(truth->events[1].kind, EventKind::kPut);
  ASSERT_EQ(truth->cart.size(), 1U);
  EXPECT_EQ(truth->cart[0].quantity, 1);
}

TEST(Truth, ErrorsNameThePathAndWhatIsWanted) {
  EXPECT_THAT(error_of(with("\"at_ms\": 5120", "\"at_ms\": \"5\"")),
              HasSubstr("eval.syntax s1/truth.json: events[1].at_ms: must be a whole number"));
  EXPECT_THAT(error_of(with("\"quantity\": 2", "\"quantity\": 0")),
              HasSubstr("eval.value s1/truth.json: events[1].quantity: must be from 1 to 1000"));
  EXPECT_THAT(error_of(with("\"kind\": \"put\", ", "")),
              HasSubstr("events[0].kind: is missing; it must be text"));
  EXPECT_THAT(error_of(with("\"put\"", "\"drop\"")), HasSubstr("events[0].kind: must be \"take\""));
  EXPECT_THAT(error_of(with("{\"id\": \"p02\", \"price_minor\": 0}", "7")),
              HasSubstr("products[1]: must be an object"));
  EXPECT_THAT(error_of(with("\"seed\"", "\"kind\": \"repair\", \"seed\"")),
              HasSubstr("kind: must be \"shopping\" or \"restock\""));
  EXPECT_THAT(error_of(with("p02", "p01")), HasSubstr("products[1].id: is there twice"));
  EXPECT_THAT(error_of(with("\"price_minor\": 250", "\"price_minor\": 1e3")),
              HasSubstr("must be a whole number"));
  EXPECT_THAT(error_of(with("\"price_minor\": 250", "\"price_minor\": 18446744073709551615")),
              HasSubstr("eval.value"));
}

TEST(Truth, AnotherSchemaAndWhatIsNoJsonAreRefused) {
  EXPECT_THAT(error_of(with("truth.v1", "truth.v2")), HasSubstr("eval.schema"));
  EXPECT_THAT(error_of("[]"), HasSubstr("eval.schema"));
  EXPECT_THAT(error_of("{\n\"schema\" 1}"),
              AllOf(HasSubstr("eval.syntax"), HasSubstr("not JSON"), HasSubstr("line 2")));
  EXPECT_THAT(error_of(std::string(100'000, '[')), HasSubstr("not JSON"));
}

TEST(Truth, ThatContradictsItselfIsRefused) {
  EXPECT_THAT(error_of(with("\"cart\": [{\"product\": \"p01\", \"quantity\": 1}]",
                            "\"cart\": [{\"product\": \"p01\", \"quantity\": 2}]")),
              HasSubstr("the events of \"p01\" come to 1, the cart says 2"));
  EXPECT_THAT(error_of(with("\"cart\": [{\"product\": \"p01\", \"quantity\": 1}]", "\"cart\": []")),
              HasSubstr("the cart says 0"));
  EXPECT_THAT(error_of(with("\"product\": \"p01\", \"quantity\": 2",
                            "\"product\": \"p09\", \"quantity\": 2")),
              HasSubstr("\"p09\" is not among \"products\""));
}

TEST(Truth, ItemsOfASessionAreLimited) {
  const auto truth_with = [](int items) {
    return with("\"quantity\": 2}", fmt::format("\"quantity\": {}}}", items));
  };
  // One more item is put back.
  EXPECT_THAT(error_of(truth_with(kItemsMax)), HasSubstr("more than 1000"));
  EXPECT_THAT(error_of(truth_with(kItemsMax - 1)), HasSubstr("the cart says 1"));
}

TEST(Truth, AMissingFileIsNotFound) {
  EXPECT_EQ(load_truth("no/such/truth.json").error().code.kind, ErrorKind::kNotFound);
}

TEST(CartReader, ReadsBackWhatWasWritten) {
  Cart cart = testing::cart_of({{5120, testing::kTake, "cola", 2}, {7000, testing::kPut, "cola"}});
  cart.events[0].cameras = {"cam0", "cam1"};
  cart.events[0].confidence = 0.97;
  cart.inputs.videos = {CartVideo{"cam0", "", 0, 0}, CartVideo{"cam1", "", 7, 0}};
  cart.decision.reasons = {"in doubt"};
  cart.decision.kind = DecisionKind::kReview;
  cart.stats.wall_seconds = 1.5;
  const auto read = parse_cart(to_json(cart, CartStatsIn::kYes), "cart.json");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->inputs.videos.at(1).camera, "cam1");
  EXPECT_EQ(read->inputs.videos.at(1).frames, 7);
  EXPECT_EQ(read->events[0].quantity, 2);
  EXPECT_EQ(read->events[0].confidence, 0.97);
  EXPECT_THAT(read->events[0].cameras, ::testing::ElementsAre("cam0", "cam1"));
  EXPECT_EQ(read->events[1].kind, EventKind::kPut);
  EXPECT_EQ(read->lines[0].quantity, 1);
  EXPECT_EQ(read->decision.kind, DecisionKind::kReview);
  EXPECT_EQ(read->decision.probability, 0.95);
  EXPECT_THAT(read->decision.reasons, ::testing::ElementsAre("in doubt"));
  EXPECT_EQ(read->stats.wall_seconds, 1.5);
}

TEST(CartReader, AnythingElseIsAnErrorWithItsPlace) {
  const std::string good =
      to_json(testing::cart_of({{1, testing::kTake, "cola"}}), CartStatsIn::kNo);
  const auto error_with = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    const auto cart = parse_cart(text, "c");
    return cart ? "no error" : cart.error().message;
  };
  EXPECT_THAT(error_with("\"quantity\": 1", "\"quantity\": 1001"),
              HasSubstr("c: events[0].quantity: must be from 1 to 1000"));
  EXPECT_THAT(error_with("\"probability\": 0.95", "\"probability\": 1.5"),
              HasSubstr("c: decision.probability: must be from 0 to 1"));
  EXPECT_THAT(error_with("\"charge\"", "\"give\""), HasSubstr("decision.kind"));
  EXPECT_THAT(error_with("cart.v1", "cart.v9"), HasSubstr("tally.cart.v1"));
}

}  // namespace
}  // namespace tally::evaluate
