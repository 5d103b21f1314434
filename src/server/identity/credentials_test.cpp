// Sessions, API keys and devices' keys, and who they say is asking.
#include <gmock/gmock.h>

#include "server/identity/api_keys.hpp"
#include "server/identity/authenticate.hpp"
#include "server/identity/device_keys.hpp"
#include "server/identity/identity_error.hpp"
#include "server/identity/identity_test_support.hpp"
#include "server/identity/key_mode.hpp"
#include "server/identity/web_sessions.hpp"

namespace tally::identity {
namespace {

using testing::id_of;
using testing::outcome_of;
using testing::Transaction;

class CredentialsTest : public testing::IdentityTest {
 protected:
  Result<Authenticated> who(const std::string& credential) {
    return read([&](Transaction& t) { return authenticate(t, credential, world_.now()); });
  }
  // As a server does for each request.
  Result<Authenticated> use(const std::string& credential) {
    auto known = who(credential);
    if (!known) return known;
    EXPECT_TRUE(write([&](Transaction& t) { return note_use(t, *known, world_.now()); }));
    return known;
  }
  SignedIn session() {
    return made([&](Transaction& t) { return start_session(t, world_, ours_, anna_, "browser"); });
  }
  std::vector<WebSession> sessions() {
    return made(
        [&](Transaction& t) { return list_sessions(t, ours_, anna_.text(), world_.now()); });
  }
  IssuedApiKey api_key(const NewApiKey& wish) {
    return made([&](Transaction& t) { return add_api_key(t, world_, ours_, wish); });
  }
  ProvisioningCode code() {
    return made(
        [&](Transaction& t) { return issue_provisioning_code(t, world_, ours_, cabinet_); });
  }
  Result<IssuedDeviceKey> redeem(const std::string& text) {
    return write([&](Transaction& t) { return redeem_provisioning_code(t, world_, text); });
  }
  Result<IssuedDeviceKey> rotate(const Authenticated& device) {
    return write([&](Transaction& t) { return rotate_device_key(t, world_, device); });
  }
  std::size_t valid_keys() {
    return made([&](Transaction& t) { return list_device_keys(t, ours_, cabinet_); }).size();
  }

