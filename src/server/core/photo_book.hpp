// What the embedder makes of products' photos: one vector for each photo and embedder, or why there
// is none. Photos are named by the SHA-256 of their files, so that one picture is looked at once.
//
// Thread-safety: a transaction's. Errors: the store's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "platform/connection.hpp"

namespace tally::core {

// A photo that an embedder is to look at, as soon as one is there.
Result<void> want_photo(platform::Transaction& transaction, std::string_view sha256);
// Of all products there are, unless photos were wanted before: for what an older program stored.
Result<void> want_all_photos(platform::Transaction& transaction);

// Photos that this embedder has not looked at; `embedder` is its package's SHA-256.
Result<std::vector<std::string>> wanted_photos(platform::Transaction& transaction,
                                               std::string_view embedder, std::int64_t limit);

struct PhotoVector {
  std::string problem;        // Why there is no vector, in words; empty where there is one.
  std::vector<float> vector;  // Of length 1.
};
Result<void> put_vector(platform::Transaction& transaction, std::string_view sha256,
                        std::string_view embedder, const PhotoVector& made);
// Nothing: it was not looked at yet.
Result<std::optional<PhotoVector>> find_vector(platform::Transaction& transaction,
                                               std::string_view sha256, std::string_view embedder);

}  // namespace tally::core
