// What a session's cameras saw, as fusion.cpp keeps it in a file: CBOR of what these make and read.
#pragma once

#include <nlohmann/json.hpp>

#include "perception/cabinet/conclude.hpp"
#include "perception/identify/gallery.hpp"

namespace tally::bench {

// Of each look its log likelihoods by product come from the gallery, so that is kept too.
[[nodiscard]] nlohmann::json to_json(const cabinet::Observations& seen,
                                     const identify::Gallery& gallery);

// Adds what to_json() told to `seen` and `gallery`, which are empty.
void read(const nlohmann::json& in, cabinet::Observations& seen, identify::Gallery& gallery);

}  // namespace tally::bench
