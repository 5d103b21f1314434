#include "perception/media/decoder/canary.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "perception/media/decoder/sandbox.hpp"
#include "perception/media/decoder_fds.hpp"

namespace tally::media::decoder {
namespace {

constexpr std::uint64_t kMemoryMax = std::uint64_t{1} << 30U;

enum class Part : std::uint8_t { kAll, kLimitsOnly, kLandlockOnly };

struct Canary {
  std::string_view name;
  Part part;
  bool (*attempt)();
};

bool open_file() { return ::open("/etc/hostname", O_RDONLY | O_CLOEXEC) >= 0; }
bool make_file() { return ::open("/tmp", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600) >= 0; }
bool make_socket() { return ::socket(AF_INET, SOCK_STREAM, 0) >= 0; }
bool run_program() { return ::execl("/bin/true", "true", nullptr) == 0; }
bool fork_child() { return ::syscall(SYS_fork) >= 0; }
bool signal_other() { return ::kill(::getppid(), 0) == 0; }
bool trace() { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0; }
bool write_output() { return ::write(2, "", 0) == 0; }
bool read_plain() {
  char byte = 0;
  return ::read(kInputFd, &byte, 1) >= 0;
}
bool executable_memory() {
  return ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
         MAP_FAILED;
}
bool much_memory() {
  return ::mmap(nullptr, kMemoryMax, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
         MAP_FAILED;
}
bool many_files() {
  for (int count = 0; count <= kFdsMax; ++count) {
    if (::dup(2) < 0) return false;
  }
  return true;
}
bool connect_tcp() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // Landlock refuses with EACCES; without it the closed port would answer ECONNREFUSED.
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
         errno != EACCES;
}

constexpr std::array kCanaries{
    Canary{"open", Part::kAll, &open_file},
    Canary{"create", Part::kAll, &make_file},
    Canary{"socket", Part::kAll, &make_socket},
    Canary{"exec", Part::kAll, &run_program},
    Canary{"fork", Part::kAll, &fork_child},
    Canary{"kill", Part::kAll, &signal_other},
    Canary{"ptrace", Part::kAll, &trace},
    Canary{"write", Part::kAll, &write_output},
    Canary{"read", Part::kAll, &read_plain},
    Canary{"executable-memory", Part::kAll, &executable_memory},
    Canary{"landlock-open", Part::kLandlockOnly, &open_file},
    Canary{"landlock-create", Part::kLandlockOnly, &make_file},
    Canary{"landlock-connect", Part::kLandlockOnly, &connect_tcp},
    Canary{"limit-memory", Part::kLimitsOnly, &much_memory},
    Canary{"limit-files", Part::kLimitsOnly, &many_files},
};

Outcome<void> enter(Part part) {
  const SandboxPlan plan{Role::kDecode, kMemoryMax, 0};
  switch (part) {
    case Part::kAll:
      return enter_sandbox(plan);
    case Part::kLimitsOnly:
      return limit_resources(plan);
    case Part::kLandlockOnly:
      return deny_files_and_network();
  }
  return {};
}

}  // namespace

int run_canary(std::string_view name) {
  if (name == "nothing") return enter(Part::kAll) ? kCanaryAlive : kCanaryUnknown;
  const auto* canary = std::ranges::find(kCanaries, name, &Canary::name);
  if (canary == kCanaries.end() || !enter(canary->part)) return kCanaryUnknown;
  return canary->attempt() ? kCanaryEscaped : kCanaryRefused;
}

}  // namespace tally::media::decoder
