#include "base/temporary_folder.hpp"

#include <cstdlib>
#include <string>
#include <system_error>

#include "base/assert.hpp"

namespace tally {
namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "tally_test_XXXXXX").string();
  TALLY_ASSERT(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace tally
