// SPDX-License-Identifier: MIT
// How many processors this process may use: the affinity mask, cut by the CPU quota of its cgroup (version 2's
// cpu.max and version 1's cfs files, along the path from the process's group up to the mount), rounded up as
// Go 1.25 does, but never below 2 where the mask allows it: a quota of 1.2 processors still runs two threads at once.
#include "os/os.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool read_file(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, size - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    return n > 0;
}

static int affinity_count(void)
{
    enum { MOST = 8192 };
    cpu_set_t *set = CPU_ALLOC(MOST);
    size_t size = CPU_ALLOC_SIZE(MOST);
    int n = 1;
    if (set && sched_getaffinity(0, size, set) == 0)
        n = CPU_COUNT_S(size, set);
    CPU_FREE(set);
    return n > 0 ? n : 1;
}

// The quota in processors of one group's directory, or 0 if it sets none.
static double quota_of(const char *dir)
{
    char path[4200], text[64];
    long long quota = 0, period = 0;
    snprintf(path, sizeof path, "%s/cpu.max", dir);
    if (read_file(path, text, sizeof text)) {
        if (sscanf(text, "%lld %lld", &quota, &period) != 2)
            return 0;
    } else {
        snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", dir);
        if (!read_file(path, text, sizeof text) || (quota = atoll(text)) <= 0)
            return 0;
        snprintf(path, sizeof path, "%s/cpu.cfs_period_us", dir);
        if (!read_file(path, text, sizeof text))
            return 0;
        period = atoll(text);
    }
    return quota > 0 && period > 0 ? (double)quota / (double)period : 0;
}

// The smallest quota of the group and its ancestors below `mount`, or 0.
static double quota_along(const char *mount, const char *group)
{
    char dir[4096];
    double least = 0;
    snprintf(dir, sizeof dir, "%s%s", mount, group);
    for (;;) {
        double q = quota_of(dir);
        if (q > 0 && (least == 0 || q < least))
            least = q;
        char *slash = strrchr(dir, '/');
        if (!slash || (size_t)(slash - dir) < strlen(mount))
            return least;
        *slash = '\0';
    }
}

// Whether the list of a version 1 hierarchy's controllers, separated by commas, has cpu itself.
static bool names_cpu(const char *controllers)
{
    for (const char *at = controllers; (at = strstr(at, "cpu")); at++)
        if ((at == controllers || at[-1] == ',') && (at[3] == ',' || at[3] == '\0'))
            return true;
    return false;
}

double gf_os_cgroup_quota(const char *groups, const char *mount)
{
    char text[4096], version1[4096];
    snprintf(version1, sizeof version1, "%s/cpu", mount);
    if (!read_file(groups, text, sizeof text))
        return 0;
    for (char *save, *line = strtok_r(text, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        char *controllers = strchr(line, ':');
        char *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group)
            continue;
        *group++ = '\0';
        controllers++;
        if (*controllers == '\0')
            return quota_along(mount, group);
        if (names_cpu(controllers))
            return quota_along(version1, group);
    }
    return 0;
}

int gf_os_cpu_count(void)
{
    int n = affinity_count();
    double quota = gf_os_cgroup_quota("/proc/self/cgroup", "/sys/fs/cgroup");
    if (quota > 0) {
        int most = (int)quota + ((double)(int)quota < quota);
        if (most < 2)
            most = 2;
        if (most < n)
            n = most;
    }
    return n;
}
