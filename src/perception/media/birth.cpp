#include "perception/media/birth.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <string_view>

namespace tally::media {
namespace {

constexpr int kDescriptors = 2;

// A datagram of some bytes with room for the descriptors. Stays where it is.
struct Parcel {
  explicit Parcel(std::span<char> text) : part{text.data(), text.size()} {
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
  }
  Parcel(const Parcel&) = delete;
  Parcel& operator=(const Parcel&) = delete;
  ~Parcel() = default;

  iovec part;
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(kDescriptors * sizeof(int))> control{};
  msghdr header{};
};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\0'), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

}  // namespace

bool send_birth(int nursery, const std::vector<std::string>& words, int socket, int input) {
  std::string text;
  for (const std::string& word : words) text += word + '\0';
  if (text.size() > kBirthBytesMax) return false;
  Parcel parcel(text);
  cmsghdr* rights = CMSG_FIRSTHDR(&parcel.header);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(kDescriptors * sizeof(int));
  const std::array<int, kDescriptors> fds{socket, input};
  std::memcpy(CMSG_DATA(rights), fds.data(), sizeof fds);
  ssize_t sent = -1;
  do {
    sent = ::sendmsg(nursery, &parcel.header, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(text.size());
}

bool receive_birth(int parent, Birth& birth) {
  std::array<char, kBirthBytesMax> text{};
  Parcel parcel(text);
  ssize_t received = -1;
  do {
    received = ::recvmsg(parent, &parcel.header, MSG_CMSG_CLOEXEC);
  } while (received < 0 && errno == EINTR);
  const cmsghdr* rights = received > 0 ? CMSG_FIRSTHDR(&parcel.header) : nullptr;
  if (rights == nullptr || rights->cmsg_type != SCM_RIGHTS ||
      rights->cmsg_len != CMSG_LEN(kDescriptors * sizeof(int))) {
    return false;
  }
  std::array<int, kDescriptors> fds{};
  std::memcpy(fds.data(), CMSG_DATA(rights), sizeof fds);
  birth.socket = UniqueFd(fds[0]);
  birth.input = UniqueFd(fds[1]);
  birth.words = words_of({text.data(), static_cast<std::size_t>(received)});
  return true;
}

void send_born(int parent, std::int32_t pid) { static_cast<void>(send_message(parent, pid)); }

bool receive_born(int nursery, int milliseconds, std::int32_t& pid) {
  pollfd waiting{nursery, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&waiting, 1, milliseconds);
  } while (ready < 0 && errno == EINTR);
  Datagram datagram;
  if (ready <= 0 || receive(nursery, datagram, Waiting::kReturnAtOnce, Descriptors::kRefuse) !=
                        Receipt::kMessage) {
    return false;
  }
  if (datagram.size != sizeof pid) return false;
  std::memcpy(&pid, datagram.buffer.data(), sizeof pid);
  return true;
}

}  // namespace tally::media
