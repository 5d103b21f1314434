// What Api and the calls under way share. For api.cpp and running_call.cpp.
//
// Thread-safety: constant once the server has started, but `sign_in` and `uses`, which guard
// themselves.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/http/router.hpp"
#include "platform/idempotency.hpp"
#include "server/api/api.hpp"
#include "server/api/use_book.hpp"

namespace tally::api {

struct Api::Core {
  Core(platform::Store& store_, Workers& workers_, server::World& world_, ApiOptions options_)
      : store(store_),
        workers(workers_),
        world(world_),
        options(std::move(options_)),
        uses(std::make_shared<UseBook>(store, world, options.note_use)),
        sign_in(options.sign_in) {}

  platform::Store& store;
  Workers& workers;
  server::World& world;
  ApiOptions options;
  std::shared_ptr<UseBook> uses;
  RateLimiter sign_in;
  http::Router router;                       // Gives indices of operations().
  std::vector<std::optional<Route>> routes;  // By that index.

  [[nodiscard]] http::Response refusal(const Error& error, std::string_view request_id,
                                       std::string_view operation) const;
};

// What admit() hands on to handle().
struct AdmittedRequest {
  std::size_t route = 0;
  Admitted admitted;
  identity::Authenticated known;
};

// One call on its way through its stages; holds itself until the reply is given.
class RunningCall : public std::enable_shared_from_this<RunningCall> {
 public:
  RunningCall(std::shared_ptr<Api::Core> core, const Route& route, http::Request request,
              const Admitted& admitted, http::Reply reply);

  void start();

 private:
  void run_direct();
  Result<void> read_request();
  Result<void> read_body();
  void begin_key(std::string key);
  void look();
  void slow();
  void run();
  Result<ApiAnswer> work(platform::Transaction& transaction);
  Result<void> finish_key(platform::Transaction& transaction, const ApiAnswer& answer);
  Result<void> close_key(platform::Transaction& transaction, const http::Response& refusal,
                         bool forget);
  void ran(Result<ApiAnswer> outcome);
  void refuse(const Error& error);
  void answer_with(ApiAnswer answer);
  void send(http::Response response);

  std::shared_ptr<Api::Core> core_;
  const Route& route_;
  std::shared_ptr<ApiCall> call_;
  http::Reply reply_;
  std::optional<platform::IdempotentRequest> key_;
  platform::GoOn mine_;
};

}  // namespace tally::api
