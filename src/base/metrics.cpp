#include "base/metrics.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <string>
#include <string_view>
#include <system_error>

namespace tally {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

rusage usage(int who) {
  rusage result{};
  if (::getrusage(who, &result) != 0) return {};
  return result;
}

int count_open_files() {
  std::error_code error;
  std::filesystem::directory_iterator entries("/proc/self/fd", error);
  if (error) return 0;
  const auto count = std::distance(begin(entries), std::filesystem::directory_iterator{});
  return static_cast<int>(std::max<std::ptrdiff_t>(0, count - 1));  // Not the one that lists them.
}

double nearest_rank(const std::vector<double>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

}  // namespace

ResourceUse resource_use() {
  ResourceUse use;
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    const auto kibibytes = [&line](std::string_view key) {
      return std::strtoll(line.c_str() + key.size(), nullptr, 10) * 1024;
    };
    if (line.starts_with("VmHWM:")) use.resident_bytes_peak = kibibytes("VmHWM:");
    if (line.starts_with("VmRSS:")) use.resident_bytes = kibibytes("VmRSS:");
  }
  const rusage self = usage(RUSAGE_SELF);
  const rusage children = usage(RUSAGE_CHILDREN);
  use.cpu_seconds = seconds(self.ru_utime) + seconds(self.ru_stime);
  use.child_cpu_seconds = seconds(children.ru_utime) + seconds(children.ru_stime);
  use.open_files = count_open_files();
  return use;
}

Distribution distribution_of(std::vector<double> samples) {
  if (samples.empty()) return {};
  std::ranges::sort(samples);
  const double sum = std::accumulate(samples.begin(), samples.end(), 0.0);
  return {.count = samples.size(),
          .mean = sum / static_cast<double>(samples.size()),
          .p50 = nearest_rank(samples, 0.50),
          .p90 = nearest_rank(samples, 0.90),
          .p99 = nearest_rank(samples, 0.99),
          .max = samples.back()};
}

}  // namespace tally
