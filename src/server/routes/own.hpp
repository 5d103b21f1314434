// What is a shopper's own: lists in which others' rows do not show, sessions, means of payment.
// People of the operator see all of their tenant.
//
// Includes heavy headers: for the sources of routes only. Thread-safety: a call's.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/identity/payment_methods.hpp"
#include "server/routes/session_views.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {

[[nodiscard]] inline ShopperId shopper_of(const ApiCall& call) {
  return ShopperId::parse(call.principal().id).value_or(ShopperId{});
}

// Pages of rows of which a shopper sees only their own. Rows of others are passed over, so more are
// read than shown. `owner` is Result<ShopperId>(const T&), `view` Result<Json>(Row<T>).
template <typename T, typename ShopperOf, typename View>
Result<ApiAnswer> list_own(ApiCall& call, const std::optional<std::string>& state, ShopperOf owner,
                           View view) {
  const auto wish = call.page();
  if (!wish) return std::unexpected(wish.error());
  std::vector<Json> data;
  std::optional<std::string> after = wish->starting_after;
  while (true) {
    auto rows = core::list_rows<T>(call.transaction(), {.tenant = call.tenant(),
                                                        .kind = {},
                                                        .state = state,
                                                        .starting_after = after,
                                                        .limit = platform::kPageMax});
    if (!rows) return std::unexpected(rows.error());
    for (core::Row<T>& row : *rows) {
      const Result<ShopperId> shopper = owner(row.value);
      if (!shopper) return std::unexpected(shopper.error());
      if (!may_see(call, *shopper)) continue;
      if (std::ssize(data) == wish->limit) {
        return api::answer(200, page_view(std::move(data), true));
      }
      Result<Json> one = view(std::move(row));
      if (!one) return std::unexpected(one.error());
      data.push_back(*std::move(one));
    }
    if (std::ssize(*rows) < platform::kPageMax) break;
    after = rows->back().id;
  }
  return api::answer(200, page_view(std::move(data), false));
}

// Whose session it is; empty of a restock, and where there is none.
inline Result<ShopperId> shopper_of_session(const ApiCall& call, const SessionId& id) {
  const auto row = core::find_row<commerce::Session>(call.transaction(), call.tenant(), id.text());
  if (!row) return std::unexpected(row.error());
  return *row ? (*row)->value.shopper : ShopperId();
}

// The session in the path, if the caller may see it. Errors: kNotFound.
inline Result<core::Row<commerce::Session>> session_in_path(const ApiCall& call) {
  auto row = need_row_in_path<commerce::Session, SessionId>(call);
  if (row && !may_see(call, row->value.shopper)) return no_such<commerce::Session>(row->id);
  return row;
}

inline Result<Json> view_session(const ApiCall& call, const SessionId& id) {
  auto row = need_row<commerce::Session>(call, id.text());
  if (!row) return std::unexpected(row.error());
  const auto rows = read_session(call.transaction(), *std::move(row));
  if (!rows) return std::unexpected(rows.error());
  return session_view(*rows);
}

inline Result<ApiAnswer> answer_session(const ApiCall& call, int status, const SessionId& id) {
  const auto view = view_session(call, id);
  if (!view) return std::unexpected(view.error());
  return api::answer(status, *view);
}

// Errors: CoreError::kMethod.
inline Result<identity::PaymentMethod> need_method(const ApiCall& call, const ShopperId& shopper,
                                                   const identity::PaymentMethodId& id) {
  auto method = identity::find_payment_method(call.transaction(), call.tenant(), shopper, id);
  if (!method) return std::unexpected(std::move(method.error()));
  if (*method) return **std::move(method);
  return fail(core::CoreError::kMethod, "payment_method: you have no such means of payment");
}

}  // namespace tally::routes
