// SPDX-License-Identifier: MIT
// The C++ half: exceptions that are thrown, caught, thrown again and nested while the goroutine parks, in the try, in a
// destructor that runs because of an exception, and in the handler, where the exception lives on; thread_local objects with
// constructors and destructors; and what the runtime of C++ says about exceptions in flight. Each goroutine must see its own.
#include <atomic>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

extern "C" {
void park(void);
void cxx_worker(int id, int rounds);
int cxx_check(void);
}

namespace {

std::atomic<long> made{0}, destroyed{0}, failures{0}, counted{0}, threads_seen{0};

void expect(bool condition, const char *what)
{
    if (!condition) {
        std::fprintf(stderr, "FAILED: %s\n", what);
        failures++;
    }
}

struct parks_when_destroyed {
    int exceptions;
    explicit parks_when_destroyed(int e) : exceptions(e) { made++; }
    ~parks_when_destroyed()
    {
        expect(std::uncaught_exceptions() == exceptions, "exceptions in flight before a park");
        park();
        expect(std::uncaught_exceptions() == exceptions, "exceptions in flight after a park");
        destroyed++;
    }
};

struct counter {
    long n = 0;
    counter() { threads_seen++; }
    ~counter() { n = -1; }
};
thread_local counter this_threads;

// Not inlined, so that its address is looked up afresh after a park.
__attribute__((noinline)) void count()
{
    expect(this_threads.n >= 0, "a thread_local object that lives");
    this_threads.n++;
    counted++;
}

[[noreturn]] void throw_deep(int id, int depth)
{
    parks_when_destroyed local(1);
    if (depth > 0)
        throw_deep(id, depth - 1);
    throw std::runtime_error("worker " + std::to_string(id));
}

void nest(int id)
{
    try {
        try {
            throw_deep(id, 2);
        } catch (const std::runtime_error &e) {
            park(); // with an exception that is being handled
            expect(e.what() == "worker " + std::to_string(id), "the goroutine's own exception");
            try {
                throw std::out_of_range("inner");
            } catch (const std::out_of_range &) {
                park();
            }
            expect(std::current_exception() != nullptr, "an exception that is being handled");
            throw; // the outer one again
        }
    } catch (const std::exception &e) {
        park();
        expect(e.what() == "worker " + std::to_string(id), "the exception that was thrown again");
    }
    expect(std::uncaught_exceptions() == 0 && !std::current_exception(), "none left");
}

} // namespace

void cxx_worker(int id, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        nest(id);
        count();
        std::vector<std::string> some(20, std::to_string(id));
        park();
        for (const std::string &s : some)
            expect(s == std::to_string(id), "the goroutine's own strings");
    }
}

int cxx_check(void)
{
    expect(made == destroyed && made > 0, "as many destroyed as made");
    expect(counted > 0 && threads_seen > 0, "thread_local objects were used");
    return failures == 0;
}
