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
  take_turn(std::make_shared<std::pair<Act, Done>>(std::move(act), std::move(done)));
}

template <typename Act, typename Done>
void Link::take_turn(const std::shared_ptr<std::pair<Act, Done>>& work) {
  context_->turns.enter([self = shared_from_this(), work] {
    LinkContext& context = *self->context_;
    if (!context.under_way.begin()) return context.turns.leave();
    context.office.act([work](Desk& desk) { return work->first(desk); },
                       [self, work](auto outcome) {
                         LinkContext& context = *self->context_;
                         context.turns.leave();
                         if (!outcome && outcome.error().code.kind == ErrorKind::kUnavailable) {
                           self->try_again(outcome.error(),
                                           [self, work] { self->take_turn(work); });
                         } else {
                           work->second(std::move(outcome));
                           self->next();
                         }
                         context.under_way.end();
                       });
  });
}

// Of a connection that has ended the cabinet says it again on the next.
void Link::try_again(const Error& why, std::function<void()> turn) {
  if (is_closed()) return;
  context_->log(server::LogLevel::kWarning, "gateway",
                fmt::format("{} waits: {}", cabinet().text(), why.message));
  context_->turns.later(std::move(turn));
}

void Link::receive(const std::string& text) {
  const Working working(context_->under_way);
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
                  fmt::format("{}: {}", cabinet().text(), message.error().message));
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
  if (hello.cabinet != cabinet() || hello.protocol != link::kProtocol) {
    return close(http::kClosePolicy, hello.cabinet != cabinet()
                                         ? "the key is another cabinet's"
                                         : "this protocol is not spoken here");
  }
  {
    const std::lock_guard lock(mutex_);
    last_counter_ = hello.last_command;
  }
  enqueue([self = shared_from_this(), hello = std::move(hello)] {
    self->context_->roll->greet(self->connection_, hello, [self](const Result<Greeting>& greeting) {
      self->welcome(greeting);
    });
  });
}

void Link::welcome(const Result<Greeting>& greeting) {
  if (!greeting) {
    context_->log(server::LogLevel::kError, "gateway", greeting.error().message);
    return close(http::kCloseFailed, "try again later");
  }
  if (is_closed()) return;
  socket_->send(link::to_json(
      link::FromGateway(link::Welcome{kHeartbeatEvery.count(), greeting->report_seen})));
  send(greeting->commands);
  send_token();
  next();
}

void Link::on(const link::Heartbeat& heartbeat) {
  context_->count(&GatewayCounts::heartbeats);
  context_->roll->hear(connection_, heartbeat);
}

void Link::ended() {
  Instant heard{};
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    waiting_.clear();
    heard = heard_at_;
  }
  const Working working(context_->under_way);
  if (working) context_->roll->end(connection_, heard);
}

bool Link::is_closed() {
  const std::lock_guard lock(mutex_);
  return closed_;
}

void Link::on(link::Report report) {
  context_->count(&GatewayCounts::reports);
  enqueue([self = shared_from_this(), report = std::move(report)] {
    self->act(
        [self, report](Desk& desk) -> Result<void> {
          const auto fresh = core::see_report(desk.transaction(), self->connection_.tenant,
                                              self->cabinet(), report.number);
          if (!fresh) return std::unexpected(fresh.error());
          return *fresh ? apply(desk, self->connection_.tenant, self->cabinet(), report)
                        : Result<void>{};
        },
        [self, number = report.number, what = name_of(report.body)](const Result<void>& done) {
          if (done) {
            self->context_->office.world().reached(what, "stored");
            self->socket_->send(link::to_json(link::FromGateway(link::ReportSeen{number})));
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
                fmt::format("{}: report {}: {}", cabinet().text(), number, why.message));
  act(
      [self = shared_from_this(), number, why](Desk& desk) -> Result<void> {
        const auto fresh =
            core::see_report(desk.transaction(), self->connection_.tenant, self->cabinet(), number);
        if (!fresh) return std::unexpected(fresh.error());
        if (*fresh) {
          desk.alert(self->connection_.tenant, core::kReportRefused, self->cabinet().text(),
                     why.code.name);
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
        [self, answer](Desk& desk) {
          return apply(desk, self->connection_.tenant, self->cabinet(), answer);
        },
        [self](const Result<void>& done) {
          if (done) return;
          self->context_->log(server::LogLevel::kError, "gateway",
                              fmt::format("{}: {}", self->cabinet().text(), done.error().message));
        });
  });
}

void Link::look_for_commands() {
  const Working working(context_->under_way);
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
        return core::waiting_commands(desk.transaction(), self->cabinet(), desk.now());
      },
      [self = shared_from_this()](const Result<std::vector<link::Command>>& commands) {
        if (!commands) {
          return self->context_->log(server::LogLevel::kError, "gateway", commands.error().message);
        }
        self->send(*commands);
      });
}

void Link::send(const std::vector<link::Command>& commands) {
  std::set<std::string> waiting;
  for (const link::Command& command : commands) waiting.insert(command.id);
  {
    const std::lock_guard lock(mutex_);
    // What was answered, or is too late, is never to be sent again.
    std::erase_if(sent_, [&](const auto& id) { return !waiting.contains(id); });
  }
  for (const link::Command& command : commands) {
    {
      const std::lock_guard lock(mutex_);
      if (!sent_.insert(command.id).second) continue;
      last_counter_ = std::max(last_counter_, command.counter);
    }
    context_->count(&GatewayCounts::commands);
    socket_->send(link::to_json(link::FromGateway(command)));
    if (std::holds_alternative<link::Unlock>(command.body)) {
      context_->office.world().reached("unlock", "sent");
    }
  }
}

void Link::show_token() {
  const Working working(context_->under_way);
  if (!working) return;
  {
    const std::lock_guard lock(mutex_);
    // One is enough, however long the store takes for what the cabinet has said before.
    if (!greeted_ || std::exchange(token_waits_, true)) return;
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
  const std::string token = core::make_door_token(world, cabinet(), context_->options.keys.front());
  link::Command command;
  command.id = world.new_id<CommandId>().text();
  command.valid_ms = kTokenEvery.count();
  command.body =
      link::ShowToken{fmt::format("{}{}{}", context_->options.public_url, kTokenPath, token),
                      commerce::kDoorTokenLife.count()};
  {
    const std::lock_guard lock(mutex_);
    token_waits_ = false;
    token_at_ = world.now() + kTokenEvery;
    command.counter = ++last_counter_;
  }
  socket_->send(link::to_json(link::FromGateway(std::move(command))));
}

}  // namespace tally::gateway
