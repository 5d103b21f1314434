// For tests: certificates made on the spot, and a TLS server that answers one request.
#pragma once

#include <cstdint>
#include <string>
#include <thread>

#include "platform/http/testing_listener.hpp"

namespace tally::http {

struct TestCertificate {
  std::string certificate;  // PEM; signed by itself.
  std::string key;          // PEM.
};
// `names`: as in OpenSSL's subjectAltName, "DNS:localhost,IP:127.0.0.1".
TestCertificate make_certificate(const std::string& names);

// Takes connections at 127.0.0.1 until it is destroyed; each is shown the certificate, and gets
// `answer` for whatever it asks.
class TlsServer {
 public:
  TlsServer(const TestCertificate& certificate, std::string answer);
  ~TlsServer();
  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

 private:
  void serve(const TestCertificate& certificate, const std::string& answer) const;

  TestListener listener_;
  std::jthread thread_;
};

}  // namespace tally::http
