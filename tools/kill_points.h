// For tests/crash: FORESHOCK_KILL_AT=NAME:N ends the process by SIGKILL when it comes to the kill point NAME for the Nth time.
#pragma once

namespace foreshock {

// Reads the environment once. Before threads start.
void set_up_kill_points();

}  // namespace foreshock
