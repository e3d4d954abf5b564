// Bytes of saved state: one member function `archive(Archive&)` describes both saving and restoring, so that they cannot
// drift apart. Little endian, fixed width; layout per stage in state/FORMAT.md.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
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
    std::string take() { return std::move(out_); }

    template <class... T>
    void operator()(T&... fields) { (one(fields), ...); }

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
            out_.append(s);
        }
    }
    void one(EventTime& t) {
        int64_t us = t.time_since_epoch().count();
        raw(&us, sizeof us);
        if (restoring_) t = EventTime{Micros{us}};
    }
    template <class T>
    void one(std::vector<T>& v) { sequence(v); }
    template <class T>
    void one(std::deque<T>& v) { sequence(v); }
    template <class T>
    void one(std::optional<T>& o) {
        bool has = o.has_value();
        one(has);
        if (restoring_) has ? void(o.emplace()) : o.reset();
        if (o) one(*o);
    }
    template <class A, class B>
    void one(std::pair<A, B>& p) { one(p.first); one(p.second); }
    template <class K, class V, class C>
    void one(std::map<K, V, C>& m) {
        uint64_t n = m.size();
        raw(&n, sizeof n);
        if (!restoring_) {
            for (auto& [k, v] : m) { K key = k; one(key); one(v); }
            return;
        }
        m.clear();
        for (uint64_t i = 0; i < n && ok_; ++i) { K k{}; V v{}; one(k); one(v); m.emplace(std::move(k), std::move(v)); }
    }
    template <class C>
    void sequence(C& v) {
        uint64_t n = v.size();
        raw(&n, sizeof n);
        if (restoring_) {
            if (!enough(n)) return;  // every element takes at least one byte
            v.clear();
            v.resize(n);
        }
        for (auto& x : v) { if (!ok_) return; one(x); }
    }
    bool enough(uint64_t n) { if (n > in_.size()) fail(); return ok_; }
    void raw(void* p, size_t n) {
        if (!restoring_) { out_.append(static_cast<const char*>(p), n); return; }
        if (!enough(n)) { std::memset(p, 0, n); return; }
        std::memcpy(p, in_.data(), n);
        in_.remove_prefix(n);
    }

    std::string out_;
    std::string_view in_;
    bool restoring_ = false;
    bool ok_ = true;
    const Renumbering* renumbering_ = nullptr;
};

}  // namespace foreshock
