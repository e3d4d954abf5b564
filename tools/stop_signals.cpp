#include "tools/stop_signals.h"

#include <csignal>
#include <thread>

#include <pthread.h>

namespace foreshock {

// The signals are blocked in every thread started later, and waited for in one; SIGUSR1 ends the waiting.
struct StopSignals::Impl {
    sigset_t set{};
    std::thread waiter;
};

void StopSignals::hold() {
    sigset_t set{};
    sigemptyset(&set);
    for (const int s : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, s);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGXFSZ, SIG_IGN);
}

StopSignals::StopSignals(std::function<void()> stop, std::function<void()> hangup) : impl_(std::make_unique<Impl>()) {
    sigemptyset(&impl_->set);
    for (const int s : {SIGINT, SIGTERM, SIGUSR1}) sigaddset(&impl_->set, s);
    if (hangup) sigaddset(&impl_->set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &impl_->set, nullptr);
    impl_->waiter = std::thread([set = impl_->set, stop = std::move(stop), hangup = std::move(hangup)] {
        int signal = 0;
        while (sigwait(&set, &signal) == 0 && signal != SIGUSR1) signal == SIGHUP ? hangup() : stop();
    });
}

StopSignals::~StopSignals() {
    pthread_kill(impl_->waiter.native_handle(), SIGUSR1);
    impl_->waiter.join();
    pthread_sigmask(SIG_UNBLOCK, &impl_->set, nullptr);
}

}  // namespace foreshock
