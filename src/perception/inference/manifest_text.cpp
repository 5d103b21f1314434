#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "perception/inference/manifest.hpp"

namespace tally::inference {
namespace {

// Bytes of the UTF-8 sequence (RFC 3629) that starts `text`, 0 where it is none.
std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0U) != 0x80) return 0;
  }
  const unsigned second = at(1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool surrogate = lead == 0xED && second > 0x9F;
  const bool beyond = lead == 0xF4 && second > 0x8F;
  return overlong || surrogate || beyond ? 0 : length;
}

std::string toml_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

std::string toml_list(const std::vector<std::string>& texts) {
  std::vector<std::string> items;
  for (const std::string& text : texts) items.push_back(toml_string(text));
  return fmt::format("[{}]", fmt::join(items, ", "));
}

std::string tensor_text(const TensorSpec& tensor) {
  return fmt::format("name = {}\ntype = \"{}\"\nshape = {}\n", toml_string(tensor.name),
                     name_of(tensor.type), to_string(tensor.shape));
}

std::string verified_text(const ModelPackage& package) {
  const Verified& verified = *package.verified;
  std::string text = fmt::format("\n[verified]\nagainst = {}\npictures = {}\n",
                                 toml_string(verified.against), verified.pictures);
  if (!has_classes(package.task)) {
    return text + fmt::format("cosine = {}\ncosine_least = {}\n", verified.agreement,
                              verified.cosine_least);
  }
  text += fmt::format("agreement = {}\niou = {}\nscore_difference = {}\n", verified.agreement,
                      verified.iou, verified.score_difference);
  if (verified.ap50) {
    text +=
        fmt::format("ap50 = {}\nap50_fp32 = {}\n", *verified.ap50, verified.ap50_fp32.value_or(0));
  }
  return text;
}

}  // namespace

std::string_view text_problem(std::string_view text, std::size_t bytes_max) {
  if (text.empty()) return "is empty";
  if (text.size() > bytes_max) return "is too long";
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return "is not UTF-8";
    const auto lead = static_cast<unsigned char>(text[0]);
    const bool c1 = lead == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0;
    if (lead < 0x20 || lead == 0x7F || c1) return "has a control character in it";
    text.remove_prefix(length);
  }
  return "";
}

std::string names_problem(const std::vector<std::string>& names) {
  if (names.empty()) return "there are none";
  if (names.size() > kClassesMax) {
    return fmt::format("{} class names; at most {} are allowed", names.size(), kClassesMax);
  }
  std::map<std::string_view, std::size_t> seen;
  for (std::size_t id = 0; id < names.size(); ++id) {
    const std::string_view problem = text_problem(names[id], kNameBytesMax);
    if (!problem.empty()) return fmt::format("the name of class {} {}", id, problem);
    const auto [earlier, is_new] = seen.emplace(names[id], id);
    if (!is_new) {
      return fmt::format("classes {} and {} are both named \"{}\"", earlier->second, id, names[id]);
    }
  }
  return "";
}

std::string manifest_text(const ModelPackage& package) {
  const InputSpec& input = package.input;
  std::string text = fmt::format(
      "format = {}\nname = {}\nsource = {}\nlicence = {}\ntask = \"{}\"\nhead = \"{}\"\ngraph = "
      "{}\n",
      kManifestFormat, toml_string(package.name), toml_string(package.source),
      toml_string(package.licence), name_of(package.task), name_of(package.head),
      toml_string(package.graph_file));
  const bool for_cpu = package.target == Target::kCpu;
  if (!for_cpu) text += fmt::format("target = \"{}\"\n", name_of(package.target));
  if (!for_cpu || package.precision != Precision::kFp32) {
    text += fmt::format("precision = \"{}\"\n", name_of(package.precision));
  }
  text += fmt::format(
      "\n[input]\n{}layout = \"{}\"\ncolor = \"{}\"\nletterbox = \"{}\"\npad = {}\nscale = {}\n",
      tensor_text(input.tensor), name_of(input.layout), name_of(input.color),
      name_of(input.placement), input.pad_value, input.scale);
  for (const TensorSpec& output : package.outputs) text += "\n[[output]]\n" + tensor_text(output);

  if (has_classes(package.task)) {
    text += "\n[classes]\nnames = [\n";
    for (const std::string& name : package.class_names)
      text += fmt::format("  {},\n", toml_string(name));
    text += fmt::format("]\n\n[thresholds]\nscore = {}\niou = {}\n", package.thresholds.score,
                        package.thresholds.iou);
  }
  const Golden& golden = package.golden;
  text += fmt::format("\n[golden]\ninput = {}\noutputs = {}\noutput_steps = [{}]\ntolerance = {}\n",
                      toml_string(golden.input_file), toml_list(golden.output_files),
                      fmt::join(golden.output_steps, ", "), golden.tolerance);

  if (package.verified) text += verified_text(package);

  std::vector<PackagedFile> files = package.files;
  std::ranges::sort(files, {}, &PackagedFile::name);
  text += "\n[files]\n";
  for (const PackagedFile& file : files) {
    text += fmt::format("{} = \"{}\"\n", toml_string(file.name), file.sha256);
  }
  return text;
}

}  // namespace tally::inference
