#include "device/gpio_request.hpp"

#include <algorithm>
#include <string_view>

namespace tally::device {
namespace {

gpio_v2_line_request request_for(std::uint32_t line, std::string_view consumer,
                                 std::uint64_t flags) {
  gpio_v2_line_request request{};
  request.offsets[0] = line;
  request.num_lines = 1;
  std::ranges::copy(consumer, request.consumer);
  request.config.flags = flags;
  return request;
}

}  // namespace

gpio_v2_line_request bolt_request(const LockConfig& config) {
  const std::uint64_t low = config.bolt_active_low ? GPIO_V2_LINE_FLAG_ACTIVE_LOW : 0;
  gpio_v2_line_request request =
      request_for(config.bolt_line, "tally-bolt", GPIO_V2_LINE_FLAG_OUTPUT | low);
  request.config.num_attrs = 1;
  request.config.attrs[0].mask = 1;
  request.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES;
  request.config.attrs[0].attr.values = 0;
  return request;
}

gpio_v2_line_request door_request(const LockConfig& config) {
  const std::uint64_t low = config.door_active_low ? GPIO_V2_LINE_FLAG_ACTIVE_LOW : 0;
  gpio_v2_line_request request =
      request_for(config.door_line, "tally-door",
                  GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EDGE_RISING |
                      GPIO_V2_LINE_FLAG_EDGE_FALLING | low);
  request.config.num_attrs = 1;
  request.config.attrs[0].mask = 1;
  request.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_DEBOUNCE;
  request.config.attrs[0].attr.debounce_period_us = kDoorDebounceUs;
  return request;
}

}  // namespace tally::device
