// What a cabinet's detectors tell apart.
#pragma once

namespace tally::cabinet {

// What the classes of the detector and of the close-up model mean: they are the same.
struct CabinetClasses {
  int hand = 0;
  int item = 1;
  int item_in_hand = 2;
};

}  // namespace tally::cabinet