  ShopperId anna_ = id_of<ShopperKind>(1);
  CabinetId cabinet_ = id_of<CabinetKind>(1);
};
TALLY_ON_BOTH_STORES(CredentialsTest);

TEST_P(CredentialsTest, WhatIsNoneIsRefused) {
  for (const std::string& wrong :
       {std::string(""), std::string("tally_session_"), std::string("tally_test_abc"),
        std::string("tally_live_abc"), std::string("tally_device_abc"), std::string("Bearer x"),
        std::string("\xFF\0", 2), std::string(kCredentialBytesMax + 1, 'a')}) {
    EXPECT_EQ(outcome_of(who(wrong)), "identity.credential");
  }
}

TEST_P(CredentialsTest, SessionsSlideAndEnd) {
  const auto token = session().token;
  EXPECT_EQ(token.size(), std::string("tally_session_").size() + 52);
  world_.pass(kShopperSessionLifetime - Duration(1));
  ASSERT_TRUE(use(token));
  world_.pass(kShopperSessionLifetime - Duration(1));
  EXPECT_EQ(outcome_of(who(token)), "");
  EXPECT_EQ(sessions().size(), 1U);
  world_.pass(Duration(1));
  EXPECT_EQ(outcome_of(use(token)), "identity.expired");
  EXPECT_TRUE(sessions().empty());
  world_.pass(std::chrono::days(2));
  EXPECT_EQ(made([&](Transaction& t) { return purge_identity(t, world_.now()); }), 1);
  EXPECT_EQ(outcome_of(who(token)), "identity.credential");
}

TEST_P(CredentialsTest, SessionsOfUsersAreShorter) {
  const User berta = user(ours_, "berta@example.org", Role::kOwner);
  const auto token = made([&](Transaction& t) {
                       return start_session(t, world_, ours_, berta.id, "browser");
                     }).token;
  world_.pass(kUserSessionLifetime - Duration(1));
  ASSERT_TRUE(use(token));
  world_.pass(kUserSessionLifetime);
  EXPECT_EQ(outcome_of(who(token)), "identity.expired");
}

TEST_P(CredentialsTest, UseIsNotedAtMostOnceAMinute) {
  const auto token = session().token;
  EXPECT_FALSE(use(token).value().note_use);
  world_.pass(kUseNotedEvery - Duration(1));
  EXPECT_FALSE(use(token).value().note_use);
  world_.pass(Duration(1));
  EXPECT_TRUE(use(token).value().note_use);
  EXPECT_FALSE(use(token).value().note_use);
  EXPECT_EQ(sessions().at(0).used_at, world_.now());
  const auto key = api_key({"till", Role::kViewer, false}).secret;
  EXPECT_TRUE(use(key).value().note_use);
  EXPECT_FALSE(use(key).value().note_use);
  world_.pass(kUseNotedEvery);
  EXPECT_TRUE(use(key).value().note_use);
  EXPECT_EQ(made([&](Transaction& t) { return list_api_keys(t, ours_); }).at(0).used_at,
            world_.now());
}

// What was noted late does not revive what has ended.
TEST_P(CredentialsTest, AUseNotedLateRevivesNothing) {
  const auto token = session().token;
  world_.pass(kUseNotedEvery);
  const auto known = who(token).value();
  world_.pass(kShopperSessionLifetime);
  ASSERT_TRUE(write([&](Transaction& t) { return note_use(t, known, world_.now()); }));
  EXPECT_EQ(outcome_of(who(token)), "identity.expired");
}

TEST_P(CredentialsTest, SecretsAreNotInTheStore) {
  const auto token = session().token;
  const auto key = api_key({"till", Role::kViewer, false}).secret;
  const auto device = redeem(code().code).value().secret;
  for (const char* sql :
       {"SELECT token_sha256 FROM web_sessions", "SELECT secret_sha256 FROM api_keys",
        "SELECT secret_sha256 FROM device_keys"}) {
    const auto kept = made([&](Transaction& t) { return t.query_one<std::string>(sql); });
    EXPECT_EQ(std::get<0>(kept.value()).size(), 64U);
    for (const std::string& secret : {token, key, device}) {
      EXPECT_NE(std::get<0>(*kept), secret);
    }
  }
}

TEST_P(CredentialsTest, APersonEndsTheirSessionsAndNobodyElses) {
  const auto first = session();
  const auto second = session();
  const auto third = session();
  const auto end = [&](const TenantId& tenant, const std::string& person) {
    return outcome_of(
        write([&](Transaction& t) { return end_session(t, tenant, person, first.session.id); }));
  };
  EXPECT_EQ(end(theirs_, anna_.text()), "identity.unknown");
  EXPECT_EQ(end(ours_, id_of<ShopperKind>(2).text()), "identity.unknown");
  EXPECT_EQ(sessions().size(), 3U);
  EXPECT_EQ(end(ours_, anna_.text()), "");
  EXPECT_EQ(outcome_of(who(first.token)), "identity.credential");
  EXPECT_EQ(made([&](Transaction& t) { return end_sessions(t, theirs_, anna_.text()); }), 0);
  EXPECT_EQ(
      made([&](Transaction& t) { return end_sessions(t, ours_, anna_.text(), second.session.id); }),
      1);
  EXPECT_EQ(outcome_of(who(third.token)), "identity.credential");
  EXPECT_EQ(outcome_of(who(second.token)), "");
  EXPECT_TRUE(made([&](Transaction& t) {
                return list_sessions(t, theirs_, anna_.text(), world_.now());
              }).empty());
}

TEST_P(CredentialsTest, ThereAreOnlySoManySessionsOfAPerson) {
  const auto oldest = session();
  for (int i = 0; i < kWebSessionsMax; ++i) {
    world_.pass(Duration(1));
    EXPECT_EQ(outcome_of(who(oldest.token)), "");
    session();
  }
  EXPECT_EQ(outcome_of(who(oldest.token)), "identity.credential");
  EXPECT_EQ(std::ssize(sessions()), kWebSessionsMax);
}

TEST(Csrf, IsDerivedFromTheToken) {
  EXPECT_TRUE(is_csrf("token", csrf_of("token")));
  EXPECT_FALSE(is_csrf("tokem", csrf_of("token")));
  EXPECT_FALSE(is_csrf("token", ""));
  EXPECT_FALSE(is_csrf("token", "token"));
  EXPECT_EQ(csrf_of("token").size(), 52U);
}

TEST_P(CredentialsTest, ApiKeysSayTenantRoleAndMode) {
  const auto test = api_key({"till", Role::kOperator, false});
  const auto live = api_key({"till", Role::kViewer, true});
  EXPECT_TRUE(test.secret.starts_with("tally_test_"));
  EXPECT_TRUE(live.secret.starts_with("tally_live_"));
  EXPECT_TRUE(test.secret.ends_with(test.key.last4));
  const auto known = who(test.secret).value().principal;
  EXPECT_EQ(known.role, Role::kOperator);
  EXPECT_EQ(known.tenant, ours_);
  EXPECT_EQ(known.id, test.key.id.text());
  EXPECT_FALSE(known.live);
  EXPECT_EQ(known.method, "api_key");
  EXPECT_TRUE(who(live.secret).value().principal.live);
  // The mode is part of the key.
  EXPECT_EQ(outcome_of(who("tally_live_" + test.secret.substr(11))), "identity.credential");
  for (const Role role : {Role::kNobody, Role::kShopper, Role::kDevice}) {
    EXPECT_EQ(outcome_of(write([&](Transaction& t) {
                return add_api_key(t, world_, ours_, {"x", role, false});
              })),
              "identity.invalid");
  }
}

TEST_P(CredentialsTest, AnApiKeyWorksInItsModeOnly) {
  const auto in_mode = [&](const std::string& secret, bool live) {
    return outcome_of(
        read([&](Transaction& t) { return authenticate_in_mode(t, secret, world_.now(), live); }));
  };
  const auto test = api_key({"till", Role::kOperator, false});
  const auto live = api_key({"till", Role::kOperator, true});
  EXPECT_EQ(in_mode(test.secret, false), "");
  EXPECT_EQ(in_mode(test.secret, true), "identity.credential");
  EXPECT_EQ(in_mode(live.secret, true), "");
  EXPECT_EQ(in_mode(live.secret, false), "identity.credential");
  EXPECT_EQ(in_mode("tally_live_unknown", true), "identity.credential");
}

TEST_P(CredentialsTest, ARevokedApiKeyIsRefusedAndStaysListed) {
  const auto issued = api_key({"till", Role::kOperator, false});
  const auto revoke = [&](const TenantId& tenant) {
    return write(
        [&](Transaction& t) { return revoke_api_key(t, tenant, issued.key.id, world_.now()); });
  };
  EXPECT_EQ(outcome_of(revoke(theirs_)), "identity.unknown");
  EXPECT_FALSE(made([&](Transaction& t) { return find_api_key(t, theirs_, issued.key.id); }));
  EXPECT_TRUE(made([&](Transaction& t) { return list_api_keys(t, theirs_); }).empty());
  EXPECT_EQ(outcome_of(who(issued.secret)), "");
  const auto when = world_.now();
  EXPECT_EQ(revoke(ours_).value().revoked_at, when);
  world_.pass(Duration(1));
  EXPECT_EQ(revoke(ours_).value().revoked_at, when);
  EXPECT_EQ(outcome_of(who(issued.secret)), "identity.credential");
  EXPECT_EQ(made([&](Transaction& t) { return list_api_keys(t, ours_); }).size(), 1U);
}

TEST_P(CredentialsTest, ThereAreOnlySoManyApiKeys) {
  const auto first = api_key({"0", Role::kViewer, false});
  for (int i = 1; i < kApiKeysMax; ++i) api_key({"x", Role::kViewer, false});
  const auto one_more = [&] {
    return outcome_of(write([&](Transaction& t) {
      return add_api_key(t, world_, ours_, {"x", Role::kViewer, false});
    }));
  };
  EXPECT_EQ(one_more(), "identity.limit");
  made([&](Transaction& t) { return revoke_api_key(t, ours_, first.key.id, world_.now()); });
  EXPECT_EQ(one_more(), "");
}

TEST(ProvisioningCodes, AreReadAsPeopleTypeThem) {
  EXPECT_EQ(normalise_provisioning_code("7k3m-xoqp 4ZTl"), "7K3MX0QP4ZT1");
  EXPECT_EQ(normalise_provisioning_code("7K3M-X0QP-4ZT"), std::nullopt);
  EXPECT_EQ(normalise_provisioning_code("7K3M-X0QP-4ZTRR"), std::nullopt);
  EXPECT_EQ(normalise_provisioning_code("7K3M-X0QP-4ZTU"), std::nullopt);
  EXPECT_EQ(normalise_provisioning_code(""), std::nullopt);
}

TEST_P(CredentialsTest, AProvisioningCodeGivesOneKeyForItsCabinet) {
  const auto issued = code();
  EXPECT_THAT(issued.code, ::testing::MatchesRegex("[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}"));
  const auto key = redeem(issued.code);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_TRUE(key->secret.starts_with("tally_device_"));
  const auto known = who(key->secret).value().principal;
  EXPECT_EQ(known.role, Role::kDevice);
  EXPECT_EQ(known.tenant, ours_);
  EXPECT_EQ(known.id, cabinet_.text());
  EXPECT_EQ(known.method, "device_key");
  EXPECT_EQ(outcome_of(redeem(issued.code)), "identity.code");
  EXPECT_EQ(outcome_of(redeem("nonsense")), "identity.code");
}

TEST_P(CredentialsTest, AProvisioningCodeEndsWithItsTimeOrTheNextOne) {
  const auto late = code();
  world_.pass(kProvisioningLifetime);
  EXPECT_EQ(outcome_of(redeem(late.code)), "identity.expired");
  const auto replaced = code();
  const auto newest = code();
  EXPECT_EQ(outcome_of(redeem(replaced.code)), "identity.code");
  world_.pass(kProvisioningLifetime - Duration(1));
  EXPECT_EQ(outcome_of(redeem(newest.code)), "");
}

TEST_P(CredentialsTest, ProvisioningAnewEndsTheOldKey) {
  const auto old = redeem(code().code).value();
  ASSERT_TRUE(use(old.secret));
  const auto next = redeem(code().code).value();
  EXPECT_EQ(outcome_of(who(old.secret)), "identity.credential");
  EXPECT_EQ(outcome_of(who(next.secret)), "");
}

TEST_P(CredentialsTest, ARotatedKeyIsValidUntilTheNewOneIsUsed) {
  const auto old = redeem(code().code).value();
  const auto device = use(old.secret).value();
  const auto lost = rotate(device).value();
  const auto next = rotate(device).value();  // The reply got lost: asked again.
  EXPECT_EQ(outcome_of(who(lost.secret)), "identity.credential");
  EXPECT_EQ(next.cabinet, cabinet_);
  world_.pass(kUseNotedEvery);
  EXPECT_TRUE(use(old.secret));
  EXPECT_EQ(outcome_of(who(next.secret)), "");
  EXPECT_EQ(valid_keys(), 2U);
  ASSERT_TRUE(use(next.secret));
  EXPECT_EQ(outcome_of(who(old.secret)), "identity.credential");
  EXPECT_EQ(outcome_of(who(next.secret)), "");
  EXPECT_EQ(outcome_of(rotate(device)), "identity.credential");
  EXPECT_EQ(valid_keys(), 1U);
}

TEST_P(CredentialsTest, RotatingAtOnceKeepsTheKeyItIsAskedWith) {
  const auto first = redeem(code().code).value();
  ASSERT_TRUE(rotate(who(first.secret).value()));  // Its use was not noted before.
  EXPECT_EQ(outcome_of(who(first.secret)), "");
}

TEST_P(CredentialsTest, OneCabinetsKeysLeaveTheOthersAlone) {
  const auto mine = redeem(code().code).value();
  const auto mine_too = use(mine.secret).value();
  cabinet_ = id_of<CabinetKind>(2);
  const auto other = redeem(code().code).value();
  ASSERT_TRUE(rotate(use(other.secret).value()));
  const auto next = rotate(mine_too).value();
  ASSERT_TRUE(use(next.secret));
  EXPECT_EQ(outcome_of(who(other.secret)), "");
  EXPECT_EQ(valid_keys(), 2U);
}

TEST_P(CredentialsTest, RevokingEndsKeysAndCodesOfTheTenantsCabinet) {
  const auto key = redeem(code().code).value();
  const auto pending = code();
  const auto revoke = [&](const TenantId& tenant) {
    return made(
        [&](Transaction& t) { return revoke_device_keys(t, tenant, cabinet_, world_.now()); });
  };
  EXPECT_EQ(revoke(theirs_), 0);
  EXPECT_TRUE(made([&](Transaction& t) { return list_device_keys(t, theirs_, cabinet_); }).empty());
  EXPECT_EQ(outcome_of(who(key.secret)), "");
  EXPECT_EQ(revoke(ours_), 1);
  EXPECT_EQ(outcome_of(who(key.secret)), "identity.credential");
  EXPECT_EQ(outcome_of(redeem(pending.code)), "identity.code");
}

}  // namespace
}  // namespace tally::identity
