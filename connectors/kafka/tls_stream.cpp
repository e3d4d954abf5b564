#include "connectors/kafka/tls_stream.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

namespace foreshock {
namespace {

constexpr size_t kReadBytes = 64 * 1024;

std::string last_error() {
    char text[256] = "";
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    if (code == 0) return "failed";
    ERR_error_string_n(code, text, sizeof text);
    return text;
}

bool is_address(const std::string& host) {
    std::array<unsigned char, 16> bytes{};
    return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

bool is_folder(const std::string& path) {
    struct stat info{};
    return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool load_authorities(SSL_CTX* context, const std::string& path) {
    if (path.empty()) return SSL_CTX_set_default_verify_paths(context) == 1;
    const bool folder = is_folder(path);
    return SSL_CTX_load_verify_locations(context, folder ? nullptr : path.c_str(), folder ? path.c_str() : nullptr) == 1;
}

int password(char* to, int room, int, void* opaque) {
    const auto& secret = *static_cast<const std::string*>(opaque);
    if (room < 0 || secret.size() > static_cast<size_t>(room)) return 0;
    secret.copy(to, secret.size());
    return static_cast<int>(secret.size());
}

bool load_key(SSL_CTX* context, const std::string& path, std::string secret) {
    SSL_CTX_set_default_passwd_cb(context, password);
    SSL_CTX_set_default_passwd_cb_userdata(context, &secret);
    const bool loaded = SSL_CTX_use_PrivateKey_file(context, path.c_str(), SSL_FILETYPE_PEM) == 1;
    SSL_CTX_set_default_passwd_cb(context, nullptr);
    SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
    return loaded;
}

}  // namespace

Result<std::shared_ptr<TlsContext>> TlsContext::make(const std::map<std::string, std::string>& properties, bool verifies,
                                                     bool checks_host) {
    auto made = std::make_shared<TlsContext>();
    made->context_.reset(SSL_CTX_new(TLS_client_method()));
    made->checks_host_ = verifies && checks_host;
    SSL_CTX* const context = made->context_.get();
    const auto value = [&](const char* name) {
        const auto found = properties.find(name);
        return found == properties.end() ? std::string() : found->second;
    };
    std::string problem;
    const auto require = [&](bool holds, const std::string& name) {
        if (!holds && problem.empty()) problem = name + ": " + last_error();
    };
    for (const auto& [name, v] : properties) {
        if (name == "ssl.cipher.suites") require(SSL_CTX_set_cipher_list(context, v.c_str()) == 1, name);
        else if (name == "ssl.curves.list") require(SSL_CTX_set1_curves_list(context, v.c_str()) == 1, name);
        else if (name == "ssl.sigalgs.list") require(SSL_CTX_set1_sigalgs_list(context, v.c_str()) == 1, name);
        else if (name == "ssl.certificate.location") require(SSL_CTX_use_certificate_chain_file(context, v.c_str()) == 1, name);
        else if (name == "ssl.key.location") require(load_key(context, v, value("ssl.key.password")), name);
        else if (name.starts_with("ssl.") && name != "ssl.ca.location" && name != "ssl.key.password" &&
                 name != "ssl.endpoint.identification.algorithm") {
            problem = name + " is for librdkafka alone";
        }
    }
    if (verifies) require(load_authorities(context, value("ssl.ca.location")), "ssl.ca.location");
    if (!problem.empty()) return Diagnostic{{}, 0, 0, problem, {}};
    SSL_CTX_set_verify(context, verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return made;
}

TlsStream::TlsStream(std::shared_ptr<const TlsContext> context, int socket, const std::string& host)
    : context_(std::move(context)), socket_(socket), ssl_(SSL_new(context_->get())), in_(kReadBytes, '\0') {
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl_.get());
    X509_VERIFY_PARAM* const wanted = SSL_get0_param(ssl_.get());
    if (!is_address(host)) SSL_set_tlsext_host_name(ssl_.get(), host.c_str());
    if (!context_->checks_host()) return;
    if (is_address(host)) X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str());
    else X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), host.size());
}

ssize_t TlsStream::send(const char* from, size_t size) {
    ERR_clear_error();
    const int n = SSL_write(ssl_.get(), from, static_cast<int>(size));
    if (!flush()) return -1;
    return n > 0 ? n : failed(n);
}

ssize_t TlsStream::receive(char* to, size_t room) {
    for (;;) {
        ERR_clear_error();
        const int n = SSL_read(ssl_.get(), to, static_cast<int>(std::min<size_t>(room, 1u << 30)));
        if (!flush()) return -1;
        if (n > 0) return n;
        if (SSL_get_error(ssl_.get(), n) == SSL_ERROR_ZERO_RETURN) return 0;
        if (failed(n) < 0 && errno != EAGAIN) return -1;
        const ssize_t got = fill();
        if (got <= 0) return got;
    }
}

// What TLS wants to say goes out; false when the connection failed. What the socket does not take is kept.
bool TlsStream::flush() {
    std::array<char, 4096> piece;
    for (int n; (n = BIO_read(SSL_get_wbio(ssl_.get()), piece.data(), piece.size())) > 0;) out_.append(piece.data(), static_cast<size_t>(n));
    while (!out_.empty()) {
        const ssize_t n = ::send(socket_, out_.data(), out_.size(), MSG_NOSIGNAL);
        if (n < 0) return errno == EAGAIN || errno == EINTR;
        out_.erase(0, static_cast<size_t>(n));
    }
    return true;
}

ssize_t TlsStream::fill() {
    const ssize_t n = recv(socket_, in_.data(), in_.size(), 0);
    if (n > 0) BIO_write(SSL_get_rbio(ssl_.get()), in_.data(), static_cast<int>(n));
    return n;
}

ssize_t TlsStream::failed(int result) {
    const int error = SSL_get_error(ssl_.get(), result);
    errno = EAGAIN;
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return -1;
    const long verdict = SSL_get_verify_result(ssl_.get());
    why_ = verdict != X509_V_OK ? std::string("certificate: ") + X509_verify_cert_error_string(verdict) : "TLS: " + last_error();
    errno = EPROTO;
    return -1;
}

}  // namespace foreshock
