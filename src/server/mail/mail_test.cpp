#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "server/mail/smtp.hpp"

namespace tally::mail {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// An SMTP server that says what it is told to: one connection after the other.
class Sink {
 public:
  Sink() {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    ::listen(listener_, 16);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { serve(); });
  }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  ~Sink() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // Answers to the first RCPTs; "250 ok" to all after them.
  void answer_rcpt(std::vector<std::string> answers) {
    const std::lock_guard lock(mutex_);
    rcpt_ = std::move(answers);
  }
  std::vector<std::string> wait_for(std::size_t letters) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return letters_.size() >= letters; });
    return letters_;
  }
  std::vector<std::string> commands() {
    const std::lock_guard lock(mutex_);
    return commands_;
  }
  std::ptrdiff_t heard(std::string_view verb) {
    return std::ranges::count_if(commands(), [&](const auto& it) { return it.starts_with(verb); });
  }

 private:
  static void say(int peer, std::string text) {
    text += "\r\n";
    EXPECT_EQ(::send(peer, text.data(), text.size(), MSG_NOSIGNAL), std::ssize(text));
  }

  void serve() {
    while (true) {
      const int peer = ::accept(listener_, nullptr, nullptr);
      if (peer < 0) return;
      talk(peer);
      ::close(peer);
    }
  }

  void talk(int peer) {
    say(peer, "220 sink");
    std::string got;
    bool data = false;
    std::array<char, 4096> buffer{};
    while (true) {
      const std::string end = data ? "\r\n.\r\n" : "\r\n";
      const std::size_t at = got.find(end);
      if (at == std::string::npos) {
        const ssize_t size = ::recv(peer, buffer.data(), buffer.size(), 0);
        if (size <= 0) return;
        got.append(buffer.data(), static_cast<std::size_t>(size));
        continue;
      }
      const std::string line = got.substr(0, at);
      got.erase(0, at + end.size());
      say(peer, std::exchange(data, false) ? take(line) : answer(line, data));
    }
  }

  std::string take(const std::string& letter) {
    const std::lock_guard lock(mutex_);
    letters_.push_back(letter);
    changed_.notify_all();
    return "250 taken";
  }

  std::string answer(const std::string& line, bool& data) {
    const std::lock_guard lock(mutex_);
    commands_.push_back(line);
    if (line.starts_with("EHLO")) return "250-sink\r\n250 AUTH PLAIN";
    if (line == "AUTH PLAIN") return "334 ";
    if (line == "AHRhbGx5AHNlY3JldA==") return "235 ok";  // NUL tally NUL secret
    if (line.starts_with("DATA")) return data = true, "354 go on";
    if (line.starts_with("RCPT") && !rcpt_.empty()) {
      const std::string said = rcpt_.front();
      rcpt_.erase(rcpt_.begin());
      return said;
    }
    return "250 ok";
  }

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> letters_;
  std::vector<std::string> commands_;
  std::vector<std::string> rcpt_;
  std::jthread thread_;
};

class SmtpTest : public testing::Test {
 protected:
  SmtpOptions options(SmtpSecurity security = SmtpSecurity::kNone) {
    return {.host = "127.0.0.1",
            .port = sink_.port(),
            .security = security,
            .sender = "tally <receipts@example.com>",
            .user = {},
            .password = {},
            .waits = {Duration(10), Duration(10), Duration(10)}};
  }
  server::Log log() {
    return [this](server::LogLevel level, std::string_view, std::string_view text) {
      const std::lock_guard lock(mutex_);
      logged_.push_back((level == server::LogLevel::kError ? "error: " : "warning: ") +
                        std::string(text));
      changed_.notify_all();
    };
  }
  std::vector<std::string> wait_for_logged(std::size_t lines) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return logged_.size() >= lines; });
    return logged_;
  }
  static Letter letter() {
    return {"ada@example.org", "Your code", "It is 042917.\nÀ bientôt.", "042917"};
  }

  Sink sink_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> logged_;
};

TEST_F(SmtpTest, ALetterArrivesWhole) {
  Smtp smtp(options(), server::real_world(), log());
  smtp.send(letter());
  const auto letters = sink_.wait_for(1);
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_THAT(letters[0], HasSubstr("\r\nFrom: tally <receipts@example.com>\r\n"
                                    "To: ada@example.org\r\nSubject: Your code\r\n"));
  EXPECT_THAT(letters[0], HasSubstr("\r\n\r\nSXQgaXMgMDQyOTE3Lg0Kw4AgYmllbnTDtHQu"));
  EXPECT_THAT(sink_.commands(), Contains(StartsWith("MAIL FROM:<receipts@example.com>")));
  EXPECT_THAT(sink_.commands(), Contains(StartsWith("RCPT TO:<ada@example.org>")));
  EXPECT_EQ(sink_.heard("AUTH"), 0);
}

