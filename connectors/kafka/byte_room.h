// Memory for bytes that records are views of: kept alive by their batch, used again after it.
#pragma once

#include <cstring>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/event/record.h"

namespace foreshock {

// Bytes with `kRecordPadding` legible ones behind them.
class ByteRoom {
public:
    char* data() { return data_.get(); }
    const char* data() const { return data_.get(); }
    size_t size() const { return size_; }
    size_t capacity() const { return capacity_; }
    void set_size(size_t size) { size_ = size; }

    // At least this capacity; what it held is lost when it grows.
    void reserve(size_t capacity) {
        if (capacity <= capacity_) return;
        data_.reset();
        data_.reset(new char[capacity + kRecordPadding]);
        std::memset(data_.get() + capacity, 0, kRecordPadding);
        capacity_ = capacity;
    }

private:
    std::unique_ptr<char[]> data_;
    size_t size_ = 0, capacity_ = 0;
};

class RoomPool;

// A room on loan. Any thread may give it back, by destroying it.
class PooledRoom {
public:
    PooledRoom(std::shared_ptr<RoomPool> pool, ByteRoom r) : room(std::move(r)), pool_(std::move(pool)) {}
    ~PooledRoom();
    PooledRoom(const PooledRoom&) = delete;
    PooledRoom& operator=(const PooledRoom&) = delete;

    ByteRoom room;

private:
    std::shared_ptr<RoomPool> pool_;
};

// Always in a shared_ptr: rooms on loan may outlive whoever lent them. Any thread.
class RoomPool : public std::enable_shared_from_this<RoomPool> {
public:
    // An empty room of at least this capacity.
    std::shared_ptr<PooledRoom> lend(size_t capacity) {
        ByteRoom room;
        {
            const std::lock_guard lock(mutex_);
            if (!spare_.empty()) {
                room = std::move(spare_.back());
                spare_.pop_back();
            }
        }
        room.reserve(capacity);
        room.set_size(0);
        return std::make_shared<PooledRoom>(shared_from_this(), std::move(room));
    }

private:
    friend class PooledRoom;
    static constexpr size_t kMostSpare = 3;

    void take_back(ByteRoom room) {
        const std::lock_guard lock(mutex_);
        if (spare_.size() < kMostSpare) spare_.push_back(std::move(room));
    }

    std::mutex mutex_;
    std::vector<ByteRoom> spare_;
};

inline PooledRoom::~PooledRoom() { pool_->take_back(std::move(room)); }

}  // namespace foreshock
