#include "server/identity/sign_in.hpp"

#include <algorithm>

#include "base/digest.hpp"
#include "base/secret.hpp"
#include "server/identity/contact.hpp"
#include "server/identity/identity_error.hpp"
#include "server/identity/sign_in_record.hpp"

namespace tally::identity {
namespace {

using platform::Transaction;

struct Failures {
  std::int64_t count = 0;
  Instant last;
};

Result<Failures> failures_of(Transaction& transaction, const TenantId& tenant,
                             const std::string& email_sha256, Instant now) {
  const auto row = transaction.query_one<std::int64_t, Instant>(
      "SELECT failures, failed_at FROM sign_in_failures WHERE tenant = $1 AND email_sha256 = $2",
      tenant, email_sha256);
  if (!row) return std::unexpected(row.error());
  if (!*row) return Failures{};
  const auto& [count, last] = **row;
  return now - last >= kFailuresForgotten ? Failures{} : Failures{count, last};
}

Result<void> check_unlocked(const Failures& failures, Instant now) {
  const Instant until = failures.last + lock_after(failures.count);
  if (failures.count == 0 || now >= until) return {};
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(until - now);
  return fail(IdentityError::kTries,
              fmt::format("too many failures to sign in with this e-mail address: wait {} s",
                          seconds.count()));
}

// The user whose attempt succeeded.
Result<User> succeeded(Transaction& transaction, const SignInAttempt& attempt,
                       bool password_is_right) {
  const auto refused = [] {
    return fail(IdentityError::kPassword, "e-mail address or password is wrong");
  };
  if (!attempt.user || !password_is_right) return refused();
  const auto now_known = transaction.query_one<std::string>(
      "SELECT password_hash FROM users WHERE tenant = $1 AND id = $2", attempt.tenant,
      *attempt.user);
  if (!now_known) return std::unexpected(now_known.error());
  if (!*now_known || !same_secret(std::get<0>(**now_known), attempt.known.hash)) return refused();
  auto user = find_user(transaction, attempt.tenant, *attempt.user);
  if (!user) return std::unexpected(std::move(user.error()));
  if (!*user) return refused();
  if ((*user)->disabled) {
    return fail(IdentityError::kDisabled, "this account is disabled: ask an owner to enable it");
  }
  if (auto cleared = forget_failures(transaction, attempt.tenant, attempt.email); !cleared) {
    return std::unexpected(std::move(cleared.error()));
  }
  return std::move(**user);
}

}  // namespace

Duration lock_after(std::int64_t failures) {
  if (failures < kFailuresFree) return Duration::zero();
  constexpr std::int64_t kDoublingsMax = 10;  // Beyond kLockMax by far.
  const auto doublings = std::min(failures - kFailuresFree, kDoublingsMax);
  return std::min(kFirstLock * (std::int64_t{1} << doublings), kLockMax);
}

Result<void> forget_failures(Transaction& transaction, const TenantId& tenant,
                             std::string_view email) {
  const auto gone =
      transaction.execute("DELETE FROM sign_in_failures WHERE tenant = $1 AND email_sha256 = $2",
                          tenant, sha256_hex(email));
  if (!gone) return std::unexpected(gone.error());
  return {};
}

Result<SignInAttempt> begin_sign_in(Transaction& transaction, const TenantId& tenant,
                                    std::string_view email, Instant now) {
  auto normal = normalise_email(email);
  if (!normal) return std::unexpected(std::move(normal.error()));
  const std::string email_sha256 = sha256_hex(*normal);
  const auto failures = failures_of(transaction, tenant, email_sha256, now);
  if (!failures) return std::unexpected(failures.error());
  if (auto open = check_unlocked(*failures, now); !open) {
    return std::unexpected(std::move(open.error()));
  }
  const auto counted = transaction.execute(
      "INSERT INTO sign_in_failures (tenant, email_sha256, failures, failed_at) "
      "VALUES ($1, $2, $3, $4) ON CONFLICT (tenant, email_sha256) "
      "DO UPDATE SET failures = $3, failed_at = $4",
      tenant, email_sha256, failures->count + 1, now);
  if (!counted) return std::unexpected(counted.error());
  auto row = transaction.query_one<UserId, std::string>(
      "SELECT id, password_hash FROM users WHERE tenant = $1 AND email = $2", tenant, *normal);
  if (!row) return std::unexpected(std::move(row.error()));
  SignInAttempt attempt{tenant, std::move(*normal), std::nullopt, {}};
  if (*row) {
    attempt.user = std::move(std::get<0>(**row));
    attempt.known.hash = std::move(std::get<1>(**row));
  }
  return attempt;
}

Result<UserSignedIn> finish_sign_in(Transaction& transaction, server::World& world,
                                    const SignInAttempt& attempt, bool password_is_right,
                                    std::string_view agent) {
  auto user = succeeded(transaction, attempt, password_is_right);
  if (!user) return std::unexpected(std::move(user.error()));
  auto session = start_session(transaction, world, user->tenant, user->id, agent);
  if (!session) return std::unexpected(std::move(session.error()));
  return UserSignedIn{std::move(*user), std::move(*session)};
}

Result<User> change_own_password(Transaction& transaction, const SignInAttempt& attempt,
                                 bool password_is_right, const HashedPassword& password,
                                 const std::optional<WebSessionId>& kept) {
  auto user = succeeded(transaction, attempt, password_is_right);
  if (!user) return user;
  const auto changed =
      transaction.execute("UPDATE users SET password_hash = $3 WHERE tenant = $1 AND id = $2",
                          user->tenant, user->id, password.hash);
  if (!changed) return std::unexpected(changed.error());
  const auto ended = end_sessions(transaction, user->tenant, user->id.text(), kept);
  if (!ended) return std::unexpected(ended.error());
  return user;
}

}  // namespace tally::identity
