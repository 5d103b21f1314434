// Reads the videos of a session for a watcher and makes the cart of what it finds: the part of
// processing that is the same for one camera and for several. Only here are videos, digests and
// evidence on disk.
//
// One thread; decoding runs in a child process for each video.
#pragma once

#include <string>

#include "base/error.hpp"
#include "perception/cart/evidence.hpp"
#include "perception/cart/process.hpp"
#include "perception/cart/session_file.hpp"
#include "perception/cart/session_watcher.hpp"

namespace tally::cart {

// Pushes every frame of every video in order of time and finishes the watcher, once, whatever
// happens; where it wants to look again, the same with the watcher of that look. A video that is
// missing, can't be opened or ends in an error is told in Cart::inputs.videos as a problem; where
// that is all of them, it is the error. What the cart names by digest is what was read, or it is
// ProcessError::kChanged.
// `session.videos` are the watcher's cameras, by index; of the options `camera` and `savings` are
// not used.
Result<ProcessOutcome> watch_session(const SessionFile& session, SessionWatcher& watcher,
                                     const std::string& layout_sha256, ClipNames names,
                                     const ProcessOptions& options);

}  // namespace tally::cart
