// One connection to a server, from its first byte to its end. Inside platform/http only.
//
// run() is its coroutine, on the thread of its lane; everything else is called there too.
#pragma once

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "platform/http/lane.hpp"
#include "platform/http/request_head.hpp"
#include "platform/http/response_head.hpp"

namespace tally::http {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, ServerShared& shared, Lane& lane);

  asio::awaitable<void> run();
  asio::awaitable<void> turn_away();  // Instead of run(): says 503 without having read anything.
  void notify() { signal_.notify(); }
  void drain();  // What runs may end; nothing new begins.
  void cut();    // Ends at once.

  Lane::Place place;
  bool silent = false;  // Which of its lane's lists it is in.

 private:
  using Parser = beast::http::request_parser<beast::http::buffer_body>;

  // One request and what became of it.
  struct Turn {
    Request request;
    bool keep_alive = false;
    bool chunks_understood = true;  // The client speaks HTTP/1.1.
    bool body_read = false;         // Nothing of this request is left on the wire.
    steady_clock::time_point began;
    Exchange exchange;
  };
  enum class BodyEnd : std::uint8_t {
    kWhole,
    kTooLarge,
    kMalformed,
    kNotStored,
    kFull,
    kNoRoom,
    kLost
  };

  // connection.cpp: from request to answer. False: the connection is to end.
  asio::awaitable<bool> wait_for_request(bool first);
  asio::awaitable<bool> serve_one();
  asio::awaitable<bool> serve(Turn& turn);
  asio::awaitable<bool> serve_body(Turn& turn, AcceptBody& accept);
  asio::awaitable<bool> serve_upload(Turn& turn, AcceptUpload& accept);
  asio::awaitable<bool> serve_websocket(Turn& turn, AcceptWebSocket& accept);
  asio::awaitable<bool> answer(Turn& turn);
  asio::awaitable<bool> refuse(Turn& turn, int status, std::string code, std::string message);
  asio::awaitable<bool> refuse_body(Turn& turn, BodyEnd end);
  asio::awaitable<bool> late(Turn& turn, std::string_view what);
  Turn begin_turn();
  void finish(Turn& turn, bool complete);
  template <typename Value>
  asio::awaitable<std::optional<Value>> wait_for(std::shared_ptr<Slot<Value>> slot, bool& late);
  template <typename Value>
  std::pair<OneShot<Value>, std::shared_ptr<Slot<Value>>> make_slot();

  // connection_body.cpp
  // kWhole: go on.
  using Take = std::function<asio::awaitable<BodyEnd>(std::string_view chunk)>;
  asio::awaitable<BodyEnd> read_body(Turn& turn, std::uint64_t bytes_max, Take take);
  asio::awaitable<void> linger();

  // connection_response.cpp
  asio::awaitable<bool> respond(Turn& turn, Response response);
  asio::awaitable<bool> respond_text(Turn& turn, Response& response);
  asio::awaitable<bool> respond_file(Turn& turn, Response& response);
  asio::awaitable<bool> respond_stream(Turn& turn, Response& response);
  asio::awaitable<bool> send_head(Turn& turn, Response& response, Framing framing,
                                  std::string_view body = "");
  asio::awaitable<bool> send(std::string_view bytes);
  asio::awaitable<bool> send_file_part(Turn& turn, int file, ByteRange range);
  void watch_for_end();

  ServerShared& shared_;
  Lane& lane_;
  beast::tcp_stream stream_;
  Signal signal_;
  beast::flat_buffer buffer_;
  std::unique_ptr<Parser> parser_;
  std::function<void()> cut_websocket_;
  std::function<void()> drain_stream_;  // Asks a WebSocket or an event stream to end.
  steady_clock::time_point head_deadline_;
  std::size_t requests_ = 0;
  bool cut_ = false;
  bool peer_ended_ = false;
};

}  // namespace tally::http
