#include <algorithm>
#include <array>
#include <map>
#include <memory>

#include "base/files.hpp"
#include "platform/blobs.hpp"
#include "platform/http/body_sink.hpp"
#include "server/core/models.hpp"
#include "server/core/photo_book.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/support.hpp"
#include "server/routes/uploads.hpp"

namespace tally::routes {
namespace {

using commerce::Product;

constexpr std::size_t kPhotoBytesMax = 8U << 20U;
constexpr std::size_t kLookAlikesMax = 100;

struct PhotoType {
  std::string_view suffix;
  std::string_view media_type;
  std::string_view first_bytes;
};
constexpr std::array kPhotoTypes{
    PhotoType{"jpeg", "image/jpeg", "\xff\xd8\xff"},
    PhotoType{"png", "image/png", "\x89PNG\r\n\x1a\n"},
};

struct KeptPhoto {
  std::string sha256;
  std::size_t bytes = 0;
  std::string_view suffix;
};

platform::BlobName name_of(const ApiCall& call, std::string_view sha256, std::string_view suffix) {
  return {call.tenant(), call.path("id"), fmt::format("{}.{}", sha256, suffix)};
}

Result<void> keep_photo(ApiCall& call, const Services& services) {
  const auto content = read_upload(call, kPhotoBytesMax);
  if (!content) return std::unexpected(content.error());
  const auto* type = std::ranges::find_if(
      kPhotoTypes, [&](const PhotoType& one) { return content->starts_with(one.first_bytes); });
  if (type == kPhotoTypes.end()) return fail(ApiError::kUpload, "the file is no JPEG and no PNG");
  auto sha256 = services.blobs.put(*content);
  if (!sha256) return std::unexpected(sha256.error());
  // What can't be read later would keep its cabinet's sessions from being watched.
  if (services.check_photo) {
    const auto read = services.check_photo(services.blobs.path_of(*sha256));
    if (!read) return fail(ApiError::kUpload, "the photo can't be used: " + read.error().message);
  }
  call.carried = KeptPhoto{*std::move(sha256), content->size(), type->suffix};
  return {};
}

Result<ApiAnswer> add_photo(ApiCall& call, Services& services) {
  const auto& photo = std::any_cast<const KeptPhoto&>(call.carried);
  auto row = need_row_in_path<Product, ProductId>(call);
  if (!row) return std::unexpected(row.error());
  auto& photos = row->value.photos;
  if (std::ranges::find(photos, photo.sha256) == photos.end()) {
    const auto kept = platform::add_blob(call.transaction(), services.blobs,
                                         name_of(call, photo.sha256, photo.suffix),
                                         platform::BlobKind::kPicture, photo.sha256, call.now);
    if (!kept) return std::unexpected(kept.error());
    if (auto wanted = core::want_photo(call.transaction(), photo.sha256); !wanted) {
      return std::unexpected(wanted.error());
    }
    call.after_commit([&services] { services.board.poke(core::Topic::kPipeline); });
    photos.push_back(photo.sha256);
    if (auto right = check(row->value); !right) return std::unexpected(right.error());
    if (auto saved = save(call, services.board, *row); !saved) {
      return std::unexpected(saved.error());
    }
  }
  return api::answer(201, {{"sha256", photo.sha256}, {"bytes", photo.bytes}});
}

// The photo's blob by the digest in the path. Errors: kNotFound.
Result<std::pair<platform::BlobEntry, const PhotoType*>> find_photo(const ApiCall& call) {
  for (const PhotoType& type : kPhotoTypes) {
    const auto entry =
        platform::find_blob(call.transaction(), name_of(call, call.path("sha256"), type.suffix));
    if (!entry) return std::unexpected(entry.error());
    if (*entry && !(*entry)->purged_at) return std::pair(**entry, &type);
  }
  return fail(ApiError::kNotFound, "the product has no such photo");
}

Result<ApiAnswer> get_photo(ApiCall& call, const Services& services) {
  const auto photo = find_photo(call);
  if (!photo) return std::unexpected(photo.error());
  ApiAnswer answer{.body = http::FileBody{services.blobs.path_of(photo->first.sha256)}};
  answer.headers.add("Content-Type", photo->second->media_type);
  answer.headers.add("Cache-Control", "private, max-age=31536000, immutable");
  return answer;
}

Result<ApiAnswer> remove_photo(ApiCall& call, Services& services) {
  auto row = need_row_in_path<Product, ProductId>(call);
  if (!row) return std::unexpected(row.error());
  const auto photo = find_photo(call);
  if (!photo) return std::unexpected(photo.error());
  const auto erased =
      platform::erase_blob(call.transaction(), services.blobs, photo->first.name, call.now);
  if (!erased) return std::unexpected(erased.error());
  std::erase(row->value.photos, photo->first.sha256);
  if (auto saved = save(call, services.board, *row); !saved) return std::unexpected(saved.error());
  return api::no_content();
}

// ---- What the cameras' model makes of them

// The embedder that runs now; nothing where none does.
Result<std::string> running_embedder(const ApiCall& call) {
  const auto models = core::running_models(call.transaction(), call.now);
  if (!models) return std::unexpected(models.error());
  const auto embedder = std::ranges::find(*models, "embed", &core::RunningModel::task);
  return embedder == models->end() ? std::string() : embedder->sha256;
}

struct Seen {
  json photos = json::array();
  ProductVectors vectors;
};
Result<Seen> seen_of(const ApiCall& call, const core::Row<Product>& row,
                     const std::string& embedder) {
  Seen seen;
  seen.vectors.product = row.id;
  for (const std::string& sha256 : row.value.photos) {
    const auto vector = core::find_vector(call.transaction(), sha256, embedder);
    if (!vector) return std::unexpected(vector.error());
    const bool refused = *vector && !(*vector)->problem.empty();
    seen.photos.push_back({{"sha256", sha256},
                           {"state", !*vector  ? "waiting"
                                     : refused ? "refused"
                                               : "enrolled"},
                           {"problem", refused ? json((*vector)->problem) : json(nullptr)}});
    if (*vector && !refused) seen.vectors.photos.push_back({sha256, (*vector)->vector});
  }
  return seen;
}

// Everything is read in one look, and compared outside of the transaction.
struct Enrolment {
  json view;
  std::vector<ProductVectors> all;
  std::map<std::string, const core::Row<Product>*> by_id;
  std::shared_ptr<const std::vector<core::Row<Product>>> rows;
};

Result<void> find_enrolment(ApiCall& call) {
  const auto row = need_row_in_path<Product, ProductId>(call);
  if (!row) return std::unexpected(row.error());
  const auto embedder = running_embedder(call);
  if (!embedder) return std::unexpected(embedder.error());
  auto rows = core::all_rows<Product>(call.transaction(), call.tenant());
  if (!rows) return std::unexpected(rows.error());
  Enrolment enrolment;
  enrolment.rows = std::make_shared<const std::vector<core::Row<Product>>>(*std::move(rows));
  for (const core::Row<Product>& one : *enrolment.rows) {
    auto seen = seen_of(call, one, *embedder);
    if (!seen) return std::unexpected(seen.error());
    if (one.id == row->id) {
      enrolment.view = {{"product", row->id}, {"photos", std::move(seen->photos)}};
    }
    enrolment.by_id[one.id] = &one;
    if (!seen->vectors.photos.empty()) enrolment.all.push_back(std::move(seen->vectors));
  }
  call.carried = std::move(enrolment);
  return {};
}

Result<void> compare_looks(ApiCall& call, const Services& services) {
  auto& enrolment = std::any_cast<Enrolment&>(call.carried);
  json look_alikes = json::array();
  if (services.look_alikes) {
    const auto alike = services.look_alikes(enrolment.all, call.path("id"));
    if (!alike) return std::unexpected(alike.error());
    for (const LookAlike& one : *alike) {
      if (look_alikes.size() == kLookAlikesMax) break;
      const core::Row<Product>& row = *enrolment.by_id.at(one.product);
      look_alikes.push_back({{"product", row.id},
                             {"sku", row.value.sku},
                             {"name", row.value.name},
                             {"likeness", one.likeness},
                             {"same_picture", one.same_picture}});
    }
  }
  enrolment.view["look_alikes"] = std::move(look_alikes);
  return {};
}

}  // namespace

void add_photo_routes(api::Api& api, Services& services) {
  api.add({.operation = "add_product_photo",
           .run = [&services](ApiCall& call) { return add_photo(call, services); },
           .slow = [&services](ApiCall& call) { return keep_photo(call, services); },
           .open_upload = [&services](ApiCall& call) -> Result<http::AcceptUpload> {
             const auto row = need_row_in_path<Product, ProductId>(call);
             if (!row) return std::unexpected(row.error());
             return open_upload(call, services, {"image/jpeg", "image/png"}, kPhotoBytesMax);
           }});
  api.add({.operation = "get_product_photo",
           .run = [&services](ApiCall& call) { return get_photo(call, services); }});
  api.add({.operation = "get_product_enrolment",
           .run = [](ApiCall& call) -> Result<ApiAnswer> {
             return api::answer(200, std::any_cast<const Enrolment&>(call.carried).view);
           },
           .look = find_enrolment,
           .slow = [&services](ApiCall& call) { return compare_looks(call, services); }});
  api.add({.operation = "remove_product_photo",
           .run = [&services](ApiCall& call) { return remove_photo(call, services); }});
}

}  // namespace tally::routes
