#include "server/mail/smtp.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace tally::mail {
namespace {

struct Closer {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

constexpr long kRefused = 500;
constexpr int kIdSize = 16;

std::string url_of(const SmtpOptions& options) {
  const bool ipv6 = options.host.contains(':');
  return fmt::format("{}://{}{}{}:{}", options.security == SmtpSecurity::kTls ? "smtps" : "smtp",
                     ipv6 ? "[" : "", options.host, ipv6 ? "]" : "", options.port);
}

std::size_t read_message(char* into, std::size_t size, std::size_t count, void* rest) {
  auto& message = *static_cast<std::string_view*>(rest);
  const std::size_t bytes = std::min(size * count, message.size());
  std::ranges::copy(message.substr(0, bytes), into);
  message.remove_prefix(bytes);
  return bytes;
}

int stop_asked(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

std::string new_message_id(server::World& world) {
  std::array<std::uint8_t, kIdSize> bytes{};
  world.fill_random(bytes);
  std::string id;
  for (const std::uint8_t byte : bytes) id += fmt::format("{:02x}", byte);
  return id;
}

}  // namespace

Smtp::Smtp(SmtpOptions options, server::World& world, server::Log log)
    : options_(std::move(options)),
      world_(world),
      log_(std::move(log)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Smtp::~Smtp() {
  thread_.request_stop();
  thread_.join();
  if (waiting_.empty()) return;
  log_(server::LogLevel::kWarning, "mail",
       fmt::format("{} letters were not sent before the end", waiting_.size()));
}

void Smtp::send(Letter letter) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < kLettersMax) {
      waiting_.push_back({.letter = std::move(letter), .due = Steady::now()});
      changed_.notify_one();
      return;
    }
  }
  log_(server::LogLevel::kError, "mail",
       fmt::format("a letter was dropped: {} wait already; is {}:{} up?", kLettersMax,
                   options_.host, options_.port));
}

void Smtp::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto next = std::ranges::min_element(waiting_, {}, &Waiting::due);
    if (next == waiting_.end()) {
      changed_.wait(lock, stop, [this] { return !waiting_.empty(); });
      continue;
    }
    if (const auto due = next->due; due > Steady::now()) {
      const std::size_t known = waiting_.size();
      changed_.wait_until(lock, stop, due, [&] { return waiting_.size() > known; });
      continue;
    }
    Waiting taken = std::move(*next);
    waiting_.erase(next);
    lock.unlock();
    if (const auto failure = deliver(taken.letter, stop)) take_back(std::move(taken), *failure);
    lock.lock();
  }
}

// libcurl's easy interface: one connection for each letter, of which there are few.
std::optional<Smtp::Failure> Smtp::deliver(const Letter& letter, const std::stop_token& stop) {
  const std::unique_ptr<CURL, Closer> handle(curl_easy_init());
  if (!handle) return Failure{.why = "libcurl can't start"};
  CURL* curl = handle.get();
  const std::string message =
      message_of(letter, options_.sender, new_message_id(world_), world_.now());
  std::string_view rest = message;
  const std::unique_ptr<curl_slist, Closer> to(curl_slist_append(nullptr, letter.to.c_str()));
  std::array<char, CURL_ERROR_SIZE> said{};
  curl_easy_setopt(curl, CURLOPT_URL, url_of(options_).c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");  // None from the environment either.
  curl_easy_setopt(curl, CURLOPT_USE_SSL,
                   options_.security == SmtpSecurity::kStartTls ? CURLUSESSL_ALL : CURLUSESSL_NONE);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  if (!options_.user.empty()) {
    curl_easy_setopt(curl, CURLOPT_USERNAME, options_.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, options_.password.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, address_of(options_.sender).c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to.get());
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_message);
  curl_easy_setopt(curl, CURLOPT_READDATA, &rest);
  curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message.size()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.deadline.count()));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, stop_asked);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &stop);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, said.data());
  const CURLcode code = curl_easy_perform(curl);
  if (code == CURLE_OK) return std::nullopt;
  long answer = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
  return Failure{answer >= kRefused, said[0] != '\0' ? said.data() : curl_easy_strerror(code)};
}

void Smtp::take_back(Waiting waiting, const Failure& failure) {
  const std::string& to = waiting.letter.to;
  const std::string whom = to.substr(to.find('@') + 1);
  const bool last = failure.for_good || waiting.failures >= options_.waits.size();
  log_(last ? server::LogLevel::kError : server::LogLevel::kWarning, "mail",
       fmt::format("{}:{} did not take a letter for {}: {}; {}", options_.host, options_.port, whom,
                   failure.why, last ? "given up" : "tried again"));
  if (last) return;
  waiting.due = Steady::now() + options_.waits[waiting.failures];
  ++waiting.failures;
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(waiting));
}

}  // namespace tally::mail
