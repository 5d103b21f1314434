// Errors are values: every function that can fail on input or environment returns Result<T>.
//
// Each domain has one enum of errors, each value explained where it is declared, and one function
// `ErrorCode code_of(DomainError)` found by argument-dependent lookup. A message tells a person
// what happened, where, and what to do; the code is for programs. Exceptions mean a bug or a failed
// start.
//
// Thread-safety: values; no shared state.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace tally {

// What a caller can do about an error; the command line's exit codes follow it one to one.
enum class ErrorKind : std::uint8_t {
  kFailed = 1,    // The input or the work itself is at fault: mend it and try again.
  kUsage = 2,     // The call is wrong: flags, arguments, configuration.
  kNotFound = 3,  // Something that was named does not exist.
  kConflict = 4,  // Something exists already, or has changed meanwhile.
  kUnavailable =
      5,  // A part this needs does not answer or is not installed: try later or run doctor.
};

// A stable name ("media.truncated") and its kind. `name` has static storage.
struct ErrorCode {
  std::string_view name;
  ErrorKind kind;
};

struct [[nodiscard]] Error {
  ErrorCode code;
  std::string message;
};

template <typename T>
using Result = std::expected<T, Error>;

// fail(MediaError::kTruncated, "...") is the one way an error is made.
template <typename DomainError>
[[nodiscard]] std::unexpected<Error> fail(DomainError error, std::string message) {
  return std::unexpected<Error>(Error{code_of(error), std::move(message)});
}

// Passes an error of a callee on, telling first where it happened: "clip.mp4: no video track".
[[nodiscard]] inline std::unexpected<Error> fail_within(std::string_view where, Error error) {
  error.message.insert(0, ": ").insert(0, where);
  return std::unexpected<Error>(std::move(error));
}

}  // namespace tally
