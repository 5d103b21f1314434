// For tests: products with made-up vectors.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "perception/identify/gallery.hpp"

namespace tally::identify::testing {

inline vision::Embedding unit(vision::Embedding values) {
  double squares = 0;
  for (const float value : values)
    squares += static_cast<double>(value) * static_cast<double>(value);
  for (float& value : values) value = static_cast<float>(value / std::sqrt(squares));
  return values;
}

// A vector with `cosine` to the first of three axes and the rest along another of them.
inline vision::Embedding at_cosine(double cosine, std::size_t axis = 1) {
  vision::Embedding values(3, 0.0F);
  values[0] = static_cast<float>(cosine);
  values[axis] = static_cast<float>(std::sqrt(1 - cosine * cosine));
  return values;
}

// Photos are named 0.jpg, 1.jpg, …; their digests are made of the product's id and that number.
inline GalleryProduct product(std::string id, std::vector<vision::Embedding> embeddings) {
  GalleryProduct made{std::move(id), {}};
  for (vision::Embedding& embedding : embeddings) {
    const std::string seed = fmt::format("{}-{}", made.id, made.photos.size());
    made.photos.push_back({.name = fmt::format("{}.jpg", made.photos.size()),
                           .sha256 = sha256_hex(std::string_view(seed)),
                           .embedding = std::move(embedding)});
  }
  return made;
}

inline Gallery gallery(std::initializer_list<GalleryProduct> products = {}) {
  Gallery made;
  made.embedder = {"made-up", std::string(64, 'e'), 3};
  for (const GalleryProduct& one : products) put_product(made, one).value();
  return made;
}

}  // namespace tally::identify::testing
