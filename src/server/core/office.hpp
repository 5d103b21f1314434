// The office: store, world and hints together. Acting is one transaction at one desk, and after its
// commit the hints that go with it.
//
//   office.act([=](Desk& desk) { return desk.tell(tenant, session, event); }, [](Result<void>) {});
//
// Work is as the store wants it: it may run several times, and has effects through the desk only.
//
// Ownership: borrows all. Thread-safety: all functions may be called from any thread;
// act_and_wait() and look_and_wait() from none of the store's, and from no event loop.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "platform/store.hpp"
#include "server/core/desk.hpp"
#include "server/core/hint_board.hpp"
#include "server/world.hpp"

namespace tally::core {

class Office {
 public:
  Office(platform::Store& store, server::World& world, HintBoard& board)
      : store_(store), world_(world), board_(board) {}

  [[nodiscard]] platform::Store& store() { return store_; }
  [[nodiscard]] server::World& world() { return world_; }
  [[nodiscard]] HintBoard& board() { return board_; }

  // `work` is Result<T>(Desk&), `done` is void(Result<T>).
  template <typename Work, typename Done>
  void act(Work work, Done done) {
    using Outcome = std::invoke_result_t<Work&, Desk&>;
    auto hints = std::make_shared<Hints>();
    store_.write(
        [this, hints, work = std::move(work)](platform::Transaction& transaction) mutable {
          return at_desk(transaction, work, *hints);
        },
        [this, hints, done = std::move(done)](Outcome outcome) mutable {
          if (outcome) board_.poke(*hints);
          done(std::move(outcome));
        });
  }

  template <typename Work>
  auto act_and_wait(Work work) -> std::invoke_result_t<Work&, Desk&> {
    Hints hints;
    auto outcome = store_.write_and_wait(
        [&](platform::Transaction& transaction) { return at_desk(transaction, work, hints); });
    if (outcome) board_.poke(hints);
    return outcome;
  }

  template <typename Work>
  auto look_and_wait(Work work) {
    return store_.read_and_wait(std::move(work));
  }

 private:
  template <typename Work>
  auto at_desk(platform::Transaction& transaction, Work& work, Hints& hints)
      -> std::invoke_result_t<Work&, Desk&> {
    Desk desk(transaction, world_);
    auto outcome = work(desk);
    if (!outcome) return outcome;
    if (auto finished = desk.finish(); !finished) return std::unexpected(finished.error());
    hints = desk.hints();
    return outcome;
  }

  platform::Store& store_;
  server::World& world_;
  HintBoard& board_;
};

}  // namespace tally::core
