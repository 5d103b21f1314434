#include "server/identity/contact.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "platform/value.hpp"
#include "server/identity/identity_error.hpp"

namespace tally::identity {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kLabelBytesMax = 63;

bool is_letter_or_digit(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_local(std::string_view local) {
  constexpr std::string_view kSigns = ".!#$%&'*+-/=?^_`{|}~";  // RFC 5322's atoms, and dots.
  return !local.empty() && local.size() <= kEmailLocalBytesMax && !local.starts_with('.') &&
         !local.ends_with('.') && local.find("..") == std::string_view::npos &&
         std::ranges::all_of(local, [&](char letter) {
           return is_letter_or_digit(letter) || kSigns.find(letter) != std::string_view::npos;
         });
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kLabelBytesMax && !label.starts_with('-') &&
         !label.ends_with('-') && std::ranges::all_of(label, [](char letter) {
           return is_letter_or_digit(letter) || letter == '-';
         });
}

// Two labels or more.
bool is_domain(std::string_view domain) {
  std::size_t labels = 1;
  for (std::size_t dot = domain.find('.'); dot != std::string_view::npos; dot = domain.find('.')) {
    if (!is_label(domain.substr(0, dot))) return false;
    domain.remove_prefix(dot + 1);
    ++labels;
  }
  return labels >= 2 && is_label(domain);
}

}  // namespace

Result<std::string> normalise_email(std::string_view text) {
  std::string email(trimmed(text));
  std::ranges::transform(email, email.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  const std::size_t at = email.rfind('@');
  const std::string_view whole = email;
  if (email.size() > kEmailBytesMax || at == std::string::npos || !is_local(whole.substr(0, at)) ||
      !is_domain(whole.substr(at + 1))) {
    return fail(IdentityError::kInvalid,
                fmt::format("that is no e-mail address; write it as anna@example.com, with at "
                            "most {} characters",
                            kEmailBytesMax));
  }
  return email;
}

Result<std::string> normalise_name(std::string_view text) {
  const std::string_view name = trimmed(text);
  const bool has_control = std::ranges::any_of(name, [](char letter) {
    return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
  });
  if (name.empty() || name.size() > kNameBytesMax || has_control ||
      platform::storable_text(name, kNameBytesMax) != name) {
    return fail(
        IdentityError::kInvalid,
        fmt::format("a name has 1 to {} bytes of UTF-8 without control characters", kNameBytesMax));
  }
  return std::string(name);
}

}  // namespace tally::identity
