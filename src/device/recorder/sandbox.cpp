#include "device/recorder/sandbox.hpp"

#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <initializer_list>
#include <memory>

#if __has_feature(address_sanitizer)
#define TALLY_SANITIZED 1
#else
#define TALLY_SANITIZED 0
#endif

namespace tally::device::recorder {
namespace {

[[maybe_unused]] constexpr rlim_t kMemoryBytesMax = rlim_t{768} << 20U;

constexpr std::array kPlainCalls{
    SCMP_SYS(munmap),        SCMP_SYS(mremap),
    SCMP_SYS(brk),           SCMP_SYS(madvise),
    SCMP_SYS(futex),         SCMP_SYS(poll),
    SCMP_SYS(close),         SCMP_SYS(exit),
    SCMP_SYS(exit_group),    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),     SCMP_SYS(restart_syscall),
#if TALLY_SANITIZED
    SCMP_SYS(sigaltstack),   SCMP_SYS(sched_yield),
    SCMP_SYS(gettid),        SCMP_SYS(getpid),
    SCMP_SYS(readlink),      SCMP_SYS(rt_sigprocmask),
#endif
};

scmp_arg_cmp is(unsigned argument, int value) {
  return {argument, SCMP_CMP_EQ, static_cast<scmp_datum_t>(value), 0};
}

scmp_arg_cmp lacks(unsigned argument, int bits) {
  return {argument, SCMP_CMP_MASKED_EQ, static_cast<scmp_datum_t>(bits), 0};
}

bool allow(scmp_filter_ctx filter, int call, std::initializer_list<scmp_arg_cmp> conditions = {}) {
  return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call,
                                static_cast<unsigned>(conditions.size()),
                                std::data(conditions)) == 0;
}

bool limit(__rlimit_resource resource, rlim_t value) {
  const rlimit both{value, value};
  return ::setrlimit(resource, &both) == 0;
}

}  // namespace

bool give_up_privileges() {
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && limit(RLIMIT_CORE, 0);
}

bool enter_player_sandbox(int input) {
  if (!give_up_privileges()) return false;
#if !TALLY_SANITIZED
  if (!limit(RLIMIT_AS, kMemoryBytesMax)) return false;
#endif
  const std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter(seccomp_init(SCMP_ACT_KILL_PROCESS),
                                                                &seccomp_release);
  bool good = filter != nullptr;
  for (const int call : kPlainCalls) good = good && allow(filter.get(), call);
  good = good && allow(filter.get(), SCMP_SYS(mmap), {lacks(2, PROT_EXEC)}) &&
         allow(filter.get(), SCMP_SYS(mprotect), {lacks(2, PROT_EXEC)}) &&
         allow(filter.get(), SCMP_SYS(read), {is(0, input)}) &&
         allow(filter.get(), SCMP_SYS(lseek), {is(0, input)}) &&
         allow(filter.get(), SCMP_SYS(write), {is(0, STDOUT_FILENO)}) &&
         allow(filter.get(), SCMP_SYS(write), {is(0, STDERR_FILENO)});
  return good && seccomp_load(filter.get()) == 0;
}

}  // namespace tally::device::recorder
