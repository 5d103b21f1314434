#include "device/thermometer.hpp"

#include <charconv>

#include "base/files.hpp"

namespace tally::device {
namespace {

constexpr std::size_t kReadingBytesMax = 64;
constexpr double kCelsiusMost = 200;  // More is a sensor that is broken or not connected.

}  // namespace

std::optional<double> parse_millidegrees(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  int thousandths = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), thousandths);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  const double celsius = thousandths / 1000.0;
  if (celsius < -kCelsiusMost || celsius > kCelsiusMost) return std::nullopt;
  return celsius;
}

std::optional<double> read_celsius(const TemperatureConfig& config) {
  if (config.driver == TemperatureDriver::kNone) return std::nullopt;
  if (config.driver == TemperatureDriver::kSimulated) return config.celsius;
  const auto text = read_file(config.file, kReadingBytesMax);
  return text ? parse_millidegrees(*text) : std::nullopt;
}

}  // namespace tally::device
