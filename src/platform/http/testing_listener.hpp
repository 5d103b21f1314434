// For tests: a socket that listens at 127.0.0.1, at any free port.
#pragma once

#include <cstdint>

namespace tally::http {

class TestListener {
 public:
  TestListener();
  TestListener(const TestListener&) = delete;
  TestListener& operator=(const TestListener&) = delete;
  ~TestListener();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // Waits for a connection; the caller closes it. -1 once it is stopped.
  [[nodiscard]] int accept() const;
  void stop() const;  // From any thread.

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

}  // namespace tally::http
