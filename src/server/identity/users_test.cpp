#include "server/identity/users.hpp"

#include <gmock/gmock.h>

#include "server/identity/authenticate.hpp"
#include "server/identity/identity_error.hpp"
#include "server/identity/identity_test_support.hpp"
#include "server/identity/sign_in.hpp"

namespace tally::identity {
namespace {

using testing::outcome_of;
using testing::Transaction;

class UsersTest : public testing::IdentityTest {
 protected:
  Result<SignInAttempt> begin(const std::string& email) {
    return write([&](Transaction& t) { return begin_sign_in(t, ours_, email, world_.now()); });
  }
  Result<UserSignedIn> finish(const SignInAttempt& attempt, bool right) {
    return write(
        [&](Transaction& t) { return finish_sign_in(t, world_, attempt, right, "browser"); });
  }
  Result<UserSignedIn> sign_in(const std::string& email) {
    const auto attempt = begin(email);
    return attempt ? finish(*attempt, true) : std::unexpected(attempt.error());
  }
  Result<User> change(const UserId& id, const UserChange& wish) {
    return write([&](Transaction& t) { return change_user(t, ours_, id, wish); });
  }
  std::string authenticated(const std::string& token) {
    return outcome_of(read([&](Transaction& t) { return authenticate(t, token, world_.now()); }));
  }
};
TALLY_ON_BOTH_STORES(UsersTest);

TEST_P(UsersTest, SetUpMakesTheFirstOwnerOnce) {
  const NewTenant wish{" Corner Shop ", {"Anna@Example.org", "Anna", Role::kViewer, {"hash"}}};
  const auto first = made([&](Transaction& t) { return set_up(t, world_, wish); });
  EXPECT_EQ(first.tenant.name, "Corner Shop");
  EXPECT_EQ(first.owner.role, Role::kOwner);
  EXPECT_EQ(first.owner.email, "anna@example.org");
  EXPECT_EQ(first.owner.tenant, first.tenant.id);
  EXPECT_EQ(outcome_of(write([&](Transaction& t) { return set_up(t, world_, wish); })),
            "identity.taken");
  EXPECT_EQ(made([](Transaction& t) { return only_tenant(t); })->id, first.tenant.id);
  made([&](Transaction& t) { return add_tenant(t, world_, wish); });
  EXPECT_FALSE(made([](Transaction& t) { return only_tenant(t); }));
  EXPECT_EQ(made([](Transaction& t) { return list_tenants(t); }).size(), 2U);
  EXPECT_EQ(made([&](Transaction& t) { return rename_tenant(t, first.tenant.id, "Kiosk"); }).name,
            "Kiosk");
  EXPECT_EQ(outcome_of(write([&](Transaction& t) { return rename_tenant(t, ours_, "Kiosk"); })),
            "identity.unknown");
}

TEST_P(UsersTest, AnAddressIsUniqueInItsTenant) {
  user(ours_, "anna@example.org", Role::kOwner);
  const NewUser again{"ANNA@example.org", "Another", Role::kViewer, {"hash"}};
  EXPECT_EQ(outcome_of(write([&](Transaction& t) { return add_user(t, world_, ours_, again); })),
            "identity.taken");
  EXPECT_EQ(outcome_of(write([&](Transaction& t) { return add_user(t, world_, theirs_, again); })),
            "");
}

TEST_P(UsersTest, AreStaff) {
  for (const Role role : {Role::kNobody, Role::kShopper, Role::kDevice}) {
    const NewUser wish{"b@example.org", "B", role, {"hash"}};
    EXPECT_EQ(outcome_of(write([&](Transaction& t) { return add_user(t, world_, ours_, wish); })),
              "identity.invalid");
  }
  const User anna = user(ours_, "anna@example.org", Role::kOwner);
  user(ours_, "b@example.org", Role::kOwner);
  EXPECT_EQ(outcome_of(change(anna.id, {.role = Role::kShopper})), "identity.invalid");
}

TEST_P(UsersTest, TheLastOwnerStays) {
  const User anna = user(ours_, "anna@example.org", Role::kOwner);
  const User berta = user(ours_, "berta@example.org", Role::kOperator);
  user(theirs_, "carla@example.org", Role::kOwner);
  EXPECT_EQ(outcome_of(change(anna.id, {.role = Role::kOperator})), "identity.last_owner");
  EXPECT_EQ(outcome_of(change(anna.id, {.disabled = true})), "identity.last_owner");
  const auto remove = [&](const UserId& id) {
    return outcome_of(write([&](Transaction& t) { return remove_user(t, ours_, id); }));
  };
  EXPECT_EQ(remove(anna.id), "identity.last_owner");
  EXPECT_EQ(made([&](Transaction& t) { return find_user(t, ours_, anna.id); })->role, Role::kOwner);

  EXPECT_EQ(outcome_of(change(berta.id, {.role = Role::kOwner})), "");
  EXPECT_EQ(outcome_of(change(anna.id, {.disabled = true})), "");
  EXPECT_EQ(remove(berta.id), "identity.last_owner");  // Anna's is disabled.
  EXPECT_EQ(remove(anna.id), "");
  EXPECT_EQ(remove(anna.id), "identity.unknown");
}

TEST_P(UsersTest, SignInAndOut) {
  const User anna = user(ours_, "anna@example.org", Role::kReviewer);
  const auto signed_in = sign_in(" Anna@example.org");
  ASSERT_TRUE(signed_in) << signed_in.error().message;
  EXPECT_EQ(signed_in->user.id, anna.id);
  const std::string& token = signed_in->session.token;
  const auto known =
      made([&](Transaction& t) { return authenticate(t, token, world_.now()); }).principal;
  EXPECT_EQ(known.role, Role::kReviewer);
  EXPECT_EQ(known.tenant, ours_);
  EXPECT_EQ(known.id, anna.id.text());
  EXPECT_EQ(known.method, "session");
  made([&](Transaction& t) -> Result<int> {
    if (auto ended = end_session(t, token); !ended) return std::unexpected(ended.error());
    return 0;
  });
  EXPECT_EQ(authenticated(token), "identity.credential");
}

// Nothing that can be seen differs between an address that is known and one that is not.
TEST_P(UsersTest, AWrongPasswordAndAnUnknownAddressLookAlike) {
  user(ours_, "anna@example.org", Role::kOwner);
  std::vector<std::vector<std::string>> seen;
  for (const char* email : {"anna@example.org", "nobody@example.org"}) {
    std::vector<std::string>& words = seen.emplace_back();
    for (int i = 0; i < kFailuresFree + 1; ++i) {
      const auto attempt = begin(email);
      words.push_back(attempt ? finish(*attempt, false).error().message : attempt.error().message);
    }
  }
  EXPECT_EQ(seen[0], seen[1]);
  // Even if the password of nobody were called right.
  const auto attempt = begin("nobody2@example.org");
  EXPECT_EQ(outcome_of(finish(attempt.value(), true)), "identity.password");
}

TEST_P(UsersTest, FailuresLockAnAddressForLongerAndLonger) {
  EXPECT_EQ(lock_after(kFailuresFree - 1), Duration::zero());
  EXPECT_EQ(lock_after(kFailuresFree), kFirstLock);
  EXPECT_EQ(lock_after(kFailuresFree + 1), 2 * kFirstLock);
  EXPECT_EQ(lock_after(1'000'000), kLockMax);

  user(ours_, "anna@example.org", Role::kOwner);
  for (int i = 0; i < kFailuresFree; ++i) {
    ASSERT_EQ(outcome_of(finish(begin("anna@example.org").value(), false)), "identity.password");
  }
  EXPECT_EQ(outcome_of(sign_in("anna@example.org")), "identity.tries");
  EXPECT_EQ(outcome_of(write([&](Transaction& t) {
              return begin_sign_in(t, theirs_, "anna@example.org", world_.now());
            })),
            "");
  world_.pass(kFirstLock - Duration(1));
  EXPECT_EQ(outcome_of(sign_in("anna@example.org")), "identity.tries");
  world_.pass(Duration(1));
  EXPECT_EQ(outcome_of(finish(begin("anna@example.org").value(), false)), "identity.password");
  world_.pass(kFirstLock);
  EXPECT_EQ(outcome_of(sign_in("anna@example.org")), "identity.tries");
  world_.pass(kFirstLock);
  EXPECT_EQ(outcome_of(sign_in("anna@example.org")), "");
  // Success has cleared it.
  EXPECT_EQ(outcome_of(finish(begin("anna@example.org").value(), false)), "identity.password");
  EXPECT_EQ(outcome_of(sign_in("anna@example.org")), "");
}

TEST_P(UsersTest, AttemptsThatDoNotComeBackAreFailures) {
  user(ours_, "anna@example.org", Role::kOwner);
  for (int i = 0; i < kFailuresFree; ++i) ASSERT_TRUE(begin("anna@example.org"));
  EXPECT_EQ(outcome_of(begin("anna@example.org")), "identity.tries");
}

TEST_P(UsersTest, FailuresAreForgottenAfterADay) {
  for (int i = 0; i < kFailuresFree - 1; ++i) ASSERT_TRUE(begin("anna@example.org"));
  world_.pass(kFailuresForgotten);
  ASSERT_TRUE(begin("anna@example.org"));
  EXPECT_TRUE(begin("anna@example.org"));
  EXPECT_EQ(made([&](Transaction& t) { return purge_identity(t, world_.now()); }), 0);
  EXPECT_EQ(
      made([&](Transaction& t) { return purge_identity(t, world_.now() + kFailuresForgotten); }),
      1);
}

TEST_P(UsersTest, WhoIsDisabledIsOutAtOnceAndToldSoOnlyWithTheRightPassword) {
  user(ours_, "owner@example.org", Role::kOwner);
  const User anna = user(ours_, "anna@example.org", Role::kViewer);
  const auto token = sign_in("anna@example.org").value().session.token;
  EXPECT_EQ(authenticated(token), "");
  ASSERT_TRUE(change(anna.id, {.disabled = true}));
  EXPECT_EQ(authenticated(token), "identity.credential");
  EXPECT_EQ(outcome_of(sign_in("anna@example.org")), "identity.disabled");
  EXPECT_EQ(outcome_of(finish(begin("anna@example.org").value(), false)), "identity.password");
  ASSERT_TRUE(change(anna.id, {.disabled = false}));
  EXPECT_EQ(authenticated(token), "identity.credential");  // The session does not come back.
}

TEST_P(UsersTest, ARoleCountsFromTheNextRequestOn) {
  user(ours_, "owner@example.org", Role::kOwner);
  const User anna = user(ours_, "anna@example.org", Role::kOperator);
  const auto token = sign_in("anna@example.org").value().session.token;
  ASSERT_TRUE(change(anna.id, {.name = "Anna B", .role = Role::kViewer}));
  EXPECT_EQ(
      made([&](Transaction& t) { return authenticate(t, token, world_.now()); }).principal.role,
      Role::kViewer);
  EXPECT_EQ(made([&](Transaction& t) { return find_user(t, ours_, anna.id); })->name, "Anna B");
}

TEST_P(UsersTest, ANewPasswordEndsTheOtherSessions) {
  user(ours_, "anna@example.org", Role::kOwner, "old");
  const auto here = sign_in("anna@example.org").value().session;
  const auto elsewhere = sign_in("anna@example.org").value().session;
  const auto change_it = [&](const SignInAttempt& attempt, bool right) {
    return outcome_of(write([&](Transaction& t) {
      return change_own_password(t, attempt, right, {"new"}, here.session.id);
    }));
  };
  const auto late = begin("anna@example.org").value();
  EXPECT_EQ(change_it(begin("anna@example.org").value(), false), "identity.password");
  EXPECT_EQ(authenticated(elsewhere.token), "");
  EXPECT_EQ(change_it(begin("anna@example.org").value(), true), "");
  EXPECT_EQ(authenticated(here.token), "");
  EXPECT_EQ(authenticated(elsewhere.token), "identity.credential");
  // The password that was verified is not the password any more.
  EXPECT_EQ(outcome_of(finish(late, true)), "identity.password");
  EXPECT_EQ(begin("anna@example.org").value().known.hash, "new");
}

TEST_P(UsersTest, AResetPasswordEndsAllSessionsAndUnlocks) {
  const User anna = user(ours_, "anna@example.org", Role::kOwner);
  const auto token = sign_in("anna@example.org").value().session.token;
  for (int i = 0; i < kFailuresFree; ++i) ASSERT_TRUE(begin("anna@example.org"));
  ASSERT_FALSE(begin("anna@example.org"));
  made([&](Transaction& t) -> Result<int> {
    auto done = reset_password(t, ours_, anna.id, {"new"});
    if (!done) return std::unexpected(done.error());
    return 0;
  });
  EXPECT_EQ(authenticated(token), "identity.credential");
  EXPECT_EQ(begin("anna@example.org").value().known.hash, "new");
}

TEST_P(UsersTest, WhoIsRemovedIsOut) {
  user(ours_, "owner@example.org", Role::kOwner);
  const User anna = user(ours_, "anna@example.org", Role::kViewer);
  const auto token = sign_in("anna@example.org").value().session.token;
  const auto attempt = begin("anna@example.org").value();
  ASSERT_TRUE(write([&](Transaction& t) { return remove_user(t, ours_, anna.id); }));
  EXPECT_EQ(authenticated(token), "identity.credential");
  EXPECT_EQ(outcome_of(finish(attempt, true)), "identity.password");
  EXPECT_EQ(made([&](Transaction& t) { return list_users(t, ours_); }).size(), 1U);
}

TEST_P(UsersTest, OfAnotherTenantAreNotThere) {
  user(ours_, "anna@example.org", Role::kOwner);
  user(ours_, "ada@example.org", Role::kOwner);
  const User theirs = user(theirs_, "berta@example.org", Role::kOwner);
  user(theirs_, "bea@example.org", Role::kOwner);
  EXPECT_EQ(made([&](Transaction& t) { return list_users(t, ours_); }).size(), 2U);
  EXPECT_FALSE(made([&](Transaction& t) { return find_user(t, ours_, theirs.id); }));
  EXPECT_EQ(outcome_of(change(theirs.id, {.disabled = true})), "identity.unknown");
  EXPECT_EQ(outcome_of(write([&](Transaction& t) { return remove_user(t, ours_, theirs.id); })),
            "identity.unknown");
  EXPECT_EQ(
      outcome_of(write([&](Transaction& t) { return reset_password(t, ours_, theirs.id, {"x"}); })),
      "identity.unknown");
  EXPECT_FALSE(begin("berta@example.org").value().user);
  EXPECT_EQ(made([&](Transaction& t) { return list_users(t, theirs_); }).size(), 2U);
}

}  // namespace
}  // namespace tally::identity
