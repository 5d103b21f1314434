// tally's server in one process: store, API, gateway, workers and pipeline, each if its role is
// asked for.
//
// Ownership: owns all it starts; the destructor stops it in order. Thread-safety: start() and the
// destructor on one thread; the rest from any.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "server/config/config.hpp"
#include "server/core/office.hpp"
#include "server/log.hpp"
#include "server/mail/letter.hpp"
#include "server/payments/provider.hpp"
#include "server/pipeline/watcher.hpp"
#include "server/world.hpp"

namespace tally::serve {

struct ServeOptions {
  config::Config config;
  server::Log log;
  // Where letters go, in place of what the configuration names. Must be quick.
  std::function<void(const mail::Letter&)> mail = {};
  // Where demo pages may tell a code at once; never with real money.
  bool demo = false;
  std::function<void(const pipeline::Watched&)> on_watched = {};
  // In place of the one that the configuration names: a test's, which fails as it is told.
  std::function<std::unique_ptr<payments::Provider>(platform::Store&)> provider = {};
};

class Serve {
  class Impl;

 public:
  // Migrates the store, makes what is missing in the data folder, listens. Errors: of each part,
  // saying what to do; config.value
  // where the API would have no way to send codes (neither mail nor a demo).
  static Result<std::unique_ptr<Serve>> start(ServeOptions options, server::World& world);
  explicit Serve(std::unique_ptr<Impl> impl);  // start()'s.
  Serve(const Serve&) = delete;
  Serve& operator=(const Serve&) = delete;
  ~Serve();

  [[nodiscard]] std::string url() const;  // Of the listener: "http://127.0.0.1:8080".
  [[nodiscard]] core::Office& office();
  [[nodiscard]] const platform::BlobFiles& blobs() const;

  // Ends in order: nothing new is taken, what runs may end within `drain`.
  void stop(Duration drain);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace tally::serve
