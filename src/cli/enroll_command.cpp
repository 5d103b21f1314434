#include "cli/enroll_command.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "cli/cart_words.hpp"
#include "cli/cli_error.hpp"
#include "cli/interrupt.hpp"
#include "cli/model.hpp"
#include "cli/suggest.hpp"
#include "perception/identify/enrol.hpp"
#include "perception/identify/gallery.hpp"
#include "perception/identify/look_alike.hpp"

namespace tally::cli {
namespace {

using identify::Gallery;
using identify::GalleryPhoto;
using identify::GalleryProduct;
using identify::LookAlike;
using identify::ProductPhotos;

constexpr std::size_t kLookAlikesToldMax = 20;

// What became of one product.
struct Change {
  std::string product;
  std::string what;  // "added", "replaced", "extended", "removed"
  std::size_t photos = 0;
};

struct Enrolment {
  Gallery gallery;
  std::vector<Change> changes;
  std::vector<LookAlike> look_alikes;
};

Result<std::vector<ProductPhotos>> what_to_enrol(const EnrollArguments& arguments) {
  if (!arguments.photos_folder.empty()) {
    return identify::list_product_photos(arguments.photos_folder);
  }
  for (const std::filesystem::path& photo : arguments.photos) {
    if (auto found = check_exists(photo); !found) return std::unexpected(std::move(found.error()));
  }
  return std::vector<ProductPhotos>{{arguments.product, arguments.photos}};
}

// The gallery there is, or an empty one.
Result<Gallery> present_gallery(const std::filesystem::path& folder) {
  auto gallery = identify::load_gallery(folder);
  if (gallery || gallery.error().code.name != code_of(identify::GalleryError::kNotFound).name) {
    return gallery;
  }
  return Gallery{};
}

class Enroller {
 public:
  Enroller(const EnrollArguments& arguments, Console& console, vision::Embedder& embedder,
           Gallery gallery)
      : arguments_(arguments),
        console_(console),
        embedder_(embedder),
        enrolment_{.gallery = std::move(gallery), .changes = {}, .look_alikes = {}} {}

  Result<Enrolment> enrol(const std::vector<ProductPhotos>& products) {
    std::size_t total = 0;
    for (const ProductPhotos& product : products) total += product.photos.size();
    for (const ProductPhotos& product : products) {
      if (auto done = enrol_one(product, total); !done) {
        return std::unexpected(std::move(done.error()));
      }
    }
    return std::move(enrolment_);
  }

 private:
  Result<void> enrol_one(const ProductPhotos& source, std::size_t total) {
    const GalleryProduct* before = enrolment_.gallery.find(source.id);
    const bool extend = before != nullptr && arguments_.add;
    const std::string what = before == nullptr ? "added" : extend ? "extended" : "replaced";
    auto product = identify::enrol_product(
        embedder_, source, extend ? before->photos : std::vector<GalleryPhoto>{},
        [&](const std::filesystem::path& path, bool known) -> Result<void> {
          if (interrupted()) {
            return fail(CliError::kInterrupted, "interrupted; nothing was enrolled");
          }
          console_.progress("enroll", ++done_, static_cast<std::int64_t>(total));
          if (known) {
            console_.note(fmt::format("{}: is among the photos of {} already; passed over",
                                      path.string(), source.id));
          }
          return {};
        });
    if (!product) return std::unexpected(std::move(product.error()));
    enrolment_.changes.push_back({source.id, what, product->photos.size()});
    return identify::put_product(enrolment_.gallery, std::move(*product));
  }

