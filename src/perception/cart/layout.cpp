#include "perception/cart/layout.hpp"

#include <cstdlib>
#include <utility>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "perception/cart/layout_reader.hpp"

namespace tally::cart {
ErrorCode code_of(LayoutError error) {
  switch (error) {
    case LayoutError::kUnreadable:
      return {"layout.unreadable", ErrorKind::kFailed};
    case LayoutError::kSyntax:
      return {"layout.syntax", ErrorKind::kFailed};
    case LayoutError::kVersion:
      return {"layout.version", ErrorKind::kFailed};
    case LayoutError::kValue:
      return {"layout.value", ErrorKind::kFailed};
    case LayoutError::kClass:
      return {"layout.class", ErrorKind::kFailed};
  }
  std::abort();
}

Result<Layout> parse_layout(std::string_view text, std::string_view where) {
  LayoutReader reader(where);
  Layout layout = reader.read(text);
  if (const auto& mistake = reader.mistake()) return fail_as<LayoutError>(*mistake);
  layout.sha256 = sha256_hex(text);
  return layout;
}

Result<Layout> load_layout(const std::filesystem::path& path) {
  auto text = read_file(path, kLayoutBytesMax);
  if (!text) {
    if (text.error().code.kind == ErrorKind::kNotFound) return std::unexpected(text.error());
    return fail(LayoutError::kUnreadable, std::move(text.error().message));
  }
  return parse_layout(*text, path.string());
}

}  // namespace tally::cart
