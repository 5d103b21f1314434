#include "server/gateway/link.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "server/core/alert_book.hpp"
#include "server/core/commands.hpp"
#include "server/core/doors.hpp"
#include "server/gateway/report.hpp"

namespace tally::gateway {

using core::Desk;

namespace {

constexpr std::string_view kTokenPath = "/d/";

}  // namespace

void LinkContext::count(std::uint64_t GatewayCounts::* which) {
  const std::lock_guard lock(mutex_);
  ++(counts_.*which);
}

GatewayCounts LinkContext::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

bool LinkContext::begin_work() {
  const std::lock_guard lock(mutex_);
  if (stopped_) return false;
  ++under_way_;
  return true;
}

void LinkContext::end_work() {
  const std::lock_guard lock(mutex_);
  if (--under_way_ == 0) idle_.notify_all();
}

void LinkContext::stop() {
  std::unique_lock lock(mutex_);
  stopped_ = true;
  idle_.wait(lock, [this] { return under_way_ == 0; });
}

void Link::close(std::uint16_t code, std::string_view reason) {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    waiting_.clear();
  }
  socket_->close(code, reason);
}

void Link::enqueue(Work work) {
  bool too_many = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    too_many = waiting_.size() >= kReportsWaitingMax;
    if (working_ && !too_many) return waiting_.push_back(std::move(work));
    working_ = true;
  }
  if (too_many) return close(http::kClosePolicy, "too many messages wait");
  work();
}

void Link::next() {
  Work work;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      working_ = false;
      return;
    }
    work = std::move(waiting_.front());
    waiting_.pop_front();
  }
  work();
}

template <typename Act, typename Done>
void Link::act(Act act, Done done) {
  if (!context_->begin_work()) return;
  context_->office.act(std::move(act),
                       [self = shared_from_this(), done = std::move(done)](auto outcome) mutable {
                         done(std::move(outcome));
                         self->next();
                         self->context_->end_work();
                       });
}

void Link::receive(const std::string& text) {
  const Working working(*context_);
  if (!working) return;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    heard_at_ = context_->office.world().now();
  }
  hear(text);
}

void Link::hear(const std::string& text) {
  auto message = link::parse_from_cabinet(text);
  if (!message) {
    context_->log(server::LogLevel::kWarning, "gateway",
                  fmt::format("{}: {}", cabinet_.text(), message.error().message));
    // A report that can't be read must not be said for ever; whatever else it is, a cabinet that
    // speaks another language can't be served.
    if (const auto number = link::report_number(text)) {
      return enqueue([self = shared_from_this(), number = *number, error = message.error()] {
        self->refuse_report(number, error);
      });
    }
    return close(http::kClosePolicy, "this is no message of the device link");
  }
  bool in_turn = false;
  {
    const std::lock_guard lock(mutex_);
    const bool greets = std::holds_alternative<link::Hello>(*message);
    in_turn = greets != greeted_;
    greeted_ = true;
  }
  if (!in_turn) return close(http::kClosePolicy, "hello comes first, and once");
  std::visit([this](auto&& what) { on(std::forward<decltype(what)>(what)); }, *std::move(message));
}

void Link::on(link::Hello hello) {
  if (hello.cabinet != cabinet_ || hello.protocol != link::kProtocol) {
    return close(http::kClosePolicy, hello.cabinet != cabinet_
                                         ? "the key is another cabinet's"
                                         : "this protocol is not spoken here");
  }
  {
    const std::lock_guard lock(mutex_);
    last_counter_ = hello.last_command;
  }
  enqueue([self = shared_from_this(), hello = std::move(hello)] {
    self->act(
        [self, hello](Desk& desk) -> Result<std::int64_t> {
          const commerce::CabinetConnected connected{desk.now(), self->number_, hello.version,
                                                     hello.cameras};
          auto told = desk.tell(self->tenant_, self->cabinet_, commerce::FleetEvent(connected));
          if (told) {
            told = core::obeyed_commands(desk.transaction(), self->cabinet_, hello.last_command);
          }
          if (!told) return std::unexpected(told.error());
          return core::report_seen(desk.transaction(), self->cabinet_);
        },
        [self](const Result<std::int64_t>& seen) {
          if (!seen) {
            self->context_->log(server::LogLevel::kError, "gateway", seen.error().message);
            return self->close(http::kCloseFailed, "try again later");
          }
          self->socket_->send(
              link::to_json(link::FromGateway(link::Welcome{kHeartbeatEvery.count(), *seen})));
        });
  });
  look_for_commands();
  enqueue([self = shared_from_this()] {
    self->send_token();
    self->next();
  });
}

void Link::on(link::Heartbeat heartbeat) {
  context_->count(&GatewayCounts::heartbeats);
  const std::lock_guard lock(mutex_);
  heartbeat_ = std::move(heartbeat);
}

std::optional<link::Heartbeat> Link::take_heartbeat() {
  const std::lock_guard lock(mutex_);
  return std::exchange(heartbeat_, std::nullopt);
}

