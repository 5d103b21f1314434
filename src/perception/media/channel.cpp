#include "perception/media/channel.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tally::media {
namespace {

struct ControlBuffer {
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int))> bytes{};
};

void attach(msghdr& header, ControlBuffer& control, int fd) {
  header.msg_control = control.bytes.data();
  header.msg_controllen = control.bytes.size();
  cmsghdr* part = CMSG_FIRSTHDR(&header);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(part), &fd, sizeof fd);
}

UniqueFd detach(msghdr& header) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(part), sizeof fd);
    return UniqueFd(fd);
  }
  return {};
}

}  // namespace

void UniqueFd::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

bool send_bytes(int socket, std::span<const std::byte> message, int fd_beside) {
  iovec part{const_cast<std::byte*>(message.data()), message.size()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  ControlBuffer control;
  if (fd_beside >= 0) attach(header, control, fd_beside);
  ssize_t sent = -1;
  do {
    sent = ::sendmsg(socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(message.size());
}

Receipt receive(int socket, Datagram& datagram, Waiting waiting, Descriptors descriptors) {
  iovec part{datagram.buffer.data(), datagram.buffer.size()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  ControlBuffer control;
  if (descriptors == Descriptors::kTakeOne) {
    header.msg_control = control.bytes.data();
    header.msg_controllen = control.bytes.size();
  }
  const int flags = MSG_CMSG_CLOEXEC | (waiting == Waiting::kReturnAtOnce ? MSG_DONTWAIT : 0);
  ssize_t received = -1;
  // A peer that ends with a message of ours unread leaves one ECONNRESET before what it had sent.
  do {
    received = ::recvmsg(socket, &header, flags);
  } while (received < 0 && (errno == EINTR || errno == ECONNRESET));
  if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Receipt::kNothingYet;
  if (received <= 0) return Receipt::kClosed;
  datagram.size = static_cast<std::size_t>(received);
  datagram.fd = descriptors == Descriptors::kTakeOne ? detach(header) : UniqueFd();
  return Receipt::kMessage;
}

}  // namespace tally::media
