#include "kept_observations.hpp"

#include <utility>
#include <vector>

namespace tally::bench {

using nlohmann::json;

nlohmann::json to_json(const cabinet::Observations& seen, const identify::Gallery& gallery) {
  json out{{"sightings", json::array()}, {"watches", json::array()}, {"gallery", json::array()}};
  for (const cabinet::Sighting& one : seen.sightings) {
    out["sightings"].push_back({one.camera,
                                one.time.count(),
                                static_cast<int>(one.kind),
                                {one.box.left, one.box.top, one.box.right, one.box.bottom},
                                one.score,
                                one.embedding});
  }
  for (const cabinet::FacingWatch& watch : seen.watches) {
    json& states = out["watches"].emplace_back(json::array());
    for (const cabinet::FacingState& state : watch.states()) {
      states.push_back({state.from.count(), state.to.count(), state.looks, state.patch.luma,
                        state.patch.cb, state.patch.cr});
    }
  }
  for (const identify::GalleryProduct& product : gallery.products) {
    json photos = json::array();
    for (const identify::GalleryPhoto& photo : product.photos) photos.push_back(photo.embedding);
    out["gallery"].push_back({product.id, std::move(photos)});
  }
  return out;
}

void read(const nlohmann::json& in, cabinet::Observations& seen, identify::Gallery& gallery) {
  for (const json& one : in["sightings"]) {
    seen.sightings.push_back({one[0],
                              SessionTime(one[1].get<std::int64_t>()),
                              static_cast<cabinet::SightingKind>(one[2].get<int>()),
                              {one[3][0], one[3][1], one[3][2], one[3][3]},
                              one[4],
                              one[5].get<std::vector<float>>()});
  }
  for (const json& states : in["watches"]) {
    std::vector<cabinet::FacingState> known;
    for (const json& state : states) {
      cabinet::FacingState& next = known.emplace_back();
      next.from = SessionTime(state[0].get<std::int64_t>());
      next.to = SessionTime(state[1].get<std::int64_t>());
      next.looks = state[2];
      state[3].get_to(next.patch.luma);
      state[4].get_to(next.patch.cb);
      state[5].get_to(next.patch.cr);
    }
    seen.watches.emplace_back(std::move(known));
  }
  for (const json& product : in["gallery"]) {
    identify::GalleryProduct& next = gallery.products.emplace_back();
    next.id = product[0];
    for (const json& photo : product[1]) {
      next.photos.emplace_back().embedding = photo.get<std::vector<float>>();
    }
  }
}

}  // namespace tally::bench
