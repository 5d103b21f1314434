#include "perception/verify/pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>

#include "base/files.hpp"
#include "perception/identify/enrol.hpp"
#include "perception/inference/class_names.hpp"
#include "perception/verify/error.hpp"

namespace tally::verify {
namespace {

namespace fs = std::filesystem;

constexpr int kClassMax = 100'000;
constexpr std::size_t kBoxNumbers = 5;      // class cx cy w h
constexpr std::size_t kPolygonNumbers = 7;  // At least: a class and three points.

// Takes the next word of `rest`; empty where there is none.
std::string_view take_word(std::string_view& rest) {
  constexpr std::string_view kSpace = " \t\r";
  rest.remove_prefix(std::min(rest.find_first_not_of(kSpace), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(kSpace));
  rest.remove_prefix(word.size());
  return word;
}

std::optional<std::vector<float>> numbers_of(std::string_view line) {
  std::vector<float> numbers;
  for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
    float number = 0;
    const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), number);
    const bool whole = problem == std::errc() && end == word.data() + word.size();
    if (!whole || !std::isfinite(number) || numbers.size() == kLabelNumbersMax) return std::nullopt;
    numbers.push_back(number);
  }
  return numbers;
}

vision::Box box_of(const std::vector<float>& numbers) {
  if (numbers.size() == kBoxNumbers) {
    const float half_width = numbers[3] / 2;
    const float half_height = numbers[4] / 2;
    return {numbers[1] - half_width, numbers[2] - half_height, numbers[1] + half_width,
            numbers[2] + half_height};
  }
  vision::Box box{numbers[1], numbers[2], numbers[1], numbers[2]};
  for (std::size_t i = 3; i + 1 < numbers.size(); i += 2) {
    box.left = std::min(box.left, numbers[i]);
    box.right = std::max(box.right, numbers[i]);
    box.top = std::min(box.top, numbers[i + 1]);
    box.bottom = std::max(box.bottom, numbers[i + 1]);
  }
  return box;
}

// The folder that holds images/.
fs::path data_folder(const fs::path& folder) {
  std::error_code error;
  for (const char* part : {"", "train", "valid"}) {
    if (fs::is_directory(folder / part / "images", error)) return folder / part;
  }
  return {};
}

Result<std::vector<fs::path>> picture_files(const fs::path& folder) {
  auto files = identify::list_photos(folder);
  if (files && files->size() > kPicturesMax) {
    return fail(VerifyError::kTooMany, fmt::format("{}: more than {} pictures; give fewer",
                                                   folder.string(), kPicturesMax));
  }
  return files;
}

Result<std::vector<std::string>> names_for(const fs::path& data) {
  std::error_code error;
  for (const fs::path& file : {data / "data.yaml", data / ".." / "data.yaml"}) {
    if (!fs::is_regular_file(file, error)) continue;
    auto text = read_file(file, inference::kNamesBytesMax);
    if (!text) return std::unexpected(std::move(text.error()));
    return inference::parse_names_file(*text, file.string());
  }
  return std::vector<std::string>{};
}

Result<PictureSet> labelled_set(const fs::path& data) {
  PictureSet set{.pictures = {}, .labelled = true, .class_names = {}};
  auto names = names_for(data);
  if (!names) return std::unexpected(std::move(names.error()));
  set.class_names = std::move(*names);
  auto files = picture_files(data / "images");
  if (!files) return std::unexpected(std::move(files.error()));
  std::error_code error;
  for (const fs::path& file : *files) {
    const fs::path path = data / "labels" / (file.stem().string() + ".txt");
    if (!fs::exists(path, error)) continue;
    auto text = read_file(path, kLabelBytesMax);
    if (!text) return std::unexpected(std::move(text.error()));
    auto labels = parse_labels(*text, path.string());
    if (!labels) return std::unexpected(std::move(labels.error()));
    set.pictures.push_back({file, std::move(*labels)});
  }
  return set;
}

}  // namespace

ErrorCode code_of(VerifyError error) {
  switch (error) {
    case VerifyError::kNoPictures:
      return {"verify.no_pictures", ErrorKind::kNotFound};
    case VerifyError::kTooMany:
      return {"verify.too_many", ErrorKind::kFailed};
    case VerifyError::kLabels:
      return {"verify.labels", ErrorKind::kFailed};
    case VerifyError::kNothing:
      return {"verify.nothing", ErrorKind::kFailed};
    case VerifyError::kUnlike:
      return {"verify.unlike", ErrorKind::kFailed};
    case VerifyError::kWorse:
      return {"verify.worse", ErrorKind::kFailed};
  }
  std::abort();
}

Result<std::vector<Label>> parse_labels(std::string_view text, std::string_view where) {
  std::vector<Label> labels;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto numbers = numbers_of(line);
    if (numbers && numbers->empty()) continue;
    const bool shaped =
        numbers && (numbers->size() == kBoxNumbers ||
                    (numbers->size() >= kPolygonNumbers && numbers->size() % 2 == 1));
    if (!shaped) {
      return fail(VerifyError::kLabels,
                  fmt::format("{}:{}: is neither 'class cx cy w h' nor a class and a polygon",
                              where, number));
    }
    const float id = numbers->front();
    if (id < 0 || id > static_cast<float>(kClassMax) || id != std::floor(id)) {
      return fail(VerifyError::kLabels, fmt::format("{}:{}: {} is no class", where, number, id));
    }
    const vision::Box box = vision::intersection(box_of(*numbers), {0, 0, 1, 1});
    if (box.area() > 0) labels.push_back({static_cast<int>(id), box});
  }
  return labels;
}

Result<PictureSet> list_pictures(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    return fail(FileError::kNotFound, fmt::format("{}: no such folder", folder.string()));
  }
  const fs::path data = data_folder(folder);
  Result<PictureSet> set = PictureSet{};
  if (!data.empty() && fs::is_directory(data / "labels", error)) {
    set = labelled_set(data);
  } else {
    auto files = picture_files(data.empty() ? folder : data / "images");
    if (!files) return std::unexpected(std::move(files.error()));
    for (fs::path& file : *files) set->pictures.push_back({std::move(file), {}});
  }
  if (set && set->pictures.empty()) {
    return fail(VerifyError::kNoPictures,
                fmt::format("{}: no {} in it (.jpg, .jpeg or .png)", folder.string(),
                            set->labelled ? "picture with labels" : "picture"));
  }
  return set;
}

}  // namespace tally::verify
