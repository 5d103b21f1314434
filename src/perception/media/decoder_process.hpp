// One running tally-decoder: how it is started, spoken to, ended and reaped.
//
// The child gets /dev/null on 0 and 1, this process's standard error on 2 (its sandbox forbids
// writing there; the dynamic linker may, before it), its socket on 3 and the input on 4, and no
// environment but what the dynamic linker and the sanitizers read. It is started by posix_spawn:
// nothing of ours runs between fork and exec.
//
// Ownership: the destructor kills and reaps the child and closes the socket.
// Thread-safety: one thread at a time; socket() may be sent on from any thread while the object
// lives.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "perception/media/channel.hpp"

namespace tally::media {

class DecoderProcess {
 public:
  // `arguments` follow the program's name. Errors: MediaError::kDecoderMissing, kDecoderFailed.
  static Result<DecoderProcess> start(const std::filesystem::path& program,
                                      const std::vector<std::string>& arguments,
                                      const UniqueFd& input);
  DecoderProcess(DecoderProcess&& other) noexcept;
  DecoderProcess& operator=(DecoderProcess&&) = delete;
  ~DecoderProcess();

  [[nodiscard]] int socket() const { return socket_.get(); }

  // The next message, already checked alone. While may_be_silent() (empty: never) says so, time
  // does not count. Errors: kDecoderHung after `silence_max`; kDecoderFailed when the child died,
  // told with its signal or exit status, or sent what can't be read.
  Result<protocol::Message> next_message(std::chrono::milliseconds silence_max,
                                         const std::function<bool()>& may_be_silent = {});

 private:
  DecoderProcess(pid_t pid, UniqueFd socket);
  std::string end_and_tell();

  pid_t pid_ = -1;
  UniqueFd socket_;
};

// `options.decoder`, or tally-decoder beside the running program.
[[nodiscard]] std::filesystem::path decoder_program(const ReaderOptions& options);

}  // namespace tally::media
