#include "server/api/use_book.hpp"

namespace tally::api {

void UseBook::note(const identity::Authenticated& used) {
  if (!used.note_use || !note_) return;
  {
    const std::lock_guard lock(mutex_);
    const bool fits = waiting_.size() < kUsesWaitingMax || waiting_.contains(used.credential);
    if (fits) waiting_.insert_or_assign(used.credential, Use{used, world_.now()});
  }
  write();
}

void UseBook::write() {
  const auto uses = std::make_shared<Uses>();
  {
    const std::lock_guard lock(mutex_);
    if (writing_ || waiting_.empty()) return;
    writing_ = true;
    while (!waiting_.empty() && uses->size() < kUsesAtATime) {
      uses->insert(waiting_.extract(waiting_.begin()));
    }
  }
  store_.write(
      [self = shared_from_this(), uses](platform::Transaction& transaction) -> Result<void> {
        for (const auto& [credential, use] : *uses) {
          if (auto noted = self->note_(transaction, use.used, use.at); !noted) return noted;
        }
        return {};
      },
      [self = shared_from_this()](const Result<void>& done) {
        {
          const std::lock_guard lock(self->mutex_);
          self->writing_ = false;
          // A store that is busy is not asked again before the next use.
          if (!done) self->waiting_.clear();
        }
        if (done) self->write();
      });
}

}  // namespace tally::api
