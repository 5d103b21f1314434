// What the servers tell their operator while they run: one line for each thing, at one of four
// levels. Where it goes is whoever starts them to decide.
//
// Thread-safety: a sink may be called from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tally::server {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };

// `room` says who speaks: "gateway". Texts are others' in part: the sink escapes them.
using Log = std::function<void(LogLevel, std::string_view room, std::string_view text)>;

}  // namespace tally::server
