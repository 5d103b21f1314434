// The checks behind tally doctor. Each looks at one part of the machine and says what it found, and
// how to mend what does not work.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tally::cli {

struct Check {
  enum class Grade : std::uint8_t {
    kOk,
    kWarn,  // Works, but slower, less safe, or without something optional.
    kFail,  // Essential, and does not work.
  };
  std::string name;
  Grade grade = Grade::kOk;
  std::string found;
  std::string mend;  // Empty where nothing is to do.
};
[[nodiscard]] std::string_view name_of(Check::Grade grade);  // "ok", "warn", "fail"

// In the order they are told.
[[nodiscard]] std::vector<Check> run_checks();

// Of the inference engine: its version and the devices it finds.
[[nodiscard]] Check check_engine();

// Of AWS Neuron: whether its runtime library is there, and how many cores it shows. Takes no core.
[[nodiscard]] Check check_neuron();

// Of the processor, from the text of /proc/cpuinfo.
[[nodiscard]] Check check_processor(std::string_view cpuinfo, int cores);

// Of memory, in bytes as /proc/meminfo (`meminfo` is its text) and the control group tell; limit 0:
// none.
[[nodiscard]] Check check_memory(std::string_view meminfo, std::int64_t group_limit_bytes);

}  // namespace tally::cli
