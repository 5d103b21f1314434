#include "perception/media/media_test_support.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "perception/media/nursery.hpp"

namespace tally::media::testing {
namespace fs = std::filesystem;

void TemporaryFolder::ffmpeg(const std::string& arguments) const {
  const std::string command = "cd '" + path().string() +
                              "' && ffmpeg -hide_banner -loglevel error -nostdin -y " + arguments;
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
}

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_contents(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::string packed(const Frame& frame) {
  struct Shape {
    int bytes;
    int rows;
  };
  const Shape chroma{(frame.width + 1) / 2, (frame.height + 1) / 2};
  std::vector<Shape> shapes{{frame.width, frame.height}, chroma, chroma};
  if (frame.format == PixelFormat::kRgb24) shapes = {{frame.width * 3, frame.height}};
  std::string bytes;
  for (std::size_t plane = 0; plane < shapes.size(); ++plane) {
    for (int row = 0; row < shapes[plane].rows; ++row) {
      const std::uint8_t* data = frame.planes[plane].data +
                                 static_cast<std::size_t>(row) * frame.planes[plane].stride_bytes;
      bytes.append(reinterpret_cast<const char*>(data),
                   static_cast<std::size_t>(shapes[plane].bytes));
    }
  }
  return bytes;
}

WholeVideo read_whole(const fs::path& path, const ReaderOptions& options, Pixels pixels) {
  WholeVideo video;
  auto reader = VideoReader::open(path, options);
  if (!reader) {
    video.error = reader.error();
    return video;
  }
  video.info = (*reader)->info();
  while (true) {
    auto frame = (*reader)->next();
    if (!frame) {
      video.error = frame.error();
      return video;
    }
    if (!*frame) return video;
    EXPECT_EQ((*frame)->index, static_cast<std::int64_t>(video.times.size()));
    video.times.push_back((*frame)->time);
    if (pixels == Pixels::kKeep) video.pixels += packed(**frame);
  }
}

std::string error_name(const WholeVideo& video) {
  return video.error ? std::string(video.error->code.name) : "";
}

std::ptrdiff_t open_descriptors() {
  end_nurseries();
  return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
}

bool has_children() {
  end_nurseries();
  int status = 0;
  return ::waitpid(-1, &status, WNOHANG) >= 0;
}

}  // namespace tally::media::testing
