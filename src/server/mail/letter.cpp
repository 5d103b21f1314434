#include "server/mail/letter.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <chrono>

namespace tally::mail {
namespace {

constexpr std::size_t kLineBytes = 57;  // 76 letters of base64, RFC 2045's most.

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(
      line, [](unsigned char letter) { return letter < ' ' || letter == 127; }, ' ');
  return line;
}

// RFC 2047 where it is more than ASCII.
std::string header_text(std::string_view text) {
  const bool ascii = std::ranges::all_of(text, [](unsigned char letter) { return letter < 128; });
  return ascii ? one_line(text) : fmt::format("=?UTF-8?B?{}?=", base64(one_line(text)));
}

}  // namespace

std::string address_of(std::string_view sender) {
  const std::size_t open = sender.rfind('<');
  if (open != std::string_view::npos) {
    const std::size_t close = sender.find('>', open);
    if (close == std::string_view::npos) return {};
    sender = sender.substr(open + 1, close - open - 1);
  }
  const std::size_t at = sender.find('@');
  const bool whole = at != std::string_view::npos && at > 0 && at + 1 < sender.size() &&
                     std::ranges::all_of(sender, [](unsigned char letter) {
                       return letter > ' ' && letter < 127 && letter != '<' && letter != '>';
                     });
  return whole ? std::string(sender) : std::string();
}

std::string message_of(const Letter& letter, std::string_view sender, std::string_view id,
                       Instant now) {
  const std::string from = address_of(sender);
  std::string message = fmt::format(
      "Date: {:%a, %d %b %Y %H:%M:%S} +0000\r\n"
      "From: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <{}@{}>\r\n"
      "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
      fmt::gmtime(std::chrono::floor<std::chrono::seconds>(now)), one_line(sender),
      one_line(letter.to), header_text(letter.subject), one_line(id),
      from.substr(from.find('@') + 1));
  std::string text;
  for (const char byte : letter.text) text += byte == '\n' ? "\r\n" : std::string(1, byte);
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, kLineBytes);
    message += base64(line) + "\r\n";
    rest.remove_prefix(line.size());
  }
  return message;
}

}  // namespace tally::mail
