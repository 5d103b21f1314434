// The comparing part of `tally compile`: a package about to be put in place, held to the one in
// fp32.
//
// Borrows the console and the package in fp32. One thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "cli/compile_command.hpp"
#include "cli/console.hpp"
#include "perception/inference/model_package.hpp"
#include "perception/verify/pictures.hpp"

namespace tally::cli {

class PackageVerifier {
 public:
  // Reads what is to be looked at. Errors: CliError::kUsage for a class that the model has not;
  // those of verify::list_pictures().
  static Result<PackageVerifier> open(const CompileArguments& arguments,
                                      const inference::ModelPackage& fp32, Console& console);

  // Compares, prints the table, and refuses what is worse than the tolerance.
  Result<inference::Verified> verify(const inference::ModelPackage& package) const;

 private:
  PackageVerifier(const CompileArguments& arguments, const inference::ModelPackage& fp32,
                  Console& console, verify::PictureSet set, std::vector<int> labels_are)
      : arguments_(arguments),
        fp32_(fp32),
        console_(console),
        set_(std::move(set)),
        labels_are_(std::move(labels_are)) {}

  const CompileArguments& arguments_;
  const inference::ModelPackage& fp32_;
  Console& console_;
  verify::PictureSet set_;
  std::vector<int> labels_are_;
};

}  // namespace tally::cli
