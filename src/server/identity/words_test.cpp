// What needs no store: roles, contacts, passwords.
#include <gmock/gmock.h>

#include "base/secret.hpp"
#include "server/identity/contact.hpp"
#include "server/identity/identity_error.hpp"
#include "server/identity/identity_test_support.hpp"
#include "server/identity/passwords.hpp"
#include "server/identity/roles.hpp"

namespace tally::identity {
namespace {

using testing::outcome_of;
using testing::TestWorld;

TEST(Roles, IncludeWhatTheyShouldAndNothingElse) {
  const std::vector<std::pair<Role, std::vector<Role>>> includes{
      {Role::kNobody, {}},
      {Role::kShopper, {}},
      {Role::kViewer, {}},
      {Role::kRestocker, {Role::kViewer}},
      {Role::kReviewer, {Role::kViewer}},
      {Role::kOperator, {Role::kViewer, Role::kRestocker, Role::kReviewer}},
      {Role::kOwner, {Role::kViewer, Role::kRestocker, Role::kReviewer, Role::kOperator}},
      {Role::kDevice, {}}};
  ASSERT_EQ(includes.size(), kRoleCount);
  for (const auto& [role, others] : includes) {
    for (std::size_t i = 0; i < kRoleCount; ++i) {
      const auto needed = static_cast<Role>(i);
      const bool expected = needed == Role::kNobody || needed == role ||
                            std::ranges::find(others, needed) != others.end();
      EXPECT_EQ(may(role, needed), expected) << name_of(role) << " as " << name_of(needed);
    }
  }
}

TEST(Roles, HaveNamesThatAreReadAgain) {
  for (std::size_t i = 0; i < kRoleCount; ++i) {
    EXPECT_EQ(parse_role(name_of(static_cast<Role>(i))), static_cast<Role>(i));
  }
  EXPECT_EQ(parse_role("Owner"), std::nullopt);
  EXPECT_TRUE(is_staff(Role::kViewer) && is_staff(Role::kRestocker) && is_staff(Role::kOwner));
  EXPECT_FALSE(is_staff(Role::kShopper) || is_staff(Role::kDevice) || is_staff(Role::kNobody));
}

TEST(Contact, EmailAddressesHaveOneForm) {
  EXPECT_EQ(normalise_email("  Anna.B+x@Example.ORG\n").value(), "anna.b+x@example.org");
  EXPECT_TRUE(normalise_email("a@b-c.de"));
  EXPECT_TRUE(normalise_email(std::string(kEmailLocalBytesMax, 'a') + "@b.de"));
  for (const std::string& wrong :
       {std::string(""), std::string("anna"), std::string("@b.de"), std::string("a@b"),
        std::string("a@@b.de"), std::string("a b@c.de"), std::string("a..b@c.de"),
        std::string(".a@c.de"), std::string("a.@c.de"), std::string("a@c..de"),
        std::string("a@-c.de"), std::string("a@c-.de"), std::string("a@c.de."),
        std::string("a@c.de\nBcc: x@y.de"), std::string("\xC3\xA4@c.de"),
        std::string(kEmailLocalBytesMax + 1, 'a') + "@b.de", "a@" + std::string(64, 'b') + ".de",
        "a@" + std::string(60, 'b') + "." + std::string(60, 'b') + "." + std::string(60, 'b') +
            "." + std::string(60, 'b') + "." + std::string(10, 'b') + ".de"}) {
    EXPECT_EQ(outcome_of(normalise_email(wrong)), "identity.invalid") << wrong;
  }
}

TEST(Contact, NamesAreTextThatFits) {
  EXPECT_EQ(normalise_name("  J\xC3\xB6rg  ").value(), "J\xC3\xB6rg");
  EXPECT_TRUE(normalise_name(std::string(kNameBytesMax, 'a')));
  for (const std::string& wrong :
       {std::string("  "), std::string(kNameBytesMax + 1, 'a'), std::string("a\nb"),
        std::string("a\x7F"), std::string("a\0b", 3), std::string("\xC3")}) {
    EXPECT_EQ(outcome_of(normalise_name(wrong)), "identity.invalid");
  }
}

TEST(Passwords, ThatAreEasyToGuessAreRefused) {
  const std::string email = "anna.berg@example.org";
  EXPECT_TRUE(check_password("correct horse", email));
  EXPECT_TRUE(check_password("abcde56789", email));  // kPasswordBytesLeast
  EXPECT_TRUE(check_password("anna.berg walks", email));
  std::string longest(kPasswordBytesMost, 'a');
  longest.replace(0, 5, "12345");
  EXPECT_TRUE(check_password(longest, email));
  for (const std::string& weak :
       {std::string("abcde5678"), longest + "a", std::string("aaaabbbbccccdddd"),
        std::string("PassWord123"), std::string("Anna.Berg1"), std::string("anna.berg12345"),
        std::string("anna.berg@example.org")}) {
    EXPECT_EQ(outcome_of(check_password(weak, email)), "identity.weak") << weak;
  }
}

TEST(Passwords, AreKnownAgainByTheirHash) {
  TestWorld world;
  const auto first = make_password(world, "correct horse", "a@b.de");
  const auto second = make_password(world, "correct horse", "a@b.de");
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->hash, second->hash);
  EXPECT_TRUE(verify_password(*first, "correct horse"));
  EXPECT_FALSE(verify_password(*first, "correct horsf"));
  EXPECT_EQ(outcome_of(make_password(world, "short", "a@b.de")), "identity.weak");
}

// Whatever would be hashed for somebody unknown.
TEST(Passwords, OfNobodyAreNeverRight) {
  EXPECT_FALSE(verify_password({}, "correct horse"));
  EXPECT_FALSE(verify_password({}, ""));
  EXPECT_FALSE(verify_password({}, std::string(kPasswordBytesMost + 1, 'a')));
}

}  // namespace
}  // namespace tally::identity
