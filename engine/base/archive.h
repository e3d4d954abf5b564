// Bytes of saved state: one member function `archive(Archive&)` describes both saving and restoring, so that they cannot
// drift apart. Little endian, fixed width; layout per stage in state/FORMAT.md.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/base/time.h"

namespace foreshock {

struct Renumbering;  // engine/plan/renumbering.h

// One worker only. After restoring, `ok()` says whether the bytes were long enough and sane.
class Archive {
public:
    Archive() = default;                                                        // saving
    // Restoring; `renumbering`: what was saved goes by the numbers of another model. Null: by those of this one.
    explicit Archive(std::string_view bytes, const Renumbering* renumbering = nullptr) : in_(bytes), restoring_(true), renumbering_(renumbering) {}

    bool restoring() const { return restoring_; }
    bool ok() const { return ok_; }
    bool at_end() const { return in_.empty(); }
    const Renumbering* renumbering() const { return renumbering_; }
    void fail() { ok_ = false; in_ = {}; }
    std::string take() { spill(); return std::move(out_); }

    template <class... T>
    void operator()(T&... fields) { (one(fields), ...); }
    template <class T>  // so many numbers, which lie in memory as they are stored; how many is not stored
    void numbers(T* first, size_t n) {
        if (n > 0) raw(first, n * sizeof(T));
    }

private:
    template <class T>
    void one(T& x) {
        if constexpr (requires { x.archive(*this); }) {
            x.archive(*this);
        } else {
            static_assert(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>, "give the type an archive() member");
            raw(&x, sizeof x);
        }
    }
    void one(bool& b) {
        uint8_t byte = b ? 1 : 0;
        raw(&byte, sizeof byte);
        if (!restoring_) return;
        if (byte > 1) fail();
        b = byte == 1;
    }
    void one(std::string& s) {
        uint64_t n = s.size();
        raw(&n, sizeof n);
        if (restoring_) {
            if (!enough(n)) return;
            s.assign(in_.substr(0, n));
            in_.remove_prefix(n);
        } else {
            if (n > 0) raw(s.data(), n);
        }
    }
    void one(EventTime& t) {
        int64_t us = t.time_since_epoch().count();
        raw(&us, sizeof us);
        if (restoring_) t = EventTime{Micros{us}};
    }
    template <class T>
    void one(std::vector<T>& v) {
        if (!sized(v, std::is_arithmetic_v<T> ? sizeof(T) : 1)) return;
        if constexpr (std::is_arithmetic_v<T>) numbers(v.data(), v.size());
        else each(v);
    }
    template <class T>
    void one(std::deque<T>& v) { if (sized(v, 1)) each(v); }
    template <class T>
    void one(std::optional<T>& o) {
        bool has = o.has_value();
        one(has);
        if (restoring_) has ? void(o.emplace()) : o.reset();
        if (o) one(*o);
    }
    template <class T>
    void one(std::unique_ptr<T>& p) {
        bool has = p != nullptr;
        one(has);
        if (restoring_) p = has ? std::make_unique<T>() : nullptr;
        if (p) one(*p);
    }
    template <class A, class B>
    void one(std::pair<A, B>& p) { one(p.first); one(p.second); }
    template <class K, class V, class C>
    void one(std::map<K, V, C>& m) {
        uint64_t n = m.size();
        raw(&n, sizeof n);
        if (!restoring_) for (auto& [k, v] : m) { K key = k; one(key); one(v); }
        if (!restoring_) return;
        m.clear();
        for (uint64_t i = 0; i < n && ok_; ++i) { K k{}; V v{}; one(k); one(v); m.emplace(std::move(k), std::move(v)); }
    }
    template <class C>
    void each(C& v) { for (auto& x : v) { if (!ok_) return; one(x); } }
    // Its size, of elements that take at least so many bytes.
    template <class C>
    bool sized(C& v, size_t least) {
        uint64_t n = v.size();
        raw(&n, sizeof n);
        if (!restoring_) return true;
        if (n > in_.size() / least) fail();
        if (ok_) { v.clear(); v.resize(n); }
        return ok_;
    }
    bool enough(uint64_t n) { if (n > in_.size()) fail(); return ok_; }
    void raw(void* p, size_t n) {
        if (!restoring_) {
            if (n > few_.size() - used_) spill();
            if (n > few_.size()) return void(out_.append(static_cast<const char*>(p), n));
            std::memcpy(few_.data() + used_, p, n);
            used_ += n;
            return;
        }
        if (!enough(n)) { std::memset(p, 0, n); return; }
        std::memcpy(p, in_.data(), n);
        in_.remove_prefix(n);
    }
    void spill() {
        out_.append(few_.data(), used_);
        used_ = 0;
    }

    std::string out_;
    std::array<char, 2048> few_;  // on their way to `out_`, which takes many at once for little more than one
    size_t used_ = 0;
    std::string_view in_;
    bool restoring_ = false;
    bool ok_ = true;
    const Renumbering* renumbering_ = nullptr;
};

}  // namespace foreshock