  const EnrollArguments& arguments_;
  Console& console_;
  vision::Embedder& embedder_;
  Enrolment enrolment_;
  std::int64_t done_ = 0;
};

Result<Enrolment> enrol(const EnrollArguments& arguments, Console& console) {
  auto products = what_to_enrol(arguments);
  if (!products) return std::unexpected(std::move(products.error()));
  auto gallery = present_gallery(arguments.gallery);
  if (!gallery) return std::unexpected(std::move(gallery.error()));
  auto embedder = open_embedder(
      {.package = package_or_default(arguments.model, "embedder"), .threads = arguments.threads});
  if (!embedder) return std::unexpected(std::move(embedder.error()));
  const identify::EmbedderIdentity identity = identify::identity_of(**embedder);
  if (gallery->sha256.empty()) gallery->embedder = identity;
  if (auto fits = identify::check_embedder(*gallery, identity, arguments.gallery); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  auto enrolment = Enroller(arguments, console, **embedder, std::move(*gallery)).enrol(*products);
  if (!enrolment) return enrolment;
  std::vector<std::string> ids;
  for (const Change& change : enrolment->changes) ids.push_back(change.product);
  enrolment->look_alikes = identify::find_look_alikes(enrolment->gallery, ids);
  return enrolment;
}

Result<Enrolment> remove(const EnrollArguments& arguments) {
  auto gallery = identify::load_gallery(arguments.gallery);
  if (!gallery) return std::unexpected(std::move(gallery.error()));
  const GalleryProduct* product = gallery->find(arguments.product);
  const std::size_t photos = product == nullptr ? 0 : product->photos.size();
  if (auto removed = identify::remove_product(*gallery, arguments.product); !removed) {
    std::vector<std::string> ids;
    for (const GalleryProduct& other : gallery->products) ids.push_back(other.id);
    Error error = std::move(removed.error());
    error.message += did_you_mean(arguments.product, ids);
    return fail_within(arguments.gallery.string(), std::move(error));
  }
  return Enrolment{std::move(*gallery), {{arguments.product, "removed", photos}}, {}};
}

void tell_look_alikes(const std::vector<LookAlike>& pairs, Console& console) {
  for (std::size_t i = 0; i < std::min(pairs.size(), kLookAlikesToldMax); ++i) {
    const LookAlike& pair = pairs[i];
    console.note(fmt::format(
        "look-alikes: {} and {} {} ({:.2f}); {}", pair.product, pair.other,
        pair.same_picture ? "have the same picture" : "look alike", pair.likeness,
        pair.same_picture ? "one of them has a photo of the other, or they can't be told apart"
                          : "add photos of the sides in which they differ"));
  }
  if (pairs.size() > kLookAlikesToldMax) {
    console.note(fmt::format("look-alikes: {} more pairs; --json has them all",
                             pairs.size() - kLookAlikesToldMax));
  }
}

std::string enrolment_json(const EnrollArguments& arguments, const Enrolment& enrolment) {
  using Json = nlohmann::ordered_json;
  Json products = Json::array();
  for (const Change& change : enrolment.changes) {
    products.push_back(
        {{"id", change.product}, {"change", change.what}, {"photos", change.photos}});
  }
  Json pairs = Json::array();
  for (const LookAlike& pair : enrolment.look_alikes) {
    pairs.push_back({{"products", {pair.product, pair.other}},
                     {"likeness", std::round(static_cast<double>(pair.likeness) * 1e4) / 1e4},
                     {"same_picture", pair.same_picture}});
  }
  const Json json = {{"schema", "tally.enrollment.v1"},
                     {"gallery",
                      {{"folder", arguments.gallery.string()},
                       {"sha256", enrolment.gallery.sha256},
                       {"products", enrolment.gallery.products.size()}}},
                     {"products", std::move(products)},
                     {"look_alikes", std::move(pairs)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void print_words(const EnrollArguments& arguments, const Enrolment& enrolment, Console& console) {
  for (const Change& change : enrolment.changes) {
    console.print(fmt::format("{}: {}, {}\n", one_line(change.product), change.what,
                              counted(static_cast<std::int64_t>(change.photos), "photo")));
  }
  console.print(fmt::format(
      "{}: {}\n", one_line(arguments.gallery.string()),
      counted(static_cast<std::int64_t>(enrolment.gallery.products.size()), "product")));
}

}  // namespace

Result<void> run_enroll(const EnrollArguments& arguments, Console& console) {
  console.set_quiet(arguments.quiet);
  if (!arguments.product.empty()) {
    const std::string_view problem = identify::id_problem(arguments.product);
    if (!problem.empty()) {
      return fail(
          CliError::kUsage,
          fmt::format("--product '{}': a product's id must do as a folder's name, and it {}",
                      arguments.product, problem));
    }
  }
  auto enrolment = arguments.remove ? remove(arguments) : enrol(arguments, console);
  if (!enrolment) return std::unexpected(std::move(enrolment.error()));
  if (auto saved = identify::save_gallery(enrolment->gallery, arguments.gallery); !saved) {
    return saved;
  }
  console.progress_done();
  if (arguments.json) {
    console.print(enrolment_json(arguments, *enrolment));
  } else {
    print_words(arguments, *enrolment, console);
  }
  tell_look_alikes(enrolment->look_alikes, console);
  return {};
}

}  // namespace tally::cli
