// Which product is this? From embeddings of one item, seen several times by one or more cameras, to
// how likely each candidate is, and "none of these".
//
// Model. A product looks, from different sides, like each of its photos: the density of its
// embeddings is an even mixture of von Mises-Fisher kernels (Banerjee et al., 2005, "Clustering on
// the unit hypersphere using von Mises-Fisher distributions") of one concentration around them.
// What is none of the candidates gives embeddings of even density, which is set where a kernel has
// fallen to at similarity `background`. So one look at similarity c_j to photo j weighs
//
//   log mean_j exp(concentration * (c_j - background))
//
// for the product against "none of these": a soft maximum, to which more photos add views and not
// votes. With probability `outlier` a look shows something else (a hand, the shelf), which bounds
// how much one look can weigh against a product.
//
// Looks at one item are alike, so n of them count as n / (1 + (n - 1) r), r being their
// correlation: within a camera, and again between cameras. No number of looks weighs more than
// 1 / (same_camera * other_camera) single ones.
//
// A product without photos is not impossible, it is unknown: every look is as likely from it as
// from "none of these". Pure functions; the same values give the same bytes.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "perception/identify/gallery.hpp"

namespace tally::identify {

// Numbers of one embedder, found on items that are known. Take similarities of looks at items to
// products, each the soft maximum over the product's photos, and fit a logistic regression of "it
// was this product" on them, both answers weighing the same: `concentration` is its slope,
// `background` where it says one half. `same` is the median similarity of looks to their own
// product. The correlations are the intraclass correlations of a look's weight among the looks of
// one camera, and of the cameras' means among the cameras, at one item. `strange_slope` and
// `strange_middle` are those of a logistic regression of "it was none of the products" on the upper
// quartile of items' best similarities, products and others weighing the same. docs/gallery.md says
// more.
struct IdentifyModel {
  double concentration = 18;
  double background = 0.55;
  double same = 0.87;
  double outlier = 0.05;
  double same_camera = 0.7;
  double other_camera = 0.6;
  double strange_slope = 30;
  double strange_middle = 0.8;
};

struct Look {
  std::span<const float> embedding;  // Of length 1, of the gallery's embedder.
  int camera = 0;
};

// One for each candidate: log p(looks | it is this product) - log p(looks | none of these). A
// nullptr stands for a product without photos. Without looks all are 0.
[[nodiscard]] std::vector<double> log_likelihoods(std::span<const Look> looks,
                                                  std::span<const GalleryProduct* const> candidates,
                                                  const IdentifyModel& model = {});

// Log odds, for equal priors, of an item being none of the candidates against one of them, by how
// alike its better looks are to the most alike photo of any: the upper quartile of the looks, on a
// line of `strange_slope` that crosses 0 at `strange_middle`, at most kStrangeMax either way. 0
// without looks or photos.
inline constexpr double kStrangeMax = 4;
[[nodiscard]] double strangeness(std::span<const Look> looks,
                                 std::span<const GalleryProduct* const> candidates,
                                 const IdentifyModel& model = {});

// log_likelihoods() of an item that is seen many times: from kStrangeLooks looks on, and where
// candidates have kStrangePhotos photos on average, "none of these" is as likely as its strangeness
// says; with fewer by their share, since what few photos show resembles nothing from its other
// sides. Of even density, as for a single look, it is not: that the best of many photos resembles
// an item somewhat is no news, and looks at one item hardly add up, but that none of many resembles
// it well is telling. Products without photos stay as likely as none of these.
inline constexpr std::size_t kStrangeLooks = 8;
inline constexpr std::size_t kStrangePhotos = 4;
[[nodiscard]] std::vector<double> log_likelihoods_of_items(
    std::span<const Look> looks, std::span<const GalleryProduct* const> candidates,
    const IdentifyModel& model = {});

// How many independent looks these weigh as much as.
[[nodiscard]] double effective_looks(std::span<const Look> looks, const IdentifyModel& model = {});

struct Posterior {
  std::vector<double> candidates;  // Sums up to 1 - none.
  double none = 1;
};

// `priors` has one value for each candidate; what they lack to 1 is the prior of "none of these".
// Asserts that there are as many of one as of the other, and that the priors are none below 0 and
// add up to at most 1 (within 1e-6).
[[nodiscard]] Posterior posterior(std::span<const double> log_likelihoods,
                                  std::span<const double> priors);

}  // namespace tally::identify
