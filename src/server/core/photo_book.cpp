#include "server/core/photo_book.hpp"

#include <bit>
#include <cstring>

#include "server/core/rows.hpp"

namespace tally::core {
namespace {

using platform::Transaction;

static_assert(std::endian::native == std::endian::little, "vectors are stored little-endian");

constexpr std::string_view kWanted;  // In place of an embedder.

}  // namespace

Result<void> want_photo(Transaction& transaction, std::string_view sha256) {
  const auto done = transaction.execute(
      "INSERT INTO photo_vectors (sha256, embedder) VALUES ($1, $2) ON CONFLICT DO NOTHING", sha256,
      kWanted);
  return done ? Result<void>{} : std::unexpected(done.error());
}

Result<void> want_all_photos(Transaction& transaction) {
  const auto any = transaction.query_one<std::string>(
      "SELECT sha256 FROM photo_vectors WHERE embedder = $1 LIMIT 1", kWanted);
  if (!any) return std::unexpected(any.error());
  if (*any) return {};
  std::string after;
  while (true) {
    const auto page = platform::list_in_state(transaction, kKind<commerce::Product>, "", after,
                                              platform::kPageMax);
    if (!page) return std::unexpected(page.error());
    const auto rows = rows_of<commerce::Product>(*page);
    if (!rows) return std::unexpected(rows.error());
    for (const auto& row : *rows) {
      after = row.id;
      for (const std::string& photo : row.value.photos) {
        if (auto wanted = want_photo(transaction, photo); !wanted) return wanted;
      }
    }
    if (std::ssize(*rows) < platform::kPageMax) return {};
  }
}

Result<std::vector<std::string>> wanted_photos(Transaction& transaction, std::string_view embedder,
                                               std::int64_t limit) {
  const auto rows = transaction.query<std::string>(
      "SELECT w.sha256 FROM photo_vectors AS w LEFT JOIN photo_vectors AS v "
      "ON v.sha256 = w.sha256 AND v.embedder = $2 WHERE w.embedder = $1 AND v.sha256 IS NULL "
      "ORDER BY w.sha256 LIMIT $3",
      kWanted, embedder, limit);
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::string> photos;
  for (const auto& [sha256] : *rows) photos.push_back(sha256);
  return photos;
}

Result<void> put_vector(Transaction& transaction, std::string_view sha256,
                        std::string_view embedder, const PhotoVector& made) {
  std::optional<platform::Blob> vector;
  if (made.problem.empty()) {
    vector.emplace(std::string(made.vector.size() * sizeof(float), '\0'));
    std::memcpy(vector->bytes.data(), made.vector.data(), vector->bytes.size());
  }
  const auto problem = made.problem.empty()
                           ? std::optional<std::string>()
                           : platform::storable_text(made.problem, platform::kErrorBytesMax);
  const auto done = transaction.execute(
      "INSERT INTO photo_vectors (sha256, embedder, problem, vector) VALUES ($1, $2, $3, $4) "
      "ON CONFLICT (sha256, embedder) DO UPDATE SET problem = excluded.problem, "
      "vector = excluded.vector",
      sha256, embedder, problem, vector);
  return done ? Result<void>{} : std::unexpected(done.error());
}

Result<std::optional<PhotoVector>> find_vector(Transaction& transaction, std::string_view sha256,
                                               std::string_view embedder) {
  if (embedder == kWanted) return std::optional<PhotoVector>();  // None runs.
  auto row = transaction.query_one<std::optional<std::string>, std::optional<platform::Blob>>(
      "SELECT problem, vector FROM photo_vectors WHERE sha256 = $1 AND embedder = $2", sha256,
      embedder);
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<PhotoVector>();
  auto& [problem, vector] = **row;
  PhotoVector made{std::move(problem).value_or(""), {}};
  if (vector) {
    made.vector.resize(vector->bytes.size() / sizeof(float));
    std::memcpy(made.vector.data(), vector->bytes.data(), made.vector.size() * sizeof(float));
  }
  return std::optional(std::move(made));
}

}  // namespace tally::core
