// Work that was given up: an owner sees it, and tries it anew or lets it go.
#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstdlib>

#include "server/core/dead_work.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {
namespace {

using platform::DeadWork;

json dead_work_view(const DeadWork& work, std::string_view state) {
  return {{"id", work.id},
          {"state", state},
          {"kind", work.kind},
          {"object", core::object_of(work)},
          {"tries", work.tries},
          {"error", work.error},
          {"since", to_string(work.since)}};
}

Result<ApiAnswer> list_dead_work(ApiCall& call) {
  const auto wish = call.page();
  if (!wish) return std::unexpected(wish.error());
  const auto works =
      platform::list_dead(call.transaction(), call.tenant(), wish->starting_after, wish->limit + 1);
  if (!works) return std::unexpected(works.error());
  return page_answer(*works, wish->limit,
                     [](const DeadWork& work) { return dead_work_view(work, "dead"); });
}

using Ending = Result<void> (*)(core::Desk& desk, const DeadWork& work);

enum class DeadWorkError : std::uint8_t {
  kPaymentCall,  // What became of the money must be known: such a call is revived, not discarded.
};
ErrorCode code_of(DeadWorkError error) {
  switch (error) {
    case DeadWorkError::kPaymentCall:
      return {"dead_work.payment_call", ErrorKind::kConflict};
  }
  std::abort();
}

bool is_payment_call(const DeadWork& work) { return work.kind == core::kPaymentTopic; }

Result<void> revive(core::Desk& desk, const DeadWork& work) {
  if (is_payment_call(work)) return core::revive_call(desk, work);
  return platform::revive_dead(desk.transaction(), work, desk.now());
}

// Without its call a payment would wait for an answer for ever, and so would its money. Only where
// nothing is left to ask from does a person have to look at the provider themselves.
Result<void> discard(core::Desk& desk, const DeadWork& work) {
  if (!is_payment_call(work)) return core::discard(desk, work);
  if (core::is_lost_call(desk, work)) {
    desk.alert(work.tenant, "payment_call_lost", core::object_of(work), work.id);
    return core::discard(desk, work);
  }
  return fail(DeadWorkError::kPaymentCall,
              fmt::format("{} waits for the answer to this call: mend the cause and revive the "
                          "call instead; what was done before is not done twice",
                          core::object_of(work)));
}

Result<ApiAnswer> end_death(ApiCall& call, Services& services, Ending ending,
                            std::string_view state) {
  const auto work = platform::need_dead(call.transaction(), call.tenant(), call.path("id"));
  if (!work) return std::unexpected(work.error());
  const json view = dead_work_view(*work, state);
  // Without the error, in the provider's words or the store's: more people than owners see events.
  const json body = {{"id", work->id}, {"kind", work->kind}, {"object", core::object_of(*work)}};
  return at_desk(
      call, services.board,
      [&](core::Desk& desk) -> Result<void> {
        auto ended = ending(desk, *work);
        return ended ? core::tell_of_end(desk, *work) : ended;
      },
      [&](core::Desk&) -> Result<ApiAnswer> {
        auto told = tell(call, services.board, fmt::format("dead_work.{}", state), work->id, 0,
                         body.dump());
        if (!told) return std::unexpected(told.error());
        return api::answer(200, view);
      });
}

}  // namespace

void add_dead_work_routes(api::Api& api, Services& services) {
  api.add({.operation = "list_dead_work", .run = list_dead_work});
  api.add({.operation = "revive_dead_work", .run = [&services](ApiCall& call) {
             return end_death(call, services, revive, "revived");
           }});
  api.add({.operation = "discard_dead_work", .run = [&services](ApiCall& call) {
             return end_death(call, services, discard, "discarded");
           }});
}

}  // namespace tally::routes
