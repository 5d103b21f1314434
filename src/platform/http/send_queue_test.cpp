#include "platform/http/send_queue.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "platform/http/event_stream.hpp"

namespace tally::http {
namespace {

TEST(SendQueue, HoldsItsLimits) {
  SendQueue queue({.bytes_max = 10, .messages_max = 3});
  EXPECT_FALSE(queue.push(std::string(11, 'x')));
  EXPECT_TRUE(queue.push(std::string(9, 'x')));
  EXPECT_FALSE(queue.push("xx"));
  EXPECT_TRUE(queue.push("y"));
  EXPECT_TRUE(queue.push(""));
  EXPECT_FALSE(queue.push(""));
  EXPECT_EQ(queue.pop()->size(), 9U);
  EXPECT_TRUE(queue.push("z"));
}

TEST(SendQueue, ClosedItTakesNothingButGivesWhatItHas) {
  SendQueue queue({});
  queue.push("a");
  queue.close();
  EXPECT_FALSE(queue.push("b"));
  EXPECT_FALSE(queue.finished());
  EXPECT_EQ(queue.pop(), "a");
  EXPECT_TRUE(queue.finished());
  EXPECT_FALSE(queue.pop());
}

TEST(SendQueue, WakesWhileAttachedAndNeverAfter) {
  SendQueue queue({});
  int woken = 0;
  queue.push("a");
  queue.attach([&] { ++woken; });
  EXPECT_EQ(woken, 1);
  queue.push("b");
  queue.close();
  EXPECT_EQ(woken, 3);
  queue.detach();
  EXPECT_TRUE(queue.finished());
  queue.close();
  EXPECT_FALSE(queue.push("c"));
  EXPECT_EQ(woken, 3);
}

TEST(SendQueue, TakesFromManyThreads) {
  SendQueue queue({.bytes_max = 1U << 20U, .messages_max = 4000});
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 1000; ++j) EXPECT_TRUE(queue.push("m"));
      });
    }
  }
  int count = 0;
  while (queue.pop()) ++count;
  EXPECT_EQ(count, 4000);
}

TEST(ServerEvents, AreWrittenLineByLine) {
  EXPECT_EQ(event_text({.data = "a\nb\r\nc\rd", .event = "receipt", .id = "evt_1"}),
            "id: evt_1\nevent: receipt\ndata: a\ndata: b\ndata: c\ndata: d\n\n");
  EXPECT_EQ(event_text({.data = "", .id = "1\ndata: forged"}), "id: 1data: forged\ndata: \n\n");
}

}  // namespace
}  // namespace tally::http