void Link::on(link::Report report) {
  context_->count(&GatewayCounts::reports);
  enqueue([self = shared_from_this(), report = std::move(report)] {
    self->act(
        [self, report](Desk& desk) -> Result<void> {
          const auto fresh =
              core::see_report(desk.transaction(), self->tenant_, self->cabinet_, report.number);
          if (!fresh) return std::unexpected(fresh.error());
          return *fresh ? apply(desk, self->tenant_, self->cabinet_, report) : Result<void>{};
        },
        [self, number = report.number, what = name_of(report.body)](const Result<void>& done) {
          if (done) {
            self->context_->office.world().reached(what, "stored");
            self->socket_->send(link::to_json(link::FromGateway(link::ReportSeen{number})));
          } else if (done.error().code.kind == ErrorKind::kUnavailable) {
            // The store: the cabinet comes back and says it again.
            self->context_->log(server::LogLevel::kError, "gateway", done.error().message);
            self->close(http::kCloseFailed, "try again later");
          } else {
            // Before whatever came meanwhile: reports are acknowledged in order.
            const std::lock_guard lock(self->mutex_);
            self->waiting_.push_front(
                [self, number, error = done.error()] { self->refuse_report(number, error); });
          }
        });
  });
}

void Link::refuse_report(std::int64_t number, const Error& why) {
  context_->count(&GatewayCounts::reports_refused);
  context_->log(server::LogLevel::kWarning, "gateway",
                fmt::format("{}: report {}: {}", cabinet_.text(), number, why.message));
  act(
      [self = shared_from_this(), number, why](Desk& desk) -> Result<void> {
        const auto fresh =
            core::see_report(desk.transaction(), self->tenant_, self->cabinet_, number);
        if (!fresh) return std::unexpected(fresh.error());
        if (*fresh) {
          desk.alert(self->tenant_, core::kReportRefused, self->cabinet_.text(), why.code.name);
        }
        return {};
      },
      [self = shared_from_this(), number](const Result<void>& done) {
        if (done) {
          self->socket_->send(link::to_json(link::FromGateway(link::ReportSeen{number})));
        } else {
          self->close(http::kCloseFailed, "try again later");
        }
      });
}

void Link::on(link::CommandAnswer answer) {
  enqueue([self = shared_from_this(), answer = std::move(answer)] {
    self->act(
        [self, answer](Desk& desk) { return apply(desk, self->tenant_, self->cabinet_, answer); },
        [self](const Result<void>& done) {
          if (done) return;
          self->context_->log(server::LogLevel::kError, "gateway",
                              fmt::format("{}: {}", self->cabinet_.text(), done.error().message));
        });
  });
}

void Link::look_for_commands() {
  const Working working(*context_);
  if (!working) return;
  {
    const std::lock_guard lock(mutex_);
    if (!greeted_ || closed_ || std::exchange(commands_asked_, true)) return;
  }
  enqueue([self = shared_from_this()] { self->send_commands(); });
}

void Link::send_commands() {
  {
    const std::lock_guard lock(mutex_);
    commands_asked_ = false;
  }
  act(
      [self = shared_from_this()](Desk& desk) {
        return core::waiting_commands(desk.transaction(), self->cabinet_, desk.now());
      },
      [self = shared_from_this()](const Result<std::vector<link::Command>>& commands) {
        if (!commands) {
          return self->context_->log(server::LogLevel::kError, "gateway", commands.error().message);
        }
        std::set<std::string> waiting;
        for (const link::Command& command : *commands) waiting.insert(command.id);
        {
          const std::lock_guard lock(self->mutex_);
          // What was answered, or is too late, is never to be sent again.
          std::erase_if(self->sent_, [&](const auto& id) { return !waiting.contains(id); });
        }
        for (const link::Command& command : *commands) {
          {
            const std::lock_guard lock(self->mutex_);
            if (!self->sent_.insert(command.id).second) continue;
            self->last_counter_ = std::max(self->last_counter_, command.counter);
          }
          self->context_->count(&GatewayCounts::commands);
          self->socket_->send(link::to_json(link::FromGateway(command)));
          if (std::holds_alternative<link::Unlock>(command.body)) {
            self->context_->office.world().reached("unlock", "sent");
          }
        }
      });
}

void Link::show_token() {
  const Working working(*context_);
  if (!working) return;
  {
    const std::lock_guard lock(mutex_);
    if (!greeted_) return;
  }
  enqueue([self = shared_from_this()] {
    self->send_token();
    self->next();
  });
}

void Link::show_token_if_due(Instant now) {
  {
    const std::lock_guard lock(mutex_);
    if (now < token_at_) return;
  }
  show_token();
}

void Link::close_if_silent(Instant now) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || now < heard_at_ + kSilentMost) return;
  }
  close(http::kClosePolicy, "no heartbeat came");
}

void Link::send_token() {
  server::World& world = context_->office.world();
  const std::string token = core::make_door_token(world, cabinet_, context_->options.keys.front());
  link::Command command;
  command.id = world.new_id<CommandId>().text();
  command.valid_ms = kTokenEvery.count();
  command.body =
      link::ShowToken{fmt::format("{}{}{}", context_->options.public_url, kTokenPath, token),
                      commerce::kDoorTokenLife.count()};
  {
    const std::lock_guard lock(mutex_);
    token_at_ = world.now() + kTokenEvery;
    command.counter = ++last_counter_;
  }
  socket_->send(link::to_json(link::FromGateway(std::move(command))));
}

}  // namespace tally::gateway
