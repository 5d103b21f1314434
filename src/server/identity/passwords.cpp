#include "server/identity/passwords.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/secret.hpp"
#include "server/identity/identity_error.hpp"

namespace tally::identity {
namespace {

constexpr std::size_t kDifferentCharactersLeast = 5;
// An e-mail address's own part, and this little beside it, is guessed first.
constexpr std::size_t kOtherThanEmailLeast = 6;

// Of the lists of leaked passwords, those that are long enough to be let through otherwise.
constexpr std::array<std::string_view, 28> kCommon{
    "0123456789",    "0987654321",   "1234567890",  "12345678910", "123456789a",    "1q2w3e4r5t",
    "1qaz2wsx3edc",  "a123456789",   "abc1234567",  "abcdefghij",  "administrator", "changeme123",
    "iloveyou123",   "letmein123",   "letmein1234", "password10",  "password11",    "password12",
    "password123",   "password1234", "passw0rd123", "q1w2e3r4t5",  "qwerty12345",   "qwertyuiop",
    "qwertyuiop123", "superman123",  "welcome123",  "welcome1234",
};

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return lower;
}

bool is_made_of(std::string_view password, std::string_view email) {
  const std::string_view local = email.substr(0, email.find('@'));
  return !local.empty() && password.find(local) != std::string_view::npos &&
         (password.size() < local.size() + kOtherThanEmailLeast || password.find(email) == 0);
}

}  // namespace

Result<void> check_password(std::string_view password, std::string_view email) {
  if (password.size() < kPasswordBytesLeast || password.size() > kPasswordBytesMost) {
    return fail(IdentityError::kWeak, fmt::format("a password has {} to {} bytes",
                                                  kPasswordBytesLeast, kPasswordBytesMost));
  }
  const std::string lower = in_lower_case(password);
  if (std::set<char>(lower.begin(), lower.end()).size() < kDifferentCharactersLeast) {
    return fail(IdentityError::kWeak, fmt::format("a password has at least {} different characters",
                                                  kDifferentCharactersLeast));
  }
  if (std::ranges::find(kCommon, lower) != kCommon.end()) {
    return fail(IdentityError::kWeak, "that password is among the first that are guessed");
  }
  if (is_made_of(lower, in_lower_case(email))) {
    return fail(IdentityError::kWeak, "that password is little more than the e-mail address");
  }
  return {};
}

Result<HashedPassword> make_password(server::World& world, std::string_view password,
                                     std::string_view email) {
  if (auto strong = check_password(password, email); !strong) {
    return std::unexpected(std::move(strong.error()));
  }
  Salt salt{};
  world.fill_random(salt);
  return HashedPassword{password_hash(password, salt)};
}

bool verify_password(const HashedPassword& known, std::string_view password) {
  if (password.size() > kPasswordBytesMost) return false;
  if (!known.hash.empty()) return is_password(password, known.hash);
  static_cast<void>(password_hash(password, Salt{}));
  return false;
}

}  // namespace tally::identity
