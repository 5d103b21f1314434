#include "server/core/stock_book.hpp"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string>
#include <tuple>

#include "server/records/records.hpp"

namespace tally::core {
namespace {

using commerce::Inventory;
using commerce::Movement;
using platform::Transaction;

// A cabinet's stock as far as an event needs it, and what of it is new afterwards.
class Book {
 public:
  Book(Transaction& transaction, const TenantId& tenant, const CabinetId& cabinet)
      : transaction_(transaction), tenant_(tenant) {
    inventory_.cabinet = cabinet;
  }

  [[nodiscard]] const Inventory& inventory() const { return inventory_; }

  Result<void> read_levels() {
    const auto rows = transaction_.query<ProductId, std::string>(
        "SELECT product, body FROM stock_levels WHERE cabinet = $1", inventory_.cabinet);
    if (!rows) return std::unexpected(rows.error());
    for (const auto& [product, body] : *rows) {
      auto level = records::parse<commerce::StockLevel>(body);
      if (!level) return std::unexpected(level.error());
      inventory_.levels[product] = *std::move(level);
      stored_[product] = body;
    }
    return {};
  }

  Result<void> read_movement(const std::string& key) {
    for (const std::string& one : {key, key + std::string(commerce::kOffsetSuffix)}) {
      auto row = transaction_.query_one<std::string>(
          "SELECT body FROM stock_movements WHERE movement_key = $1", one);
      if (!row) return std::unexpected(row.error());
      if (!*row) continue;
      if (auto kept = keep(std::get<0>(**row)); !kept) return kept;
    }
    return {};
  }

  Result<void> read_movements_from(const ProductId& product, Instant at) {
    const auto rows = transaction_.query<std::string>(
        "SELECT body FROM stock_movements WHERE cabinet = $1 AND product = $2 AND at >= $3",
        inventory_.cabinet, product, at);
    return keep_all(rows);
  }

  // Whose keys begin with a session's id and "/".
  Result<void> read_movements_under(const std::string& owner) {
    const auto rows = transaction_.query<std::string>(
        "SELECT body FROM stock_movements WHERE movement_key >= $1 AND movement_key < $2",
        owner + "/", owner + "0");
    return keep_all(rows);
  }

  Result<void> append(const Movement& movement) {
    const auto done = transaction_.execute(
        "INSERT INTO stock_movements (movement_key, id, tenant, cabinet, product, at, body) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        movement.key, movement.id, tenant_, movement.cabinet, movement.product, movement.at,
        records::to_text(movement));
    return done ? Result<void>{} : std::unexpected(done.error());
  }

  Result<void> write_levels(const Inventory& after) {
    for (const auto& [product, level] : after.levels) {
      std::string body = records::to_text(level);
      const auto before = stored_.find(product);
      if (before != stored_.end() && before->second == body) continue;
      const auto done = transaction_.execute(
          "INSERT INTO stock_levels (cabinet, product, tenant, body) VALUES ($1, $2, $3, $4) "
          "ON CONFLICT (cabinet, product) DO UPDATE SET body = excluded.body",
          after.cabinet, product, tenant_, body);
      if (!done) return std::unexpected(done.error());
    }
    return {};
  }

 private:
  Result<void> keep(const std::string& body) {
    auto movement = records::parse<Movement>(body);
    if (!movement) return std::unexpected(movement.error());
    std::string key = movement->key;
    inventory_.movements.emplace(std::move(key), *std::move(movement));
    return {};
  }

  Result<void> keep_all(const Result<std::vector<std::tuple<std::string>>>& rows) {
    if (!rows) return std::unexpected(rows.error());
    for (const auto& [body] : *rows) {
      if (auto kept = keep(body); !kept) return kept;
    }
    return {};
  }

