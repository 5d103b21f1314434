// Who speaks: a bearer token of any kind, known by its prefix.
//
// authenticate() only reads, so that it may run in a reading transaction. Where it says that the
// use is to be noted (at most once in kUseNotedEvery for each credential), note_use() does so in a
// writing one: it moves the end of a session, keeps when a key was used, and at the first use of a
// cabinet's new key ends the old ones.
//
// Tokens are looked up by their SHA-256, so time tells nothing of them. Thread-safety: a
// transaction's.
#pragma once

#include <string>
#include <string_view>

#include "base/instant.hpp"
#include "platform/connection.hpp"
#include "server/identity/principal.hpp"

namespace tally::identity {

inline constexpr Duration kUseNotedEvery = std::chrono::minutes(1);
inline constexpr std::size_t kCredentialBytesMax = 200;

struct Authenticated {
  Principal principal;
  std::string credential;  // "wss_…", "key_…", "dky_…": which one it was.
  bool note_use = false;
};

// A bearer's token as it came: without "Bearer ". The role of a user is what it is now.
// Errors: kCredential, kExpired for a session.
Result<Authenticated> authenticate(platform::Transaction& transaction, std::string_view credential,
                                   Instant now);

// Does nothing where `note_use` is false, or the credential has ended meanwhile.
Result<void> note_use(platform::Transaction& transaction, const Authenticated& authenticated,
                      Instant now);

}  // namespace tally::identity
