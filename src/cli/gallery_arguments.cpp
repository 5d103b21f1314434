#include "cli/argument_parts.hpp"

namespace tally::cli {
namespace {

void add_gallery(CLI::App& app, std::filesystem::path& gallery) {
  app.add_option("--gallery", gallery, "Folder of the gallery; default: gallery")
      ->option_text("DIR");
}

void add_embedder(CLI::App& app, std::filesystem::path& model) {
  app.add_option("--model,-m", model,
                 "Embedder's model package; default: $TALLY_EMBEDDER, or models/embedder")
      ->envname("TALLY_EMBEDDER")
      ->option_text("PKG");
}

}  // namespace

void add_enroll(CLI::App& root, EnrollArguments& into) {
  CLI::App& app = add_command(root, "enroll", "Teach tally products by a few photos of each.",
                              R"(Examples:
  tally enroll --product water-05 front.jpg back.jpg   add it, or replace its photos
  tally enroll --product water-05 --add side.jpg       keep its photos and add one
  tally enroll --product water-05 --remove
  tally enroll --photos products/                      a folder of photos for each product)");
  app.add_option("PHOTO", into.photos, "Photos of the product, which fills them (JPEG, PNG)");
  app.add_option("--product", into.product, "The product's id, as in layout and cart")
      ->option_text("ID");
  app.add_option("--photos", into.photos_folder, "Folder with a folder of photos for each product")
      ->option_text("DIR");
  app.add_flag("--add", into.add, "Keep the photos that the product has");
  app.add_flag("--remove", into.remove, "Take the product out of the gallery");
  add_gallery(app, into.gallery);
  add_embedder(app, into.model);
  add_outputs(app, into.json, into.quiet);
  add_threads(app, into.threads);
}

std::string enroll_problem(const EnrollArguments& arguments) {
  const bool one = !arguments.product.empty();
  const bool many = !arguments.photos_folder.empty();
  if (one == many) return "give either --product ID or --photos DIR";
  if (arguments.add && arguments.remove) return "give either --add or --remove";
  if (many && arguments.remove) return "--remove goes with --product ID";
  if (many && !arguments.photos.empty()) return "PHOTO goes with --product ID";
  if (arguments.remove && !arguments.photos.empty()) {
    return "--remove takes the product with all its photos, and no PHOTO";
  }
  if (one && !arguments.remove && arguments.photos.empty())
    return "PHOTO is required: at least one";
  return "";
}

}  // namespace tally::cli
