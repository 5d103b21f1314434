#include "cli/argument_parts.hpp"

namespace tally::cli {
namespace {

void add_gallery(CLI::App& app, std::filesystem::path& gallery, const std::string& words) {
  app.add_option("--gallery", gallery, words)->option_text("DIR");
}

void add_embedder(CLI::App& app, std::filesystem::path& model, const std::string& otherwise) {
  app.add_option("--model,-m", model,
                 "Embedder's model package; default: $TALLY_EMBEDDER, or " + otherwise)
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
  add_gallery(app, into.gallery, "Folder of the gallery; default: gallery");
  add_embedder(app, into.model, "models/embedder");
  add_outputs(app, into.json, into.quiet);
  add_threads(app, into.threads);
}

void add_audit(CLI::App& root, AuditArguments& into) {
  CLI::App& app =
      add_command(root, "audit", "Tell what left and what came between two stills of a cabinet.",
                  R"(Examples:
  tally audit before.jpg after.jpg --layout cabinet.toml
  tally audit before.jpg after.jpg --layout cabinet.toml --gallery gallery --json)");
  app.add_option("BEFORE", into.before, "The earlier picture (JPEG, PNG)")->required();
  app.add_option("AFTER", into.after, "The later one, of the same view")->required();
  app.add_option("--layout", into.layout, "Facings, and where the camera sees them (TOML)")
      ->required()
      ->option_text("FILE");
  app.add_option("--camera", into.camera, "The camera's name in the layout; default: cam0")
      ->option_text("NAME");
  add_gallery(app, into.gallery, "Gallery by which products are known; default: none");
  add_embedder(app, into.model, "with a gallery models/embedder, else none");
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
