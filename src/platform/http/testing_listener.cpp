#include "platform/http/testing_listener.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.hpp"

namespace tally::http {

TestListener::TestListener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t bytes = sizeof at;
  auto* address = reinterpret_cast<sockaddr*>(&at);
  TALLY_ASSERT(::bind(socket_, address, bytes) == 0 && ::listen(socket_, 8) == 0);
  TALLY_ASSERT(::getsockname(socket_, address, &bytes) == 0);
  port_ = ntohs(at.sin_port);
}

TestListener::~TestListener() { ::close(socket_); }

int TestListener::accept() const { return ::accept(socket_, nullptr, nullptr); }

void TestListener::stop() const { ::shutdown(socket_, SHUT_RDWR); }

}  // namespace tally::http
