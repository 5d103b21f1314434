#include "perception/inference/openvino_streams.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "perception/inference/tiny_graph.hpp"

namespace tally::inference::openvino {
namespace {
namespace fs = std::filesystem;

const ov::AnyMap kOneStream{ov::num_streams(1), ov::inference_num_threads(1)};

class OpenvinoStreams : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / ("tally_streams_" + std::to_string(::getpid()));
    fs::remove_all(root_);
    fs::create_directories(root_);
    write_tiny_graph({}, root_ / "tiny.xml");
    const auto model = read_model(root_ / "tiny.xml");
    model->reshape(ov::PartialShape{1, 3, 64, 64});
    compiled_ = core().compile_model(model, "CPU", kOneStream);
    blob_ = blob_of(compiled_);
  }
  void TearDown() override { fs::remove_all(root_); }

  fs::path root_;
  ov::CompiledModel compiled_;
  std::string blob_;
};

// One picture after another has the first stream to itself.
void run_one_after_another(Streams& streams, int times) {
  ov::InferRequest request = streams.create_request(0);
  for (int i = 0; i < times; ++i) {
    EXPECT_EQ(streams.begin(), 0U);
    request.start_async();
    request.wait();
  }
}

// So many times a request finds no stream idle, while one has the first stream.
void wait_for_streams(Streams& streams, int times) {
  const std::size_t held = streams.begin();
  for (int i = 0; i < times; ++i) streams.end(streams.begin());
  streams.end(held);
}

std::vector<float> answer_of(Streams& streams, std::size_t stream, float value) {
  ov::InferRequest request = streams.create_request(stream);
  ov::Tensor input = request.get_input_tensor();
  std::fill_n(input.data<float>(), input.get_size(), value);
  EXPECT_EQ(streams.begin(), stream);
  request.start_async();
  request.wait();
  const ov::Tensor output = request.get_output_tensor(0);
  return {output.data<const float>(), output.data<const float>() + output.get_size()};
}

TEST_F(OpenvinoStreams, TheFirstStaysAloneWhileNothingWaitsForIt) {
  Streams streams(compiled_, blob_, kOneStream, 3);
  run_one_after_another(streams, 3 * Streams::kBusyMin);
  wait_for_streams(streams, Streams::kBusyMin - 1);
  streams.finish();
  EXPECT_EQ(streams.made(), 1);
}

TEST_F(OpenvinoStreams, AllAreMadeOnceRequestsWait) {
  Streams streams(compiled_, blob_, kOneStream, 3);
  wait_for_streams(streams, Streams::kBusyMin);
  streams.finish();
  ASSERT_EQ(streams.made(), 3);
  const std::vector<std::size_t> taken{streams.begin(), streams.begin(), streams.begin()};
  EXPECT_THAT(taken, ::testing::ElementsAre(0, 1, 2)) << "the idle first";
  streams.end(1);
  EXPECT_EQ(streams.begin(), 1U) << "the one that is free again";
}

TEST_F(OpenvinoStreams, AllAnswerAlike) {
  Streams streams(compiled_, blob_, kOneStream, 2);
  const std::vector<float> bright = answer_of(streams, 0, 0.9F);
  const std::vector<float> dark = answer_of(streams, 0, 0.1F);
  ASSERT_NE(bright, dark);
  wait_for_streams(streams, Streams::kBusyMin);
  streams.finish();
  ASSERT_EQ(streams.begin(), 0U);  // From here on the second is the idle one.
  EXPECT_EQ(answer_of(streams, 1, 0.9F), bright);
  EXPECT_EQ(answer_of(streams, 1, 0.1F), dark);
}

TEST_F(OpenvinoStreams, OneIsEnoughWhereOneWasAskedForOrNoneCanBeMade) {
  Streams one(compiled_, blob_, kOneStream, 1);
  wait_for_streams(one, 3 * Streams::kBusyMin);
  one.finish();
  EXPECT_EQ(one.made(), 1);
  Streams broken(compiled_, blob_.substr(0, 100), kOneStream, 2);
  wait_for_streams(broken, 3 * Streams::kBusyMin);
  broken.finish();
  EXPECT_EQ(broken.made(), 1);
  run_one_after_another(broken, 3);
}

}  // namespace
}  // namespace tally::inference::openvino
