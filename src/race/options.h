// SPDX-License-Identifier: MIT
// The options of the race detector, from GORACE. They are read before the program's first constructor runs.
#ifndef GF_RACE_OPTIONS_H
#define GF_RACE_OPTIONS_H

struct gf_race_options {
    char log_path[256], strip_path_prefix[256];
    long exitcode, history_size, halt_on_error, atexit_sleep_ms;
};
extern struct gf_race_options gf_race_options;

#endif
