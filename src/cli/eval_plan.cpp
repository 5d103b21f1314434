#include "cli/eval_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <system_error>

#include "base/digest.hpp"
#include "cli/cli_error.hpp"
#include "cli/html.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAll = "all";
constexpr std::string_view kBestSingle = "best-single";

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  return parts;
}

bool is_keyword(const std::string& word) { return word == kAll || word == kBestSingle; }

CameraChoice choice_of(std::vector<std::string> cameras) {
  std::ranges::sort(cameras);
  const auto twice = std::ranges::unique(cameras);
  cameras.erase(twice.begin(), twice.end());
  const bool single = cameras.size() == 1;
  return {fmt::format("{}", fmt::join(cameras, "+")), std::move(cameras), single};
}

void add_keyword(const std::string& word, const std::set<std::string>& known,
                 std::vector<CameraChoice>& choices) {
  if (word == kAll) {
    choices.push_back({std::string(kAll), {}, false});
    return;
  }
  for (const std::string& camera : known) choices.push_back(choice_of({camera}));
}

Result<std::string> digest_of(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) ? evaluate::session_digest(path)
                                         : sha256_hex_of_file(path);
}

}  // namespace

Result<std::vector<CameraChoice>> camera_choices(
    const std::vector<std::string>& words, const std::vector<evaluate::SessionSource>& sessions) {
  std::set<std::string> known;
  for (const auto& session : sessions) {
    known.insert(session.cameras.begin(), session.cameras.end());
  }
  std::vector<CameraChoice> choices;
  for (const std::string& word : words) {
    const std::vector<std::string> parts = split(word);
    if (!parts.empty() && std::ranges::all_of(parts, is_keyword)) {
      for (const std::string& part : parts) add_keyword(part, known, choices);
      continue;
    }
    for (const std::string& camera : parts) {
      if (known.contains(camera)) continue;
      return fail(CliError::kUsage,
                  fmt::format("--cameras {}: no session has a camera '{}'; there are {}", word,
                              camera, fmt::join(known, ", ")));
    }
    if (parts.empty()) return fail(CliError::kUsage, "--cameras needs at least one camera");
    choices.push_back(choice_of(parts));
  }
  if (choices.empty()) add_keyword(std::string(kAll), known, choices);
  std::vector<CameraChoice> distinct;
  for (CameraChoice& choice : choices) {
    if (std::ranges::find(distinct, choice.label, &CameraChoice::label) == distinct.end()) {
      distinct.push_back(std::move(choice));
    }
  }
  if (distinct.size() <= kEvalRunsMax) return distinct;
  return fail(CliError::kUsage, fmt::format("--cameras asks for {} runs, more than {}",
                                            distinct.size(), kEvalRunsMax));
}

bool has_cameras(const evaluate::SessionSource& session, const CameraChoice& choice) {
  return std::ranges::all_of(choice.cameras, [&](const std::string& camera) {
    return std::ranges::find(session.cameras, camera) != session.cameras.end();
  });
}

fs::path job_folder(const CameraChoice& choice, const std::string& session) {
  std::string label;
  for (const char letter : choice.label) {
    label += letter == '/' ? "%2F" : letter == '+' ? "+" : url_path(std::string_view(&letter, 1));
  }
  // "." and ".." are no names.
  if (label.find_first_not_of('.') == std::string::npos) label += '_';
  return fs::path("results") / label / session;
}

Result<std::string> settings_text(const std::vector<std::string>& words,
                                  const std::vector<fs::path>& programs,
                                  const std::vector<fs::path>& packages) {
  std::string text = "tally " TALLY_VERSION "\n";
  for (const fs::path& program : programs) {
    auto digest = sha256_hex_of_file(program);
    if (!digest) return std::unexpected(std::move(digest.error()));
    text += *digest + '\n';
  }
  const auto add_file = [&](const fs::path& path) -> Result<void> {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return {};
    auto digest = digest_of(path);
    if (!digest) return std::unexpected(std::move(digest.error()));
    text += *digest + '\n';
    return {};
  };
  for (const std::string& word : words) {
    text += word + '\n';
    // Of "--layout=FILE" the file.
    const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    const fs::path file = equals == std::string::npos ? word : word.substr(equals + 1);
    if (auto added = add_file(file); !added) return std::unexpected(std::move(added.error()));
  }
  for (const fs::path& package : packages) {
    if (auto added = add_file(package); !added) return std::unexpected(std::move(added.error()));
  }
  return text;
}

}  // namespace tally::cli
