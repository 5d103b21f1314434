#include "many_websockets.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/assert.hpp"

namespace tally::bench {
namespace {

using std::chrono::milliseconds;

constexpr int kTickMs = 5;
constexpr milliseconds kNoRoom{20};  // Before one that found connecting_max busy asks again.
constexpr std::size_t kAnswerBytesMax = 16U << 10U;

// A whole message from a client, masked with zeros (RFC 6455, 5.2).
std::string frame(int opcode, std::string_view payload) {
  std::string bytes(1, static_cast<char>(0x80 | opcode));
  TALLY_ASSERT(payload.size() <= 0xFFFF);
  if (payload.size() < 126) {
    bytes += static_cast<char>(0x80 | static_cast<int>(payload.size()));
  } else {
    bytes += static_cast<char>(0x80 | 126);
    bytes += static_cast<char>(payload.size() >> 8U);
    bytes += static_cast<char>(payload.size() & 0xFFU);
  }
  bytes.append(4, '\0');
  return bytes.append(payload);
}

struct ServerFrame {
  int opcode;
  std::string_view payload;
  std::size_t bytes;  // With its head; 0: it is not whole yet.
};

ServerFrame next_frame(std::string_view in) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(in[at]); };
  if (in.size() < 2) return {};
  std::size_t head = 2;
  std::uint64_t length = byte(1) & 0x7FU;
  if (length >= 126) {
    const std::size_t more = length == 126 ? 2 : 8;
    if (in.size() < head + more) return {};
    length = 0;
    for (std::size_t i = 0; i < more; ++i) length = length << 8U | byte(head + i);
    head += more;
  }
  if (in.size() - head < length) return {};
  const auto size = static_cast<std::size_t>(length);
  return {byte(0) & 0x0F, in.substr(head, size), head + size};
}

sockaddr_in endpoint(const std::string& address, std::uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  TALLY_ASSERT(::inet_pton(AF_INET, address.c_str(), &at.sin_addr) == 1);
  return at;
}

}  // namespace

ManyWebSockets::ManyWebSockets(Swarm swarm)
    : swarm_(std::move(swarm)),
      members_(swarm_.authorization.size()),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  TALLY_ASSERT(epoll_ >= 0 && swarm_.hello.size() == members_.size());
  const auto now = Clock::now();
  for (std::size_t i = 0; i < members_.size(); ++i) due_.push({now, i, Do::kConnect});
}

ManyWebSockets::~ManyWebSockets() {
  for (const Member& member : members_) {
    if (member.socket >= 0) ::close(member.socket);
  }
  ::close(epoll_);
}

void ManyWebSockets::run(Clock::time_point at_most, const std::function<bool()>& until) {
  std::array<epoll_event, 512> events{};
  for (auto now = Clock::now(); now < at_most && !until(); now = Clock::now()) {
    work_off_due(now);
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), kTickMs);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events.at(static_cast<std::size_t>(i));
      on_event(event.data.u64, event.events);
    }
  }
}

void ManyWebSockets::work_off_due(Clock::time_point now) {
  while (!due_.empty() && due_.top().at <= now) {
    const Due due = due_.top();
    due_.pop();
    if (due.what == Do::kConnect) {
      connect(due.member);
    } else if (members_[due.member].state == State::kOpen) {
      send(due.member, frame(1, swarm_.heartbeat));
      ++counts_.heartbeats;
      due_.push({due.at + swarm_.heartbeat_every, due.member, Do::kHeartbeat});
    }
  }
}

