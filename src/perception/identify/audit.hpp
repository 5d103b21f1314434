// Audit of two stills of one view, before and after: which facings' items left, which came. It
// knows nothing of what happened between, so it is independent evidence for a cart.
//
// Three steps, so that this stays pure and the embedder outside:
//
//   compare_stills(before, after, facings)       what the pictures themselves show
//   embed the facings' boxes in both pictures    if there is an embedder; FacingView says where
//   judge(facings, comparison, looks, gallery)   probabilities for each facing
//
// What is weighed for one facing, all as likelihood ratios:
//   structure  correlation of its picture before and after, at its place within what the alignment
//              leaves open; against how unlike the pictures are where nothing has changed
//   colours    distance of its shares of colours
//   contrast   whether it stands out from what is beside it, in each picture: an item does, an
//              empty place does not
//   looks      embeddings before and after, against each other and the gallery (identify.hpp)
//
// No evidence outweighs AuditModel::doubt: pictures show what no model has foreseen. Of several
// items that stand behind one another (rows) the front one is seen: that it left shows as an item
// that has become smaller, the next one's.
//
// Pure; the same inputs give the same bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "perception/identify/alignment.hpp"
#include "perception/identify/gallery.hpp"
#include "perception/identify/identify.hpp"
#include "perception/media/frame.hpp"
#include "perception/vision/geometry.hpp"

namespace tally::identify {

struct AuditFacing {
  std::string id;
  std::string product;
  vision::Box box;                          // In the picture before, as shares of it.
  int rows = 1;                             // Most that stand behind one another.
  std::optional<int> stock = std::nullopt;  // Predicted before.
};

// What the two pictures show of one facing.
struct FacingView {
  vision::Box before;    // Pixels of the frames.
  vision::Box after;     // Inside the picture; where it is hidden, all of the picture.
  bool hidden = false;   // The camera has moved so that it is not seen after: nothing is known.
  double structure = 0;  // Similarity at its place, -1..1.
  bool flat = false;     // There is no structure in either picture.
  double moved_structure = 0;             // The best anywhere near …
  double moved_scale = 1;                 // … and how large it is there.
  double colors = 0;                      // Distance, 0..1.
  std::optional<double> contrast_before;  // 0..1; empty: nothing is seen beside it.
  std::optional<double> contrast_after;
};

struct Comparison {
  Alignment alignment;            // In pixels of small pictures (view_image.hpp).
  std::vector<FacingView> views;  // One for each facing.
};

// A box must have an area inside the picture; its part outside is not looked at. Asserts that.
[[nodiscard]] Comparison compare_stills(const media::Frame& before, const media::Frame& after,
                                        std::span<const AuditFacing> facings);

// Of all facings, in their order; or empty: no embedder.
struct FacingLooks {
  std::vector<vision::Embedding> before;
  std::vector<vision::Embedding> after;
};

// What is thought likely before looking, and how evidence is distributed. The defaults are broad on
// purpose; they are to be calibrated on audits whose outcome is known, by the shares and means that
// each line names.
struct AuditModel {
  // Shares of facings.
  double occupied = 0.75;        // Occupied before, where no stock is predicted …
  double occupied_stock = 0.97;  // … where there should be some …
  double occupied_none = 0.03;   // … and where there should be none.
  double gone = 0.10;            // Of the occupied.
  double moved = 0.04;           // Touched and put back.
  double other = 0.01;           // Another product in its place.
  double came = 0.06;            // Of the empty.
  double foreign = 0.01;         // Came, and is another product.
  // ln(1 - z^2) of structure is normal around the alignment's noise where nothing has changed, and
  // around `unrelated` where something has.
  double noise_min = 0.04;  // Shading and reflections, which no alignment sees.
  double noise_max = 0.40;
  double noise_unaligned = 0.25;  // Where the pictures could not be aligned.
  double noise_spread = 0.8;
  double unrelated = 0.85;
  double unrelated_spread = 0.4;
  // Distance of colours is exponential where nothing has changed, else Beta(2, 1).
  double color_noise = 0.06;
  // Contrast is exponential at an empty place, even at an occupied one.
  double empty_contrast = 0.05;
  // ln(scale) of an item that was touched, and of the next one behind or in front.
  double touched_scale = 0.03;
  double next_scale = -0.10;
  double next_scale_spread = 0.06;
  // Of every evidence: probability that it shows something else altogether.
  double doubt = 1e-3;
  // Structure, colours and looks see the same pictures: by how much the looks before and after,
  // held against each other, still count.
  double looks_weight = 0.5;
  IdentifyModel identify;
};

enum class FacingChange : std::uint8_t { kSame, kGone, kCame, kOther };
[[nodiscard]] const char* name_of(FacingChange change);  // "same", "gone", "came", "other"

struct FacingAudit {
  double same = 0;            // Nothing left and nothing came; touched and put back is that too.
  double gone = 0;            // One item less.
  double came = 0;            // One item more, of the facing's product.
  double other = 0;           // Another product stands there than before.
  double other_left = 0;      // Of `other`: the part in which one of the facing's own left for it.
  std::string other_product;  // The likeliest; empty: not among the facings' products.

  [[nodiscard]] FacingChange change() const;  // The likeliest.
  [[nodiscard]] double probability() const;   // Of that.
};

// `gallery` may be nullptr, and looks empty. Asserts that there are as many views, and looks if
// any, as facings.
[[nodiscard]] std::vector<FacingAudit> judge(std::span<const AuditFacing> facings,
                                             const Comparison& comparison, const FacingLooks& looks,
                                             const Gallery* gallery, const AuditModel& model = {});

// What an audit says of one product.
struct AuditLine {
  std::string product;
  int left = 0;
  int came = 0;
  double probability = 1;  // That both numbers are right.
};

// One line for each product that has a facing or came, ordered by id.
[[nodiscard]] std::vector<AuditLine> audit_lines(std::span<const AuditFacing> facings,
                                                 std::span<const FacingAudit> audits);

}  // namespace tally::identify
