// connections URL COUNT CREDENTIALS [option=value…]: what many cabinets cost a gateway.
//
//   connections ws://127.0.0.1:8080/v1/device/link 10000 @keys.txt pid=4711 restart=60
//   connections serve 8080             a gateway that only welcomes, to compare with
//
// CREDENTIALS is what follows "Authorization: Bearer ", with {} for the number of the connection;
// or @FILE with a line "pop_… KEY" for each. Opens all, measures heartbeats for `seconds`, and with
// `restart` waits so many seconds for a restart of the gateway, done by somebody else, until all
// are back. Prints one JSON object a phase on stdout. Ends with 1 if not all came.
//
// Options: pid= of the gateway, for memory and CPU; seconds=60; heartbeat_ms=15000; restart=0;
// sources=4 addresses to connect from, 127.0.0.2 and on; connecting=256 at a time.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "base/device_link.hpp"
#include "many_websockets.hpp"
#include "platform/http/http_error.hpp"
#include "platform/http/server.hpp"
#include "platform/http/url.hpp"

namespace {

using namespace tally;
using bench::Clock;
using std::chrono::seconds;

constexpr int kPatienceSeconds = 120;

int usage() {
  std::fprintf(stderr,
               "connections URL COUNT CREDENTIALS|@FILE [option=value...]\n"
               "connections serve PORT\n");
  return 2;
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void allow_descriptors() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

// Welcomes, and reads what comes.
class Welcoming : public http::Handler {
 public:
  void admit(const http::Request& /*head*/, http::Admit admit) override {
    admit({http::AcceptWebSocket{}});
  }
  void handle(http::Request request, http::Reply reply) override {
    reply(http::problem({.status = 404, .code = "not_found", .message = "No."}, request.id));
  }
  http::WebSocketEvents on_websocket(http::Request /*request*/,
                                     std::shared_ptr<http::WebSocket> socket) override {
    return {[socket = std::move(socket)](const std::string& text) {
              const auto message = link::parse_from_cabinet(text);
              if (!message) return socket->close(http::kClosePolicy, message.error().message);
              if (std::holds_alternative<link::Hello>(*message)) {
                socket->send(link::to_json(link::FromGateway(link::Welcome{})));
              }
            },
            {}};
  }
};

int serve(std::uint16_t port) {
  http::ServerOptions options;
  options.port = port;
  const auto server = http::HttpServer::start(options, std::make_shared<Welcoming>());
  if (!server) {
    std::fprintf(stderr, "connections: %s\n", server.error().message.c_str());
    return 1;
  }
  fmt::print("{{\"port\": {}, \"pid\": {}}}\n", (*server)->port(), ::getpid());
  std::fflush(stdout);
  for (;;) ::pause();
}

struct Cost {
  double cpu_seconds = 0;
  double mebibytes = 0;
};

// Of a process, by proc(5).
Cost cost_of(std::int64_t pid) {
  if (pid == 0) return {};
  std::ifstream stat(fmt::format("/proc/{}/stat", pid));
  std::string text{std::istreambuf_iterator<char>(stat), {}};
  std::istringstream fields(text.substr(std::min(text.rfind(')'), text.size() - 1) + 1));
  std::vector<std::string> words{std::istream_iterator<std::string>(fields), {}};
  if (words.size() < 22) return {};
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
  // utime, stime and rss: fields 14, 15 and 24, of which the first two are cut off.
  return {(std::stod(words[11]) + std::stod(words[12])) / ticks,
          std::stod(words[21]) * page / (1U << 20U)};
}

Result<bench::Swarm> make_swarm(const std::string& url, std::int64_t count,
                                const std::string& credentials,
                                std::map<std::string, std::int64_t>& options) {
  const auto parsed = http::parse_url(url);
  if (!parsed) return std::unexpected(parsed.error());
  bench::Swarm swarm;
  swarm.host = parsed->host;
  swarm.port = parsed->port;
  swarm.target = parsed->target;
  link::Heartbeat heartbeat;
  heartbeat.celsius = 4.5;
  swarm.heartbeat = link::to_json(link::FromCabinet(heartbeat));
  swarm.heartbeat_every = std::chrono::milliseconds(options["heartbeat_ms"]);
  swarm.connecting_max = static_cast<std::size_t>(options["connecting"]);
  for (std::int64_t i = 0; i < options["sources"]; ++i) {
    swarm.sources.push_back(fmt::format("127.0.0.{}", 2 + i));
  }
  std::ifstream file(credentials.starts_with('@') ? credentials.substr(1) : "/dev/null");
  for (std::int64_t i = 0; i < count; ++i) {
    IdBits bits{};
    std::memcpy(bits.data(), &i, sizeof i);
    std::string cabinet = CabinetId::from_bits(bits).text();
    std::string key = credentials;
    if (const auto hole = key.find("{}"); hole != std::string::npos) {
      key.replace(hole, 2, std::to_string(i));
    }
    if (credentials.starts_with('@') && !(file >> cabinet >> key)) {
      return fail(http::HttpError::kOptions,
                  fmt::format("{} has fewer than {} lines", credentials, count));
    }
    const auto id = CabinetId::parse(cabinet);
    if (!id) return fail(http::HttpError::kOptions, fmt::format("{} is no cabinet", cabinet));
    swarm.authorization.push_back("Bearer " + key);
    swarm.hello.push_back(link::to_json(
        link::FromCabinet(link::Hello{.cabinet = *id, .version = "bench", .cameras = {"cam0"}})));
  }
  return swarm;
}

double since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

bool wait_for_all(bench::ManyWebSockets& swarm, std::size_t count, const char* phase,
                  std::int64_t pid, const Cost& before) {
  const auto began = Clock::now();
  swarm.run(began + seconds(kPatienceSeconds), [&] { return swarm.counts().open == count; });
  const Cost after = cost_of(pid);
  const auto& counts = swarm.counts();
  fmt::print(
      "{{\"phase\": \"{}\", \"open\": {}, \"seconds\": {:.2f}, \"failed\": {}, \"lost\": {}, "
      "\"mib\": {:.1f}, "
      "\"bytes_each\": {:.0f}, \"last_failure\": \"{}\"}}\n",
      phase, counts.open, since(began), counts.failed, counts.lost, after.mebibytes,
      (after.mebibytes - before.mebibytes) * (1U << 20U) / static_cast<double>(count),
      counts.last_failure);
  std::fflush(stdout);
  return counts.open == count;
}

int measure(bench::ManyWebSockets& swarm, std::size_t count,
            std::map<std::string, std::int64_t>& options) {
  const std::int64_t pid = options["pid"];
  if (!wait_for_all(swarm, count, "open", pid, cost_of(pid))) return 1;
  const Cost before = cost_of(pid);
  const auto began = Clock::now();
  const std::uint64_t heartbeats = swarm.counts().heartbeats;
  swarm.run(began + seconds(options["seconds"]), [] { return false; });
  const Cost after = cost_of(pid);
  fmt::print(
      "{{\"phase\": \"heartbeats\", \"open\": {}, \"heartbeats\": {}, \"seconds\": {:.1f}, "
      "\"cpu_percent\": {:.2f}, \"mib\": {:.1f}, \"lost\": {}}}\n",
      swarm.counts().open, swarm.counts().heartbeats - heartbeats, since(began),
      100 * (after.cpu_seconds - before.cpu_seconds) / since(began), after.mebibytes,
      swarm.counts().lost);
  std::fflush(stdout);
  if (options["restart"] == 0) return swarm.counts().open == count ? 0 : 1;
  swarm.run(Clock::now() + seconds(options["restart"]), [&] { return swarm.counts().open == 0; });
  if (swarm.counts().open != 0) {
    std::fprintf(stderr, "connections: the gateway was not restarted\n");
    return 1;
  }
  return wait_for_all(swarm, count, "back", 0, {}) ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  allow_descriptors();
  const std::vector<std::string> arguments(words + 1, words + count);
  if (arguments.size() == 2 && arguments[0] == "serve") {
    const auto port = number_of(arguments[1]);
    return port && *port >= 0 && *port < 65'536 ? serve(static_cast<std::uint16_t>(*port))
                                                : usage();
  }
  if (arguments.size() < 3) return usage();
  std::map<std::string, std::int64_t> options{
      {"pid", 0},     {"seconds", 60},          {"restart", 0},
      {"sources", 4}, {"heartbeat_ms", 15'000}, {"connecting", 256}};
  const auto many = number_of(arguments[1]);
  for (std::size_t i = 3; i < arguments.size(); ++i) {
    const std::size_t equals = arguments[i].find('=');
    const auto option = options.find(arguments[i].substr(0, equals));
    const auto value = number_of(arguments[i].substr(std::min(equals + 1, arguments[i].size())));
    if (option == options.end() || !value || *value < 0) return usage();
    option->second = *value;
  }
  if (!many || *many < 1) return usage();
  auto swarm = make_swarm(arguments[0], *many, arguments[2], options);
  if (!swarm) {
    std::fprintf(stderr, "connections: %s\n", swarm.error().message.c_str());
    return 1;
  }
  bench::ManyWebSockets sockets(std::move(*swarm));
  return measure(sockets, static_cast<std::size_t>(*many), options);
}