void ManyWebSockets::connect(std::size_t number) {
  Member& member = members_[number];
  if (connecting_ >= swarm_.connecting_max) {
    due_.push({Clock::now() + kNoRoom, number, Do::kConnect});
    return;
  }
  ++connecting_;
  ++member.tries;
  member.state = State::kConnecting;
  member.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (member.socket < 0) return lose(number, std::strerror(errno));
  const int on = 1;
  ::setsockopt(member.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!swarm_.sources.empty()) {
    // The port is chosen when it is known whereto: each source has all ports.
    ::setsockopt(member.socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    const sockaddr_in from = endpoint(swarm_.sources[number % swarm_.sources.size()], 0);
    if (::bind(member.socket, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) {
      return lose(number, std::strerror(errno));
    }
  }
  const sockaddr_in to = endpoint(swarm_.host, swarm_.port);
  const int done = ::connect(member.socket, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  if (done != 0 && errno != EINPROGRESS) return lose(number, std::strerror(errno));
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT;
  event.data.u64 = number;
  TALLY_ASSERT(::epoll_ctl(epoll_, EPOLL_CTL_ADD, member.socket, &event) == 0);
}

void ManyWebSockets::lose(std::size_t number, std::string_view why) {
  Member& member = members_[number];
  if (member.socket >= 0) ::close(member.socket);
  if (member.state == State::kOpen) {
    --counts_.open;
    ++counts_.lost;
  } else {
    --connecting_;
    ++counts_.failed;
  }
  counts_.last_failure = why;
  const std::int64_t tries = std::max<std::int64_t>(member.tries, 1);
  member = {};
  member.tries = tries;
  due_.push({Clock::now() + platform::delay_after(swarm_.backoff, tries, random_()), number,
             Do::kConnect});
}

void ManyWebSockets::on_event(std::size_t number, std::uint32_t events) {
  Member& member = members_[number];
  if (member.socket < 0) return;
  if (member.state == State::kConnecting && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) {
    int error = 0;
    socklen_t bytes = sizeof error;
    ::getsockopt(member.socket, SOL_SOCKET, SO_ERROR, &error, &bytes);
    if (error != 0) return lose(number, std::strerror(error));
    member.state = State::kUpgrading;
    send(number,
         fmt::format("GET {} HTTP/1.1\r\nHost: {}:{}\r\nAuthorization: {}\r\n"
                     "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                     "Sec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                     swarm_.target, swarm_.host, swarm_.port, swarm_.authorization[number]));
  } else if ((events & EPOLLOUT) != 0) {
    flush(number);
  }
  if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0 && members_[number].socket >= 0) {
    read(number);
  }
}

void ManyWebSockets::read(std::size_t number) {
  Member& member = members_[number];
  std::array<char, 16'384> bytes{};
  const ssize_t got = ::recv(member.socket, bytes.data(), bytes.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return lose(number, got == 0 ? "the server closed" : std::strerror(errno));
  member.in.append(bytes.data(), static_cast<std::size_t>(got));
  if (member.state == State::kUpgrading && !take_upgrade(number)) return;
  if (member.state == State::kOpen) take_frames(number);
}

bool ManyWebSockets::take_upgrade(std::size_t number) {
  Member& member = members_[number];
  const std::size_t end = member.in.find("\r\n\r\n");
  if (end == std::string::npos && member.in.size() < kAnswerBytesMax) return false;
  if (!member.in.starts_with("HTTP/1.1 101 ")) {
    lose(number, member.in.substr(0, member.in.find('\r')));
    return false;
  }
  member.in.erase(0, end + 4);
  member.state = State::kOpen;
  member.tries = 0;
  --connecting_;
  ++counts_.open;
  send(number, frame(1, swarm_.hello[number]));
  // From now on, spread as those of cabinets are that were switched on at any time.
  const auto first = std::chrono::milliseconds(
      random_() % static_cast<std::uint64_t>(swarm_.heartbeat_every.count()));
  due_.push({Clock::now() + first, number, Do::kHeartbeat});
  return members_[number].state == State::kOpen;
}

void ManyWebSockets::take_frames(std::size_t number) {
  Member& member = members_[number];
  std::size_t taken = 0;
  for (;;) {
    const ServerFrame next = next_frame(std::string_view(member.in).substr(taken));
    if (next.bytes == 0) break;
    taken += next.bytes;
    if (next.opcode == 1) ++counts_.messages;
    if (next.opcode == 8) return lose(number, "the server said goodbye");
    if (next.opcode == 9) send(number, frame(10, next.payload));
    if (members_[number].state != State::kOpen) return;
  }
  member.in.erase(0, taken);
  if (member.in.empty()) member.in = std::string();  // Ten thousand buffers would be in the way.
}

void ManyWebSockets::send(std::size_t number, std::string_view bytes) {
  members_[number].out.append(bytes);
  flush(number);
}

void ManyWebSockets::flush(std::size_t number) {
  Member& member = members_[number];
  while (!member.out.empty()) {
    const ssize_t sent = ::send(member.socket, member.out.data(), member.out.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno != EAGAIN) return lose(number, std::strerror(errno));
    if (sent < 0) break;
    member.out.erase(0, static_cast<std::size_t>(sent));
  }
  if (member.out.empty()) member.out = std::string();
  epoll_event event{};
  event.events = member.out.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT;
  event.data.u64 = number;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, member.socket, &event);
}

}  // namespace tally::bench
