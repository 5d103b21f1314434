#include "platform/http/url.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace tally::http {
namespace {

TEST(Url, IsReadIntoItsParts) {
  const auto url = parse_url("https://api.example.com/v1/x?y=z");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->secure);
  EXPECT_FALSE(url->websocket);
  EXPECT_EQ(url->host, "api.example.com");
  EXPECT_EQ(url->port, 443);
  EXPECT_EQ(url->target, "/v1/x?y=z");
  EXPECT_EQ(url->authority(), "api.example.com");
  const auto socket = parse_url("WS://[::1]:8080?a");
  ASSERT_TRUE(socket);
  EXPECT_TRUE(socket->websocket);
  EXPECT_EQ(socket->host, "::1");
  EXPECT_EQ(socket->authority(), "[::1]:8080");
  EXPECT_EQ(socket->target, "/?a");
}

TEST(Url, RefusesWhatIsNone) {
  for (const auto* wrong : {"",
                            "example.com",
                            "ftp://a",
                            "http://",
                            "http:///x",
                            "http://a:0",
                            "http://a:65536",
                            "http://a:b",
                            "http://a:",
                            "http://user:secret@host/",
                            "http://[::1",
                            "http://[]",
                            "http://a b/",
                            "http://a/b c",
                            "http://a\\b",
                            "http://a/#x",
                            "http://ex%61mple",
                            "http://caf\xC3\xA9/",
                            "http://a\r\nX: y",
                            "http://[::1]x"}) {
    EXPECT_FALSE(parse_url(wrong)) << wrong;
  }
  EXPECT_FALSE(parse_url("http://" + std::string(kHostBytesMax + 1, 'a')));
  EXPECT_TRUE(parse_url("http://" + std::string(kHostBytesMax, 'a')));
  EXPECT_FALSE(parse_url("http://a/" + std::string(kUrlBytesMax, 'a')));
}

TEST(Url, KeepsSecretsOutOfItsErrors) {
  EXPECT_EQ(parse_url("http://user:secret@host/").error().message.find("secret"),
            std::string::npos);
}

AddressBytes address(const std::string& text) {
  AddressBytes bytes{};
  const std::string mapped = text.find(':') == std::string::npos ? "::ffff:" + text : text;
  EXPECT_EQ(::inet_pton(AF_INET6, mapped.c_str(), bytes.data()), 1) << text;
  return bytes;
}

TEST(PublicAddresses, AreToldFromTheRest) {
  for (const auto* text :
       {"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
        "172.15.255.255", "172.32.0.0", "192.167.255.255", "198.17.255.255", "223.255.255.255",
        "2600::1", "2a00:1450::1", "2001:4860:4860::8888"}) {
    EXPECT_TRUE(is_public(address(text))) << text;
  }
  for (const auto* text : {"0.0.0.0",
                           "0.255.255.255",
                           "10.0.0.1",
                           "100.64.0.0",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.255.255",
                           "169.254.169.254",
                           "172.16.0.0",
                           "172.31.255.255",
                           "192.0.0.1",
                           "192.0.2.1",
                           "192.88.99.1",
                           "192.168.1.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::7f00:1",
                           "fe80::1",
                           "fc00::1",
                           "fd12::1",
                           "fec0::1",
                           "ff02::1",
                           "2001:db8::1",
                           "2001::1",
                           "2002:7f00:1::",
                           "64:ff9b::7f00:1",
                           "64:ff9b:1::1",
                           "3fff::1",
                           "100::1",
                           "4000::1"}) {
    EXPECT_FALSE(is_public(address(text))) << text;
  }
}

}  // namespace
}  // namespace tally::http
