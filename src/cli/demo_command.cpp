#include "cli/demo_command.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "base/files.hpp"
#include "base/money.hpp"
#include "cli/cli_error.hpp"
#include "cli/demo_cabinet.hpp"
#include "cli/demo_shopper.hpp"
#include "cli/free_port.hpp"
#include "cli/interrupt.hpp"
#include "cli/teller.hpp"
#include "perception/cart/session_file.hpp"
#include "server/serve/demo.hpp"
#include "server/serve/serve.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::string_view kFirstSession = "take_several";
constexpr Duration kDrain = std::chrono::seconds(5);
constexpr std::chrono::milliseconds kLookEvery{100};
constexpr std::chrono::seconds kMailWait{10};

// What was mailed, as it comes.
class Letters {
 public:
  void put(const std::string& to, std::string code) {
    const std::lock_guard lock(mutex_);
    codes_[to] = std::move(code);
    came_.notify_all();
  }
  // The last code for this address; waits for it. Empty where none comes.
  std::string take(const std::string& to) {
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, kMailWait, [&] { return codes_.contains(to); });
    const auto found = codes_.extract(to);
    return found ? found.mapped() : std::string();
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::map<std::string, std::string> codes_;
};

std::string receipt_in_words(const Json& receipt, const std::string& server) {
  const auto money = [](const Json& amount) {
    return to_string(
        Money{amount.at("minor").get<std::int64_t>(),
              Currency::parse(amount.at("currency").get<std::string>()).value_or(Currency{})});
  };
  std::string text = "\nReceipt " + receipt.at("id").get<std::string>() + "\n";
  std::size_t number = 0;
  for (const Json& line : receipt.at("lines")) {
    text += fmt::format("  {} x {:<24} {:>12}\n", line.at("quantity").get<int>(),
                        line.at("name").get<std::string>(), money(line.at("amount").at("gross")));
    for (std::size_t clip = 0; clip < line.at("clips").get<std::size_t>(); ++clip) {
      text += fmt::format("      {}/v1/receipts/{}/lines/{}/clips/{}\n", server,
                          receipt.at("id").get<std::string>(), number, clip);
    }
    ++number;
  }
  if (receipt.at("lines").empty()) text += "  nothing was taken\n";
  text += fmt::format("  {:<28} {:>12}\n  {:<28} {:>12}\n", "total",
                      money(receipt.at("total").at("gross")), "of which tax",
                      money(receipt.at("total").at("tax")));
  return text;
}

// demo/ of the checkout that this program was built in, or of the folder it runs in.
fs::path shipped_sessions() {
  const fs::path here = "demo";
  std::error_code error;
  if (fs::exists(here / kFirstSession, error)) return fs::absolute(here);
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return program.parent_path().parent_path().parent_path() / here;
}

// lab/synth/play beside demo/, where lab/synth/setup has made what it needs and the session says
// from which seed its cabinet is; else nothing.
fs::path renderer_for(const fs::path& session) {
  const fs::path checkout = shipped_sessions().parent_path();
  const fs::path renderer = checkout / "lab/synth/play";
  std::error_code error;
  const bool there = fs::exists(renderer, error) &&
                     fs::exists(checkout / ".deps/lab-venv/bin/python", error) &&
                     fs::exists(session / "truth.json", error);
  return there ? renderer : fs::path();
}

// What each cabinet's cameras play. Every session was rendered in a cabinet of its own, so where a
// person may choose, there is a cabinet for each that is shipped.
std::vector<fs::path> sessions_of(const DemoArguments& arguments) {
  const fs::path shipped = shipped_sessions();
  const fs::path first =
      arguments.session.empty() ? shipped / kFirstSession : fs::absolute(arguments.session);
  std::vector<fs::path> sessions(static_cast<std::size_t>(arguments.cabinets), first);
  if (arguments.once || arguments.cabinets > 1 || !arguments.session.empty()) return sessions;
  std::vector<fs::path> others;
  std::error_code ignored;  // The first one's absence is told when it is read.
  for (const auto& entry : fs::directory_iterator(shipped, ignored)) {
    if (entry.is_directory() && entry.path() != first) others.push_back(entry.path());
  }
  std::ranges::sort(others);
  sessions.insert(sessions.end(), others.begin(), others.end());
  return sessions;
}

