// The thread sanitizer sees POSIX threads only, and crashes on threads that it did not see start. librdkafka uses those of C11,
// so in builds with that sanitizer they are defined here by way of the POSIX ones, which is what the C library does inside.
#if defined(__SANITIZE_THREAD__)

#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <cstdint>
#include <memory>

namespace {

struct Start {
    thrd_start_t run;
    void* argument;
};

void* run(void* p) {
    const std::unique_ptr<Start> start(static_cast<Start*>(p));
    return reinterpret_cast<void*>(static_cast<intptr_t>(start->run(start->argument)));
}

int to_c11(int error) {
    switch (error) {
        case 0: return thrd_success;
        case EBUSY: return thrd_busy;
        case ETIMEDOUT: return thrd_timedout;
        case ENOMEM: return thrd_nomem;
        default: return thrd_error;
    }
}

// The two kinds are the same bytes in the C library.
pthread_mutex_t* posix(mtx_t* m) { return reinterpret_cast<pthread_mutex_t*>(m); }
pthread_cond_t* posix(cnd_t* c) { return reinterpret_cast<pthread_cond_t*>(c); }
static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) && sizeof(cnd_t) == sizeof(pthread_cond_t));

}  // namespace

extern "C" {

int thrd_create(thrd_t* thread, thrd_start_t start, void* argument) {
    auto* const p = new Start{start, argument};
    const int error = pthread_create(thread, nullptr, run, p);
    if (error != 0) delete p;
    return to_c11(error);
}
int thrd_join(thrd_t thread, int* result) {
    void* value = nullptr;
    const int error = pthread_join(thread, &value);
    if (result != nullptr) *result = static_cast<int>(reinterpret_cast<intptr_t>(value));
    return to_c11(error);
}
int thrd_detach(thrd_t thread) { return to_c11(pthread_detach(thread)); }

int mtx_init(mtx_t* m, int type) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, (type & mtx_recursive) != 0 ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL);
    const int error = pthread_mutex_init(posix(m), &attributes);
    pthread_mutexattr_destroy(&attributes);
    return to_c11(error);
}
void mtx_destroy(mtx_t* m) { pthread_mutex_destroy(posix(m)); }
int mtx_lock(mtx_t* m) { return to_c11(pthread_mutex_lock(posix(m))); }
int mtx_trylock(mtx_t* m) { return to_c11(pthread_mutex_trylock(posix(m))); }
int mtx_unlock(mtx_t* m) { return to_c11(pthread_mutex_unlock(posix(m))); }

int cnd_init(cnd_t* c) { return to_c11(pthread_cond_init(posix(c), nullptr)); }
void cnd_destroy(cnd_t* c) { pthread_cond_destroy(posix(c)); }
int cnd_signal(cnd_t* c) { return to_c11(pthread_cond_signal(posix(c))); }
int cnd_broadcast(cnd_t* c) { return to_c11(pthread_cond_broadcast(posix(c))); }
int cnd_wait(cnd_t* c, mtx_t* m) { return to_c11(pthread_cond_wait(posix(c), posix(m))); }
int cnd_timedwait(cnd_t* c, mtx_t* m, const timespec* t) { return to_c11(pthread_cond_timedwait(posix(c), posix(m), t)); }

}  // extern "C"

#endif