TEST_F(SmtpTest, AUserSignsIn) {
  SmtpOptions with_user = options();
  with_user.user = "tally";
  with_user.password = "secret";
  Smtp smtp(with_user, server::real_world(), log());
  smtp.send(letter());
  EXPECT_EQ(sink_.wait_for(1).size(), 1U);
  EXPECT_EQ(sink_.heard("AUTH PLAIN"), 1);
}

TEST_F(SmtpTest, WhatFailedForNowIsTriedAgain) {
  sink_.answer_rcpt({"451 later", "450 later"});
  Smtp smtp(options(), server::real_world(), log());
  smtp.send(letter());
  EXPECT_EQ(sink_.wait_for(1).size(), 1U);
  EXPECT_EQ(sink_.heard("RCPT"), 3);
  const auto logged = wait_for_logged(2);
  ASSERT_EQ(logged.size(), 2U);
  EXPECT_THAT(logged[0], StartsWith("warning: "));
  EXPECT_THAT(logged[0], HasSubstr("a letter for example.org"));
  EXPECT_THAT(logged[0], Not(HasSubstr("ada")));
}

TEST_F(SmtpTest, AndGivenUpInTheEnd) {
  sink_.answer_rcpt({"451 no", "451 no", "451 no", "451 no"});
  Smtp smtp(options(), server::real_world(), log());
  smtp.send(letter());
  const auto logged = wait_for_logged(4);
  ASSERT_EQ(logged.size(), 4U);
  EXPECT_THAT(logged[3], StartsWith("error: "));
  smtp.send(letter());
  EXPECT_EQ(sink_.wait_for(1).size(), 1U);
  EXPECT_EQ(sink_.heard("RCPT"), 5);
}

TEST_F(SmtpTest, WhatIsRefusedIsNotTriedAgain) {
  sink_.answer_rcpt({"550 nobody here"});
  Smtp smtp(options(), server::real_world(), log());
  smtp.send(letter());
  smtp.send(letter());
  EXPECT_EQ(sink_.wait_for(1).size(), 1U);
  EXPECT_EQ(sink_.heard("RCPT"), 2);
  EXPECT_THAT(wait_for_logged(1), ElementsAre(StartsWith("error: ")));
}

TEST_F(SmtpTest, NothingIsSentInClearWhereTlsIsAsked) {
  for (const SmtpSecurity security : {SmtpSecurity::kStartTls, SmtpSecurity::kTls}) {
    SmtpOptions safe = options(security);
    safe.user = "tally";
    safe.password = "secret";
    safe.deadline = std::chrono::seconds(2);
    Smtp smtp(safe, server::real_world(), log());
    smtp.send(letter());
    EXPECT_THAT(wait_for_logged(1), Not(IsEmpty()));
  }
  EXPECT_EQ(sink_.heard("AUTH"), 0);
  EXPECT_EQ(sink_.heard("MAIL"), 0);
}

TEST_F(SmtpTest, TheEndDoesNotWaitForAServerThatIsAway) {
  SmtpOptions away = options();
  away.waits = {std::chrono::hours(1), std::chrono::hours(1), std::chrono::hours(1)};
  sink_.answer_rcpt({"451 later"});
  {
    Smtp smtp(away, server::real_world(), log());
    smtp.send(letter());
    wait_for_logged(1);
  }
  EXPECT_THAT(wait_for_logged(2), Contains(HasSubstr("1 letters were not sent")));
}

TEST(Letters, HeadersTakeNoLinesFromWithin) {
  const std::string message = message_of({"a@b.org\r\nBcc: all@b.org", "Größe\r\nX: y", "t", ""},
                                         "x@example.com", "id", Instant{});
  EXPECT_THAT(message, Not(HasSubstr("\nBcc")));
  EXPECT_THAT(message, Not(HasSubstr("\nX:")));
  EXPECT_THAT(message, HasSubstr("\r\nSubject: =?UTF-8?B?R3LDtsOfZSAgWDogeQ==?=\r\n"));
  EXPECT_THAT(message, StartsWith("Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n"));
  EXPECT_THAT(message, HasSubstr("\r\nMessage-ID: <id@example.com>\r\n"));
}

TEST(Letters, KnowTheAddressOfASender) {
  EXPECT_EQ(address_of("tally <receipts@example.com>"), "receipts@example.com");
  EXPECT_EQ(address_of("receipts@example.com"), "receipts@example.com");
  for (const char* none : {"", "tally", "tally <x", "<@b>", "a@", "a b@c", "x <a@b> c <d"}) {
    EXPECT_EQ(address_of(none), "") << none;
  }
}

}  // namespace
}  // namespace tally::mail
