// For tests: graphs of a few kilobytes that have the inputs and outputs of real heads.
//
// Each output value is a function of the picture's mean colour, different for every value, so that
// a wrong colour order or scale changes it; nothing depends on where in the picture a colour is.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "perception/inference/tensor.hpp"

namespace tally::inference {

struct TinyGraph {
  Shape input{kDynamic, 3, 64, 64};  // [B,3,H,W] or [B,H,W,3].
  std::vector<Shape> outputs{
      {6, 84}};               // Without the batch; {6, 84} is YOLOv8 with two classes at 64x64.
  float gain = 4;             // Of the mean colour; choose less where colours are 0..255.
  bool probabilities = true;  // Outputs go through a sigmoid.
  bool unit_length = false;   // Instead, each output is scaled to length 1, as embedders' are.
  std::map<std::string, std::string> metadata{};  // As an ONNX file carries it.
};

// Writes `path` (*.xml) and the *.bin beside it; the input is "images", outputs "output0",
// "output1", ….
void write_tiny_graph(const TinyGraph& graph, const std::filesystem::path& path);

}  // namespace tally::inference
