#include "perception/media/decoder/sandbox.hpp"

#include <linux/landlock.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <initializer_list>
#include <iterator>
#include <memory>

#include "perception/media/decoder_fds.hpp"

#if __has_feature(address_sanitizer)
#define TALLY_SANITIZED 1
#else
#define TALLY_SANITIZED 0
#endif

namespace tally::media::decoder {
namespace {

constexpr rlim_t kCpuSecondsMax = 1800;

std::unexpected<Failure> no_sandbox(const char* what) {
  return failed(MediaError::kDecoderFailed,
                std::string("tally-decoder can't enter its sandbox (") + what +
                    "); nothing was decoded: allow it seccomp filters and lower limits");
}

bool limit(__rlimit_resource resource, rlim_t value) {
  const rlimit both{value, value};
  return ::setrlimit(resource, &both) == 0;
}

// The kernel's structures as of ABI 6; older kernels take the first `size` bytes of it.
struct LandlockRuleset {
  std::uint64_t files = 0;
  std::uint64_t network = 0;
  std::uint64_t scopes = 0;
};
constexpr std::array<std::uint64_t, 6> kFileRightsOfAbi{0, 0x1FFF, 0x3FFF, 0x7FFF, 0x7FFF, 0xFFFF};
constexpr std::uint64_t kBindAndConnectTcp = 0x3;
constexpr std::uint64_t kAbstractSocketsAndSignals = 0x3;

// Every call a decoder may make, whatever its arguments: memory it has, waiting, time, and the end.
constexpr std::array kPlainCalls{
    SCMP_SYS(munmap),          SCMP_SYS(mremap),        SCMP_SYS(brk),
    SCMP_SYS(madvise),         SCMP_SYS(futex),         SCMP_SYS(poll),
    SCMP_SYS(close),           SCMP_SYS(exit),          SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn),    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
    SCMP_SYS(restart_syscall),
};

#if TALLY_SANITIZED
constexpr std::array kSanitizerCalls{
    SCMP_SYS(sigaltstack), SCMP_SYS(sched_yield), SCMP_SYS(gettid),         SCMP_SYS(getpid),
    SCMP_SYS(write),       SCMP_SYS(readlink),    SCMP_SYS(rt_sigprocmask),
};
#endif

class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_KILL_PROCESS), &seccomp_release) {
    good_ = context_ != nullptr &&
            seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0;
  }
  void allow(int call, std::initializer_list<scmp_arg_cmp> conditions = {}) {
    good_ = good_ && seccomp_rule_add_array(context_.get(), SCMP_ACT_ALLOW, call,
                                            static_cast<unsigned>(conditions.size()),
                                            std::data(conditions)) == 0;
  }
  bool load() { return good_ && seccomp_load(context_.get()) == 0; }

 private:
  std::unique_ptr<void, void (*)(scmp_filter_ctx)> context_;
  bool good_ = false;
};

scmp_arg_cmp is(unsigned argument, int value) {
  return {argument, SCMP_CMP_EQ, static_cast<scmp_datum_t>(value), 0};
}

// MASKED_EQ: the argument, with all but these bits cleared, equals zero.
scmp_arg_cmp lacks(unsigned argument, int bits) {
  return {argument, SCMP_CMP_MASKED_EQ, static_cast<scmp_datum_t>(bits), 0};
}

void on_alarm(int /*signal*/) {
  const int error = errno;
  pollfd reader{kSocketFd, 0, 0};
  if (::poll(&reader, 1, 0) > 0 && (reader.revents & (POLLHUP | POLLERR)) != 0) ::_exit(1);
  errno = error;
}

}  // namespace

Outcome<void> limit_resources(const SandboxPlan& plan) {
  bool good = limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, plan.output_bytes_max) &&
              limit(RLIMIT_NOFILE, kFdsMax) && limit(RLIMIT_CPU, kCpuSecondsMax);
#if !TALLY_SANITIZED
  good = good && limit(RLIMIT_AS, plan.memory_bytes_max);
#endif
  if (!good) return no_sandbox("resource limits");
  return {};
}

Outcome<void> deny_files_and_network() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return no_sandbox("no_new_privs");
  const long abi =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) return {};
  LandlockRuleset ruleset;
  ruleset.files =
      kFileRightsOfAbi[std::min(static_cast<std::size_t>(abi), kFileRightsOfAbi.size() - 1)];
  std::size_t size = sizeof ruleset.files;
  if (abi >= 4) {
    ruleset.network = kBindAndConnectTcp;
    size += sizeof ruleset.network;
  }
  if (abi >= 6) {
    ruleset.scopes = kAbstractSocketsAndSignals;
    size += sizeof ruleset.scopes;
  }
  const long rules = ::syscall(SYS_landlock_create_ruleset, &ruleset, size, 0);
  if (rules < 0) return no_sandbox("landlock");
  // No rule is added: what the ruleset names is denied everywhere.
  const long entered = ::syscall(SYS_landlock_restrict_self, rules, 0);
  ::close(static_cast<int>(rules));
  if (entered != 0) return no_sandbox("landlock");
  return {};
}

Outcome<void> allow_few_calls(Role role) {
  Filter filter;
  for (const int call : kPlainCalls) filter.allow(call);
#if TALLY_SANITIZED
  for (const int call : kSanitizerCalls) filter.allow(call);
#endif
  filter.allow(SCMP_SYS(mmap), {lacks(2, PROT_EXEC)});
  filter.allow(SCMP_SYS(mprotect), {lacks(2, PROT_EXEC)});
  filter.allow(SCMP_SYS(sendmsg), {is(0, kSocketFd)});
  filter.allow(SCMP_SYS(recvmsg), {is(0, kSocketFd)});
  filter.allow(SCMP_SYS(pread64), {is(0, kInputFd)});
  if (role == Role::kClip) {
    filter.allow(SCMP_SYS(write), {is(0, kReceivedFd)});
    filter.allow(SCMP_SYS(lseek), {is(0, kReceivedFd)});
  }
  if (!filter.load()) return no_sandbox("seccomp");
  return {};
}

Outcome<void> enter_sandbox(const SandboxPlan& plan) {
  if (auto limited = limit_resources(plan); !limited) return limited;
  if (auto denied = deny_files_and_network(); !denied) return denied;
  return allow_few_calls(plan.role);
}

void end_with_reader() {
  struct sigaction action{};
  action.sa_handler = &on_alarm;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGALRM, &action, nullptr);
  const itimerval every_second{{1, 0}, {1, 0}};
  ::setitimer(ITIMER_REAL, &every_second, nullptr);
}

}  // namespace tally::media::decoder
