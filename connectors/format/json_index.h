// The structure of a JSON text: where its brackets, separators and values begin. This is the first stage of simdjson, 64 bytes
// at a step; walking along it by hand is what a decoder of flat objects needs and no more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace foreshock {

// One worker only.
class JsonIndex {
public:
    JsonIndex();
    ~JsonIndex();

    // Null when the text is legal so far: UTF-8, every text closed, no bare control characters in texts; else what is wrong.
    // kRecordPadding bytes after the text must be legible.
    const char* read(const char* data, size_t size);

    // Positions in the text, ascending: of every bracket, colon and comma, of the opening quote of every text and of the
    // first byte of every other scalar. The one after the last is the size of the text.
    const uint32_t* positions() const { return positions_; }
    uint32_t count() const { return count_; }

private:
    struct Library;  // keeps the library's header out of ours
    std::unique_ptr<Library> library_;
    size_t capacity_ = 0;
    const uint32_t* positions_ = nullptr;
    uint32_t count_ = 0;
};

}  // namespace foreshock
