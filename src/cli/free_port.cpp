#include "cli/free_port.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/cli_error.hpp"

namespace tally::cli {

Result<std::uint16_t> free_port() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound = listener >= 0 && ::bind(listener, generic, size) == 0 &&
                     ::getsockname(listener, generic, &size) == 0;
  if (listener >= 0) ::close(listener);
  if (!bound) return fail(CliError::kSomeFailed, "no TCP port is free on 127.0.0.1");
  return ntohs(address.sin_port);
}

}  // namespace tally::cli
