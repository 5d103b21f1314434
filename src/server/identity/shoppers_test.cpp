#include "server/identity/shoppers.hpp"

#include <gmock/gmock.h>

#include "server/identity/authenticate.hpp"
#include "server/identity/card_setups.hpp"
#include "server/identity/identity_test_support.hpp"
#include "server/identity/payment_methods.hpp"
#include "server/identity/schema.hpp"

namespace tally::identity {
namespace {

using testing::id_of;
using testing::outcome_of;
using testing::Transaction;

class ShoppersTest : public testing::IdentityTest {
 protected:
  Result<IssuedCode> request(const std::string& email, const std::string& address = "192.0.2.1") {
    return write(
        [&](Transaction& t) { return request_code(t, world_, key_, {ours_, email, address}); });
  }
  Result<ShopperSignedIn> redeem(const std::string& email, const std::string& code) {
    return redeem_at(ours_, email, code);
  }
  Result<ShopperSignedIn> redeem_at(const TenantId& tenant, const std::string& email,
                                    const std::string& code) {
    return flatten(write([&](Transaction& t) {
      return redeem_code(t, world_, key_, {tenant, email, code, "browser"});
    }));
  }
  Shopper shopper(const std::string& email) {
    return redeem(email, request(email).value().code).value().shopper;
  }
  // Any code but this one.
  static std::string other_than(const std::string& code) {
    return code == "000000" ? "000001" : "000000";
  }
  Result<PaymentMethod> add(const ShopperId& id, const NewPaymentMethod& wish) {
    return write([&](Transaction& t) { return add_payment_method(t, world_, ours_, id, wish); });
  }
  std::vector<PaymentMethod> methods(const ShopperId& id) {
    return made([&](Transaction& t) { return list_payment_methods(t, ours_, id); });
  }

