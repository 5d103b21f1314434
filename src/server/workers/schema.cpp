#include "server/workers/schema.hpp"

#include <array>

namespace tally::workers {
namespace {

constexpr std::string_view kChores = R"(
CREATE TABLE chores (
  name TEXT PRIMARY KEY,
  due_at BIGINT NOT NULL,
  leased_until BIGINT NOT NULL,
  token BIGINT NOT NULL
);
)";

}  // namespace

std::span<const platform::Migration> worker_migrations() {
  static const std::array<platform::Migration, 1> migrations{{{1, "chores", kChores, {}}}};
  return migrations;
}

}  // namespace tally::workers
