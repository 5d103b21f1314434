// Letters by SMTP (RFC 5321) to a server that takes them on, through libcurl.
//
// A letter waits in memory and is sent on a thread of its own. What failed for now (no connection,
// 4xx) is tried again after kSmtpWaits; what was refused (5xx), or failed each time, is logged and
// dropped: whoever waits for a code asks for another one. Nothing of a letter is logged but the
// domain that it was for.
//
// Ownership: borrows the world; owns one thread. The destructor gives up what waits.
// Thread-safety: send() from any thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "server/log.hpp"
#include "server/mail/letter.hpp"
#include "server/mail/smtp_options.hpp"
#include "server/world.hpp"

namespace tally::mail {

inline constexpr std::size_t kLettersMax = 1'000;  // That wait; more are dropped.

class Smtp {
 public:
  Smtp(SmtpOptions options, server::World& world, server::Log log);
  Smtp(const Smtp&) = delete;
  Smtp& operator=(const Smtp&) = delete;
  ~Smtp();

  // At once; the letter goes on its way.
  void send(Letter letter);

 private:
  using Steady = std::chrono::steady_clock;
  struct Waiting {
    Letter letter;
    std::size_t failures = 0;
    Steady::time_point due;
  };
  struct Failure {
    bool for_good = false;
    std::string why;
  };
  void run(const std::stop_token& stop);
  std::optional<Failure> deliver(const Letter& letter, const std::stop_token& stop);
  void take_back(Waiting waiting, const Failure& failure);

  SmtpOptions options_;
  server::World& world_;
  server::Log log_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Waiting> waiting_;
  std::jthread thread_;
};

}  // namespace tally::mail