  CodeKey key_{std::vector<std::uint8_t>(32, 7)};
};
TALLY_ON_BOTH_STORES(ShoppersTest);

TEST_P(ShoppersTest, SignInByACodeOnce) {
  const auto issued = request(" Anna@Example.org").value();
  EXPECT_EQ(issued.email, "anna@example.org");
  EXPECT_THAT(issued.code, ::testing::MatchesRegex("[0-9]{6}"));
  EXPECT_EQ(issued.expires_at, world_.now() + kCodeLifetime);
  const auto spaced = issued.code.substr(0, 3) + " " + issued.code.substr(3);
  const auto first = redeem("ANNA@example.org", spaced);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(first->is_new);
  EXPECT_EQ(first->session.session.expires_at, world_.now() + kShopperSessionLifetime);
  const auto known =
      made([&](Transaction& t) { return authenticate(t, first->session.token, world_.now()); });
  EXPECT_EQ(known.principal.role, Role::kShopper);
  EXPECT_EQ(known.principal.id, first->shopper.id.text());
  EXPECT_EQ(known.principal.tenant, ours_);

  EXPECT_EQ(outcome_of(redeem("anna@example.org", issued.code)), "identity.code");
  const auto again = redeem("anna@example.org", request("anna@example.org").value().code);
  EXPECT_FALSE(again.value().is_new);
  EXPECT_EQ(again->shopper.id, first->shopper.id);
}

TEST_P(ShoppersTest, ACodeEndsAfterItsTime) {
  const auto code = request("anna@example.org").value().code;
  world_.pass(kCodeLifetime);
  EXPECT_EQ(outcome_of(redeem("anna@example.org", code)), "identity.expired");
  const auto next = request("anna@example.org").value().code;
  world_.pass(kCodeLifetime - Duration(1));
  EXPECT_EQ(outcome_of(redeem("anna@example.org", next)), "");
}

TEST_P(ShoppersTest, WrongCodesAreCountedAndEndTheCode) {
  const auto code = request("anna@example.org").value().code;
  for (int i = 0; i < kCodeTriesMax; ++i) {
    EXPECT_EQ(outcome_of(redeem("anna@example.org", other_than(code))), "identity.code");
  }
  EXPECT_EQ(outcome_of(redeem("anna@example.org", code)), "identity.tries");
  const auto next = request("anna@example.org").value().code;
  for (int i = 0; i < kCodeTriesMax - 1; ++i) {
    EXPECT_EQ(outcome_of(redeem("anna@example.org", other_than(next))), "identity.code");
  }
  EXPECT_EQ(outcome_of(redeem("anna@example.org", "12345")), "identity.code");  // Not a try.
  EXPECT_EQ(outcome_of(redeem("anna@example.org", next)), "");
}

TEST_P(ShoppersTest, ACodeIsForItsAddressTenantAndServer) {
  const auto code = request("anna@example.org").value().code;
  const auto newest = request("anna@example.org").value().code;
  ASSERT_NE(code, newest);
  EXPECT_EQ(outcome_of(redeem("anna@example.org", code)), "identity.code");
  EXPECT_EQ(outcome_of(redeem("berta@example.org", newest)), "identity.code");
  EXPECT_EQ(outcome_of(redeem_at(theirs_, "anna@example.org", newest)), "identity.code");
  key_.bytes[0] = 8;
  EXPECT_EQ(outcome_of(redeem("anna@example.org", newest)), "identity.code");
  key_.bytes[0] = 7;
  EXPECT_EQ(outcome_of(redeem("anna@example.org", newest)), "");
}

TEST_P(ShoppersTest, CodesAreNotKeptInClear) {
  const auto code = request("anna@example.org").value().code;
  const auto kept = made([&](Transaction& t) {
    return t.query<std::string, std::string>("SELECT code_mac, email_sha256 FROM shopper_codes");
  });
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(std::get<0>(kept[0]).find(code), std::string::npos);
  EXPECT_EQ(std::get<0>(kept[0]).size(), 52U);
}

TEST_P(ShoppersTest, OnlySoManyCodesAnHourForAnAddress) {
  for (int i = 0; i < kCodesPerEmailMax; ++i) ASSERT_TRUE(request("anna@example.org"));
  EXPECT_EQ(outcome_of(request("anna@example.org", "192.0.2.2")), "identity.tries");
  EXPECT_EQ(outcome_of(request("berta@example.org")), "");
  world_.pass(kCodeWindow);
  EXPECT_EQ(outcome_of(request("anna@example.org")), "");
}

TEST_P(ShoppersTest, OnlySoManyCodesAnHourFromANetwork) {
  for (int i = 0; i < kCodesPerAddressMax; ++i) {
    ASSERT_TRUE(request(fmt::format("a{}@example.org", i)));
  }
  EXPECT_EQ(outcome_of(request("one.more@example.org")), "identity.tries");
  EXPECT_EQ(outcome_of(request("one.more@example.org", "192.0.2.2")), "");
  world_.pass(kCodeWindow);
  EXPECT_EQ(outcome_of(request("one.more@example.org")), "");
}

TEST_P(ShoppersTest, SigningInFreesTheCount) {
  for (int i = 0; i < kCodesPerEmailMax + 1; ++i) {
    ASSERT_TRUE(redeem("anna@example.org", request("anna@example.org").value().code));
  }
}

TEST_P(ShoppersTest, WhetherAnAddressIsKnownMakesNoDifference) {
  shopper("anna@example.org");
  std::vector<std::vector<std::string>> seen;
  for (const char* email : {"anna@example.org", "nobody@example.org"}) {
    std::vector<std::string>& words = seen.emplace_back();
    words.push_back(redeem(email, "123456").error().message);
    for (int i = 0; i < kCodesPerEmailMax; ++i) {
      const auto code = request(email).value().code;
      for (int j = 0; j < kCodeTriesMax + 1; ++j) {
        words.push_back(redeem(email, other_than(code)).error().message);
      }
    }
    words.push_back(request(email).error().message);
    world_.pass(kCodeLifetime);
    words.push_back(redeem(email, "123456").error().message);
    world_.pass(kCodeWindow);
  }
  EXPECT_EQ(seen[0], seen[1]);
}

TEST_P(ShoppersTest, OldRequestsAndCodesArePurged) {
  ASSERT_TRUE(request("anna@example.org"));
  const auto purge = [&] {
    return made([&](Transaction& t) { return purge_identity(t, world_.now()); });
  };
  world_.pass(kCodeWindow - Duration(1));
  EXPECT_EQ(purge(), 0);
  world_.pass(Duration(1));
  EXPECT_EQ(purge(), 1);
  world_.pass(std::chrono::days(2));
  EXPECT_EQ(purge(), 1);
}

TEST_P(ShoppersTest, AreListedNewestFirstAndRenamed) {
  const auto first = shopper("anna@example.org");
  world_.pass(Duration(1));
  const auto second = shopper("berta@example.org");
  const auto page = made([&](Transaction& t) { return list_shoppers(t, {.tenant = ours_}); });
  ASSERT_EQ(page.size(), 2U);
  EXPECT_EQ(page[0].id, second.id);
  const auto rest = made([&](Transaction& t) {
    return list_shoppers(t, {.tenant = ours_, .starting_after = second.id, .limit = 1});
  });
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].id, first.id);
  for (const std::int64_t limit : {0, 1'001}) {
    EXPECT_EQ(outcome_of(read([&](Transaction& t) {
                return list_shoppers(t, {.tenant = ours_, .limit = limit});
              })),
              "identity.limit");
  }
  EXPECT_EQ(made([&](Transaction& t) { return rename_shopper(t, ours_, first.id, " Anna "); }).name,
            "Anna");
}

TEST_P(ShoppersTest, HaveMeansOfPaymentOfWhichOneIsTheDefault) {
  const auto anna = shopper("anna@example.org").id;
  const auto first = add(anna, {"sandbox", "tok_1", "visa", "4242"}).value();
  EXPECT_TRUE(first.is_default);
  world_.pass(Duration(1));
  const auto second = add(anna, {"sandbox", "tok_2", "visa", "0005"}).value();
  EXPECT_FALSE(second.is_default);
  world_.pass(Duration(1));
  EXPECT_EQ(add(anna, {"sandbox", "tok_2", "visa", "0005"}).value().id, second.id);
  const auto third = add(anna, {"sandbox", "tok_3", "amex", "", true}).value();
  EXPECT_TRUE(third.is_default);
  const auto the_default = [&] {
    const auto found = made([&](Transaction& t) { return default_payment_method(t, ours_, anna); });
    return found ? found->id : PaymentMethodId();
  };
  EXPECT_EQ(the_default(), third.id);
  made([&](Transaction& t) { return make_default_payment_method(t, ours_, anna, first.id); });
  EXPECT_EQ(the_default(), first.id);
  const auto remove = [&](const PaymentMethodId& id) {
    return outcome_of(
        write([&](Transaction& t) { return remove_payment_method(t, ours_, anna, id); }));
  };
  EXPECT_EQ(remove(second.id), "");
  EXPECT_EQ(the_default(), first.id);
  EXPECT_EQ(remove(first.id), "");
  EXPECT_EQ(the_default(), third.id);
  EXPECT_EQ(remove(third.id), "");
  EXPECT_EQ(the_default(), PaymentMethodId());
  EXPECT_EQ(remove(third.id), "identity.unknown");
}

TEST_P(ShoppersTest, MeansOfPaymentAreCheckedAndSoMany) {
  const auto anna = shopper("anna@example.org").id;
  for (const NewPaymentMethod& wrong : std::vector<NewPaymentMethod>{
           {"", "tok", "visa", ""},
           {"Stripe", "tok", "visa", ""},
           {"stripe", "", "visa", ""},
           {"stripe", "a b", "visa", ""},
           {"stripe", std::string(kMethodTokenBytesMax + 1, 'a'), "visa", ""},
           {"stripe", "tok", std::string(kBrandBytesMax + 1, 'a'), ""},
           {"stripe", "tok", "visa", "424"},
           {"stripe", "tok", "visa", "424x"}}) {
    EXPECT_EQ(outcome_of(add(anna, wrong)), "identity.invalid");
  }
  for (int i = 0; i < kPaymentMethodsMax; ++i) {
    ASSERT_TRUE(add(anna, {"stripe", fmt::format("tok_{}", i), "visa", ""}));
  }
  EXPECT_EQ(outcome_of(add(anna, {"stripe", "tok", "visa", ""})), "identity.limit");
  EXPECT_EQ(outcome_of(add(id_of<ShopperKind>(9), {"stripe", "tok", "visa", ""})),
            "identity.unknown");
}

TEST_P(ShoppersTest, OfAnotherTenantOrPersonAreNotThere) {
  const auto anna = shopper("anna@example.org").id;
  const auto berta = shopper("berta@example.org").id;
  const auto mine = add(anna, {"stripe", "tok", "visa", ""}).value();
  std::swap(ours_, theirs_);
  EXPECT_FALSE(made([&](Transaction& t) { return find_shopper(t, ours_, anna); }));
  EXPECT_FALSE(
      made([&](Transaction& t) { return find_shopper_by_email(t, ours_, "anna@example.org"); }));
  EXPECT_TRUE(made([&](Transaction& t) { return list_shoppers(t, {.tenant = ours_}); }).empty());
  EXPECT_EQ(outcome_of(write([&](Transaction& t) { return rename_shopper(t, ours_, anna, "x"); })),
            "identity.unknown");
  EXPECT_TRUE(methods(anna).empty());
  EXPECT_EQ(outcome_of(add(anna, {"stripe", "tok2", "visa", ""})), "identity.unknown");
  EXPECT_EQ(outcome_of(write(
                [&](Transaction& t) { return remove_payment_method(t, ours_, anna, mine.id); })),
            "identity.unknown");
  std::swap(ours_, theirs_);
  EXPECT_EQ(outcome_of(write([&](Transaction& t) {
              return make_default_payment_method(t, ours_, berta, mine.id);
            })),
            "identity.unknown");
  EXPECT_FALSE(made([&](Transaction& t) { return find_payment_method(t, ours_, berta, mine.id); }));
  EXPECT_EQ(methods(anna).size(), 1U);
}

TEST_P(ShoppersTest, SaveACardOnceForEachTimeTheyBegan) {
  const ShopperId anna = shopper("anna@example.org").id;
  const ShopperId berta = shopper("berta@example.org").id;
  const CardSetup begun{id_of<CardSetupKind>(1), ours_, anna, "cs_1", world_.now(), {}};
  for (int time = 0; time < 2; ++time) {  // The answer to the first was lost.
    EXPECT_TRUE(write([&](Transaction& t) { return add_card_setup(t, begun); }));
  }
  EXPECT_FALSE(made([&](Transaction& t) { return find_card_setup(t, ours_, berta, begun.id); }));
  EXPECT_EQ(made([&](Transaction& t) { return find_card_setup_at(t, "cs_1"); })->shopper, anna);
  const NewPaymentMethod card{"stripe", "cus_1:pm_1", "visa", "4242", true};
  const auto finish = [&] {
    return made([&](Transaction& t) { return finish_card_setup(t, world_, begun, card); }).method;
  };
  const auto method = finish();
  ASSERT_TRUE(method);
  EXPECT_EQ(finish(), method);  // The page and the webhook.
  ASSERT_EQ(methods(anna).size(), 1U);
  EXPECT_TRUE(methods(anna)[0].is_default);
  EXPECT_TRUE(
      write([&](Transaction& t) { return remove_payment_method(t, ours_, anna, *method); }));
  finish();
  EXPECT_TRUE(methods(anna).empty());  // What was removed does not come back.
  world_.pass(kCardSetupKept);
  made([&](Transaction& t) { return purge_identity(t, world_.now()); });
  EXPECT_FALSE(made([&](Transaction& t) { return find_card_setup_at(t, "cs_1"); }));
}

TEST_P(ShoppersTest, BeginSoManyCardsAndNoMore) {
  const ShopperId anna = shopper("anna@example.org").id;
  const auto may = [&] {
    return static_cast<bool>(
        write([&](Transaction& t) { return check_card_setup(t, ours_, anna, world_.now()); }));
  };
  for (int i = 0; i < kCardSetupsMax; ++i) {
    EXPECT_TRUE(may()) << i;
    const CardSetup one{id_of<CardSetupKind>(i + 1), ours_,        anna,
                        fmt::format("cs_{}", i),     world_.now(), {}};
    EXPECT_TRUE(write([&](Transaction& t) { return add_card_setup(t, one); }));
  }
  EXPECT_FALSE(may());
  world_.pass(kCardSetupKept);
  EXPECT_TRUE(may());
  for (int i = 0; i < kPaymentMethodsMax; ++i) {
    EXPECT_TRUE(add(anna, {"stripe", fmt::format("cus_1:pm_{}", i), "visa", "4242"}));
  }
  EXPECT_FALSE(may());
}

}  // namespace
}  // namespace tally::identity
