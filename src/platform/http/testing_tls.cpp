#include "platform/http/testing_tls.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <utility>

#include "base/assert.hpp"

namespace tally::http {
namespace {

template <auto Free>
struct Freeing {
  template <typename T>
  void operator()(T* owned) const {
    Free(owned);
  }
};
template <typename T, auto Free>
using Owned = std::unique_ptr<T, Freeing<Free>>;
using Bio = Owned<BIO, &BIO_free>;
using Key = Owned<EVP_PKEY, &EVP_PKEY_free>;
using Certificate = Owned<X509, &X509_free>;

constexpr long kValidSeconds = 3600;

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long bytes = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(bytes)};
}

void extend(X509* certificate, int what, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION, &X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str()));
  TALLY_ASSERT(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

}  // namespace

TestCertificate make_certificate(const std::string& names) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate made(X509_new());
  X509* certificate = made.get();
  TALLY_ASSERT(key && certificate != nullptr);
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -kValidSeconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate), kValidSeconds);
  X509_set_pubkey(certificate, key.get());
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("tally test"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  extend(certificate, NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate, NID_subject_alt_name, names);
  TALLY_ASSERT(X509_sign(certificate, key.get(), EVP_sha256()) > 0);
  const Bio certificate_text(BIO_new(BIO_s_mem()));
  const Bio key_text(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(certificate_text.get(), certificate);
  PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {text_of(certificate_text.get()), text_of(key_text.get())};
}

TlsServer::TlsServer(const TestCertificate& certificate, std::string answer)
    : thread_([this, certificate, answer = std::move(answer)] { serve(certificate, answer); }) {}

TlsServer::~TlsServer() { listener_.stop(); }

void TlsServer::serve(const TestCertificate& certificate, const std::string& answer) const {
  const Owned<SSL_CTX, &SSL_CTX_free> context(SSL_CTX_new(TLS_server_method()));
  const Bio certificate_text(BIO_new_mem_buf(certificate.certificate.data(), -1));
  const Bio key_text(BIO_new_mem_buf(certificate.key.data(), -1));
  const Certificate shown(PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr));
  const Key key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  TALLY_ASSERT(SSL_CTX_use_certificate(context.get(), shown.get()) == 1);
  TALLY_ASSERT(SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1);
  for (;;) {
    const int socket = listener_.accept();
    if (socket < 0) return;
    const Owned<SSL, &SSL_free> tls(SSL_new(context.get()));
    SSL_set_fd(tls.get(), socket);
    std::array<char, 4096> request{};
    if (SSL_accept(tls.get()) == 1 &&
        SSL_read(tls.get(), request.data(), static_cast<int>(request.size())) > 0) {
      SSL_write(tls.get(), answer.data(), static_cast<int>(answer.size()));
    }
    ::close(socket);
  }
}

}  // namespace tally::http