  Transaction& transaction_;
  const TenantId& tenant_;
  Inventory inventory_;
  std::map<ProductId, std::string> stored_;
};

Result<void> read_for(Book& book, const commerce::MoveStock& event) {
  for (const commerce::StockChange& change : event.changes) {
    if (auto read = book.read_movement(change.movement.key); !read) return read;
  }
  return {};
}
Result<void> read_for(Book& book, const commerce::CountStock& event) {
  for (const commerce::StockCount& count : event.counts) {
    if (auto read = book.read_movement(count.key); !read) return read;
    if (auto read = book.read_movements_from(count.product, count.at); !read) return read;
  }
  return {};
}
Result<void> read_for(Book&, const commerce::SetParLevels&) { return {}; }

}  // namespace

Result<std::vector<commerce::StockAlert>> move_stock(Transaction& transaction,
                                                     const TenantId& tenant,
                                                     const CabinetId& cabinet,
                                                     const commerce::InventoryEvent& event) {
  Book book(transaction, tenant, cabinet);
  auto done = book.read_levels();
  if (done) done = std::visit([&](const auto& what) { return read_for(book, what); }, event);
  if (!done) return std::unexpected(done.error());
  const auto step = commerce::step(book.inventory(), event);
  if (!step) return std::unexpected(step.error());
  std::vector<commerce::StockAlert> alerts;
  for (const commerce::InventoryEffect& effect : step->effects) {
    if (const auto* recorded = std::get_if<commerce::MovementRecorded>(&effect)) {
      if (done) done = book.append(recorded->movement);
    } else {
      alerts.push_back(std::get<commerce::StockAlert>(effect));
    }
  }
  if (done) done = book.write_levels(step->state);
  if (!done) return std::unexpected(done.error());
  return alerts;
}

Result<Restocked> restock(Transaction& transaction, const TenantId& tenant,
                          const commerce::Restock& restock,
                          std::vector<commerce::Planogram> planograms) {
  Book book(transaction, tenant, restock.cabinet);
  auto done = book.read_levels();
  if (done) done = book.read_movements_under(restock.session.text());
  for (const commerce::RestockLine& line : restock.lines) {
    if (done && line.counted) done = book.read_movements_from(line.product, restock.at);
  }
  if (!done) return std::unexpected(done.error());
  const auto step =
      commerce::step(commerce::CabinetGoods{book.inventory(), std::move(planograms)}, restock);
  if (!step) return std::unexpected(step.error());
  Restocked restocked;
  for (const commerce::RestockEffect& effect : step->effects) {
    if (const auto* recorded = std::get_if<commerce::MovementRecorded>(&effect)) {
      if (done) done = book.append(recorded->movement);
    } else if (const auto* changed = std::get_if<commerce::PlanogramChanged>(&effect)) {
      restocked.planograms.push_back(changed->planogram);
    } else {
      restocked.alerts.push_back(std::get<commerce::StockAlert>(effect));
    }
  }
  if (done) done = book.write_levels(step->state.inventory);
  if (!done) return std::unexpected(done.error());
  return restocked;
}

Result<std::vector<ProductStock>> stock_of(Transaction& transaction, const TenantId& tenant,
                                           const CabinetId& cabinet) {
  const auto rows = transaction.query<ProductId, std::string>(
      "SELECT product, body FROM stock_levels WHERE tenant = $1 AND cabinet = $2 "
      "ORDER BY product",
      tenant, cabinet);
  if (!rows) return std::unexpected(rows.error());
  std::vector<ProductStock> stock;
  for (const auto& [product, body] : *rows) {
    auto level = records::parse<commerce::StockLevel>(body);
    if (!level) return std::unexpected(level.error());
    stock.push_back({product, *std::move(level)});
  }
  return stock;
}

Result<std::vector<Movement>> movements_of(Transaction& transaction, const TenantId& tenant,
                                           const CabinetId& cabinet,
                                           const std::optional<std::string>& starting_after,
                                           std::int64_t limit) {
  Instant before = Instant::max();
  std::string before_key;
  if (starting_after) {
    const auto row = transaction.query_one<Instant, std::string>(
        "SELECT at, movement_key FROM stock_movements WHERE tenant = $1 AND cabinet = $2 "
        "AND id = $3",
        tenant, cabinet, *starting_after);
    if (!row) return std::unexpected(row.error());
    if (*row) std::tie(before, before_key) = **row;
  }
  const auto rows = transaction.query<std::string>(
      "SELECT body FROM stock_movements WHERE tenant = $1 AND cabinet = $2 "
      "AND (at < $3 OR (at = $3 AND movement_key < $4)) "
      "ORDER BY at DESC, movement_key DESC LIMIT $5",
      tenant, cabinet, before, before_key, limit);
  if (!rows) return std::unexpected(rows.error());
  std::vector<Movement> movements;
  for (const auto& [body] : *rows) {
    auto movement = records::parse<Movement>(body);
    if (!movement) return std::unexpected(movement.error());
    movements.push_back(*std::move(movement));
  }
  return movements;
}

}  // namespace tally::core