// The demo as a whole: server, cabinet, shopper.
class DemoStage {
 public:
  DemoStage(const DemoArguments& arguments, Console& console)
      : arguments_(arguments), console_(console), teller_(console) {}

  Result<void> run() {
    if (auto started = start_server(); !started) return started;
    if (auto started = start_cabinets(); !started) return started;
    if (auto played = play(); !played) return played;
    if (arguments_.once) return {};
    console_.print(
        fmt::format("\nStill running; Ctrl-C ends it.\n"
                    "  the cabinet's screen   {}\n"
                    "  the wallet             {}/  (scan the screen's code, or follow its link)\n"
                    "  the console            {}/console  ({}, password \"{}\")\n"
                    "  metrics                {}/metrics\n",
                    cabinets_[0]->screen(), server_->url(), server_->url(), serve::kDemoOwner,
                    serve::kDemoPassword, server_->url()));
    if (auto shown = console_.flush(); !shown) return shown;
    while (!interrupted_within(kLookEvery)) {
    }
    return fail(CliError::kInterrupted, "interrupted");
  }

  ~DemoStage() {
    cabinets_.clear();
    if (server_) server_->stop(kDrain);
    server_.reset();
    std::error_code ignored;
    if (arguments_.data.empty() && !data_.empty()) fs::remove_all(data_, ignored);
  }

 private:
  Result<void> start_server() {
    sessions_ = sessions_of(arguments_);
    auto data = make_data();
    if (!data) return std::unexpected(std::move(data.error()));
    auto port = arguments_.port != 0 ? Result<std::uint16_t>(arguments_.port) : free_port();
    if (!port) return std::unexpected(port.error());
    config::Config config;
    config.data = data_ / "server";
    config.http.port = *port;
    config.public_url = fmt::format("http://127.0.0.1:{}", *port);
    with_models(config);
    auto server = serve::Serve::start(
        {.config = std::move(config),
         .log = teller_.log(server::LogLevel::kWarning),
         .mail =
             [this](const mail::Letter& mail) {
               letters_.put(mail.to, mail.code);
               if (!arguments_.json) {
                 teller_.note(fmt::format("a letter to {}: {}", mail.to, mail.text));
               }
             },
         .demo = true,
         .on_watched =
             [this](const pipeline::Watched& watched) {
               const std::lock_guard lock(mutex_);
               watched_[watched.session.text()] = watched.share_at_close;
             }},
        server::real_world());
    if (!server) return std::unexpected(std::move(server.error()));
    server_ = *std::move(server);
    auto demo = serve::set_up_demo(
        *server_, sessions_, static_cast<std::size_t>(arguments_.cabinets), server::real_world());
    if (!demo) return std::unexpected(std::move(demo.error()));
    demo_ = *std::move(demo);
    teller_.note(fmt::format("tally runs at {} with a demo tenant and {}", server_->url(),
                             demo_.cabinets.size() == 1
                                 ? fmt::format("its cabinet \"{}\"", demo_.cabinets[0].name)
                                 : fmt::format("{} cabinets", demo_.cabinets.size())));
    return {};
  }

  Result<void> make_data() {
    std::error_code error;
    if (!arguments_.data.empty()) {
      data_ = fs::absolute(arguments_.data);
      fs::create_directories(data_, error);
    } else {
      std::string name = (fs::temp_directory_path() / "tally-demo-XXXXXX").string();
      if (::mkdtemp(name.data()) == nullptr) error = {errno, std::generic_category()};
      data_ = name;
    }
    if (!error) return {};
    return fail(FileError::kUnwritable,
                fmt::format("{}: {}; choose another --data", data_.string(), error.message()));
  }

