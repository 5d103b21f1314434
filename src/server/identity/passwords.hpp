// Passwords: what is refused, and the two slow steps (some 100 ms and 32 MiB each), which belong on
// a worker's thread, outside of any transaction.
//
// Thread-safety: pure functions, but for the world's chance.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "server/world.hpp"

namespace tally::identity {

// A password of which only the hash is known: what users.hpp stores.
struct HashedPassword {
  std::string hash;
};

// Errors: kWeak for fewer than kPasswordBytesLeast bytes or more than kPasswordBytesMost
// (base/secret.hpp), for one of the most common ones, for few different characters, and for one
// made of the e-mail address.
Result<void> check_password(std::string_view password, std::string_view email);

// Slow. Checks, and hashes with a new salt. Errors: as check_password.
Result<HashedPassword> make_password(server::World& world, std::string_view password,
                                     std::string_view email);

// Slow, and as slow where `known` is empty (nobody has that e-mail address), which is false.
[[nodiscard]] bool verify_password(const HashedPassword& known, std::string_view password);

}  // namespace tally::identity
