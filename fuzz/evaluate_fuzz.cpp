// Any text is a truth, a cart or an error, never a crash; whatever was read can be scored, and no
// item is lost or counted twice.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "perception/evaluate/cart_reader.hpp"
#include "perception/evaluate/score.hpp"
#include "perception/evaluate/truth.hpp"

namespace {

using tally::evaluate::ItemCounts;

template <typename Event>
std::int64_t items_of(const std::vector<Event>& events) {
  std::int64_t items = 0;
  for (const Event& event : events) items += event.quantity;
  return items;
}

void check_score(const tally::Cart& cart, const tally::evaluate::Truth& truth) {
  const ItemCounts items = tally::evaluate::score_session(cart, truth).items;
  const std::int64_t paired = items.matched + items.misidentified;
  TALLY_ASSERT(paired + items.missed == items_of(truth.events));
  TALLY_ASSERT(paired + items.extra == items_of(cart.events));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto truth = tally::evaluate::parse_truth(text, "fuzz");
  const auto cart = tally::evaluate::parse_cart(text, "fuzz");
  TALLY_ASSERT(truth || !truth.error().message.empty());
  TALLY_ASSERT(cart || !cart.error().message.empty());
  if (truth) {
    TALLY_ASSERT(items_of(truth->events) <= tally::evaluate::kItemsMax);
    check_score({}, *truth);
  }
  if (cart) check_score(*cart, {});
  return 0;
}
