#pragma once

#include <map>
#include <string>
#include <string_view>

namespace foreshock::test {

// A real broker through tools/kafka. `shared()` is the one ctest keeps running while tests of the label kafka run; a test that
// stops or restarts its broker makes one of its own, with its own folder and port. Any thread.
class Broker {
 public:
    static Broker shared();                  // throws std::runtime_error with a hint when none runs
    explicit Broker(std::string_view name);  // starts one of its own; it stops and loses its data with this object
    ~Broker();
    Broker(Broker&& other) noexcept;
    Broker& operator=(Broker&&) = delete;

    const std::string& address() const { return address_; }  // 127.0.0.1:PORT, the same after a restart
    std::string tls_address() const;
    std::map<std::string, std::string> tls_properties() const;  // of librdkafka: whom to trust, and who one is
    std::string tls_file(std::string_view name) const;  // see tools/kafka.d/certificates
    void topic(std::string_view name, int partitions) const;
    void admin(std::string_view words) const;  // tools/kafka admin: grow, delete, ...
    void stop();   // keeps data and port
    void start();  // with the data and port from before

    // A topic name that nobody has used: PREFIX-<time>-<process>-<counter>.
    static std::string fresh(std::string_view prefix);

 private:
    Broker() = default;
    void run(const std::string& words) const;

    std::string directory_;
    std::string address_;
    bool owned_ = false;
};

}  // namespace foreshock::test
