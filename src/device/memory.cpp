#include "device/memory.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <optional>
#include <utility>

#include "base/files.hpp"
#include "base/json_reader.hpp"
#include "device/device_error.hpp"

namespace tally::device {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSchema = "tally.cabinet.v1";
constexpr IntegerRange kNumbers{0, std::int64_t{1} << 53U};
constexpr IntegerRange kTimes{-(std::int64_t{1} << 53U), std::int64_t{1} << 53U};
constexpr std::size_t kReportsMax = 100'000;
constexpr std::size_t kShortTextMax = 100;
constexpr std::array kStates{CabinetState::kLocked, CabinetState::kUnlocked,
                             CabinetState::kOpen,   CabinetState::kLocking,
                             CabinetState::kClosed, CabinetState::kForced};
static_assert(kStates.size() == kCabinetStateCount);

Json report_json(const KeptReport& report) {
  const link::Report plain{report.number, report.session, 0, report.body};
  return {{"at_ms", report.at.count()}, {"report", link::to_json(link::FromCabinet(plain))}};
}

class MemoryReader {
 public:
  Result<Memory> read(std::string_view text) {
    const JsonReader::Json root = reader_.parse(text, kSchema);
    if (!reader_.failed()) read_root(root);
    if (reader_.failed()) return std::unexpected(*reader_.error());
    return std::move(memory_);
  }

 private:
  void read_root(const JsonReader::Json& root) {
    Cabinet& cabinet = memory_.cabinet;
    read_state(reader_.text(root, "state", kShortTextMax));
    read_session(reader_.text_or(root, "session", kShortTextMax, ""));
    const std::int64_t deadline = reader_.integer_or(root, "deadline_ms", kTimes, -1);
    if (deadline >= 0) cabinet.deadline = Duration(deadline);
    cabinet.last_command = reader_.integer(root, "last_command", kNumbers);
    cabinet.last_report = reader_.integer(root, "last_report", kNumbers);
    memory_.next_clip = reader_.integer(root, "next_clip", kNumbers);
    memory_.mark = {Duration(reader_.integer(root, "time_ms", kTimes)),
                    Duration(reader_.integer(root, "since_boot_ms", kTimes)),
                    reader_.text_or(root, "boot", kShortTextMax, ""),
                    Instant(Duration(reader_.integer(root, "date_ms", kTimes)))};
    reader_.each_object(root, "reports", kReportsMax,
                        [&](const JsonReader::Json& one) { read_report(one); });
  }

  void read_state(std::string_view name) {
    for (const CabinetState state : kStates) {
      if (name_of(state) == name) {
        memory_.cabinet.state = state;
        return;
      }
    }
    reader_.wrong_value("state", "is no state of a cabinet");
  }

  void read_session(const std::string& text) {
    const CabinetState state = memory_.cabinet.state;
    const bool none = state == CabinetState::kLocked || state == CabinetState::kForced;
    const auto session = SessionId::parse(text);
    if (none != text.empty() || (!none && !session)) {
      return reader_.wrong_value("session", "does not fit the state");
    }
    if (session) memory_.cabinet.session = *session;
  }

  void read_report(const JsonReader::Json& json) {
    const Duration at(reader_.integer(json, "at_ms", kTimes));
    const auto message =
        link::parse_from_cabinet(reader_.text(json, "report", link::kMessageBytesMax));
    const auto* report = message ? std::get_if<link::Report>(&*message) : nullptr;
    if (report == nullptr) return reader_.wrong_value("report", "is no report");
    memory_.cabinet.reports.push_back({report->number, report->session, at, report->body});
  }

  JsonReader reader_{"memory",
                     {code_of(DeviceError::kMemory), code_of(DeviceError::kMemory),
                      code_of(DeviceError::kMemory)}};
  Memory memory_;
};

}  // namespace

std::string to_text(const Memory& memory) {
  const Cabinet& cabinet = memory.cabinet;
  Json reports = Json::array();
  for (const KeptReport& report : cabinet.reports) reports.push_back(report_json(report));
  Json json = {{"schema", kSchema},
               {"state", name_of(cabinet.state)},
               {"last_command", cabinet.last_command},
               {"last_report", cabinet.last_report},
               {"next_clip", memory.next_clip},
               {"time_ms", memory.mark.time.count()},
               {"since_boot_ms", memory.mark.since_boot.count()},
               {"boot", memory.mark.boot_name},
               {"date_ms", memory.mark.date.time_since_epoch().count()},
               {"reports", std::move(reports)}};
  if (!cabinet.session.empty()) json["session"] = cabinet.session.text();
  if (cabinet.deadline) json["deadline_ms"] = cabinet.deadline->count();
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Memory> parse_memory(std::string_view text) { return MemoryReader().read(text); }

Result<Memory> load_memory(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return Memory{};
  const auto text = read_file(file, kMemoryBytesMax);
  if (!text) return std::unexpected(text.error());
  auto memory = parse_memory(*text);
  if (!memory) return fail_within(file.string(), std::move(memory.error()));
  return memory;
}

Result<void> save_memory(const std::filesystem::path& file, const Memory& memory) {
  return write_file_atomically(file, to_text(memory));
}

}  // namespace tally::device