  Result<void> start_cabinets() {
    std::vector<OtherDemoScreen> screens;
    for (std::size_t i = 0; i < demo_.cabinets.size(); ++i) {
      const auto port = free_port();
      if (!port) return std::unexpected(port.error());
      screens.push_back({demo_.cabinets[i].name, *port, sessions_[i].filename().string()});
    }
    for (std::size_t i = 0; i < demo_.cabinets.size(); ++i) {
      const auto videos = cart::load_session(sessions_[i]);
      if (!videos) return std::unexpected(videos.error());
      std::vector<std::string> cameras;
      for (const cart::SessionVideo& video : videos->videos) cameras.push_back(video.camera);
      std::vector<OtherDemoScreen> others = screens;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
      const std::string folder = i == 0 ? "cabinet" : fmt::format("cabinet-{}", i + 1);
      auto cabinet = DemoCabinet::start({.server = server_->url(),
                                         .folder = data_ / folder,
                                         .session = sessions_[i],
                                         .cameras = std::move(cameras),
                                         .provisioning_code = demo_.cabinets[i].provisioning_code,
                                         .screen_port = screens[i].port,
                                         .others = std::move(others),
                                         .renderer = renderer_for(sessions_[i])});
      if (!cabinet) return std::unexpected(std::move(cabinet.error()));
      cabinets_.push_back(*std::move(cabinet));
      teller_.note(fmt::format("the screen of \"{}\": {}", demo_.cabinets[i].name,
                               cabinets_.back()->screen()));
    }
    return {};
  }

  // At as many cabinets as are asked for at once, each with a shopper of its own.
  Result<void> play() {
    auto client = http::HttpClient::start({});
    if (!client) return std::unexpected(std::move(client.error()));
    std::vector<Result<void>> played(static_cast<std::size_t>(arguments_.cabinets));
    {
      std::vector<std::jthread> shoppers;
      for (std::size_t i = 1; i < played.size(); ++i) {
        shoppers.emplace_back([&, i] { played[i] = play_at(**client, i); });
      }
      played[0] = play_at(**client, 0);
    }
    for (Result<void>& one : played) {
      if (!one) return std::move(one);
    }
    return {};
  }

  Result<void> play_at(http::HttpClient& client, std::size_t cabinet) {
    const std::string email = cabinet == 0 ? std::string(serve::kDemoShopper)
                                           : fmt::format("shopper-{}@tally.example", cabinet + 1);
    DemoShopper shopper(client, {.server = server_->url(),
                                 .tenant = demo_.tenant.text(),
                                 .email = email,
                                 .card = std::string(serve::kDemoCard),
                                 .code = [&] { return letters_.take(email); },
                                 .tell =
                                     [this](std::string_view words) {
                                       if (!arguments_.json) teller_.note(words);
                                     },
                                 .cancelled = [] { return interrupted_within(kLookEvery); }});
    if (auto in = shopper.sign_in(); !in) return in;
    std::string used;
    for (int i = 0; i < arguments_.sessions && !interrupted(); ++i) {
      auto url =
          cabinets_[cabinet]->scan(client, used, [] { return interrupted_within(kLookEvery); });
      if (!url) return std::unexpected(std::move(url.error()));
      used = *url;
      const auto bought = shopper.buy(used);
      if (!bought) return std::unexpected(bought.error());
      if (auto shown = show(*bought); !shown) return shown;
    }
    return {};
  }

  Result<void> show(const Bought& bought) {
    const Json receipt = Json::parse(bought.receipt, nullptr, false);
    const std::lock_guard lock(mutex_);
    const auto watched = watched_.extract(bought.session);
    const double share = watched ? watched.mapped() : -1;
    if (arguments_.json) {
      console_.print(Json{{"session", bought.session},
                          {"state", bought.state},
                          {"seconds_after_close", bought.seconds_after_close},
                          {"watched_at_close", share},
                          {"receipt", receipt.is_object() ? receipt : Json()}}
                         .dump() +
                     "\n");
    } else if (receipt.is_object()) {
      console_.print(receipt_in_words(receipt, server_->url()));
      console_.print(
          fmt::format("  {:.2f} s after the door was closed; {:.0f} % of the video had "
                      "been watched by then\n",
                      bought.seconds_after_close, share * 100));
    } else {
      console_.print(fmt::format("no receipt yet: the session is in state {}\n", bought.state));
    }
    return console_.flush();
  }

  const DemoArguments& arguments_;
  Console& console_;
  Teller teller_;
  std::vector<fs::path> sessions_;  // Of each cabinet.
  fs::path data_;
  Letters letters_;
  std::mutex mutex_;
  std::map<std::string, double> watched_;  // By session: the share watched at its close.
  std::unique_ptr<serve::Serve> server_;
  serve::Demo demo_;
  std::vector<std::unique_ptr<DemoCabinet>> cabinets_;
};

}  // namespace

Result<void> run_demo(const DemoArguments& arguments, Console& console) {
  console.set_quiet(arguments.quiet || arguments.json);
  return DemoStage(arguments, console).run();
}

}  // namespace tally::cli
