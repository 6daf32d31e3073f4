# SPDX-License-Identifier: MIT
"""gofer's goroutines in gdb, in live processes and in core files:

    info goroutines          who there is, and what each one does
    goroutine N [COMMAND]    a gdb command, `bt` if none is given, in goroutine N
    goroutine all [COMMAND]  in each of them

This file travels in the section .debug_gdb_scripts of every program that is linked with gofer, so gdb loads it along
with the program if its `auto-load safe-path` allows that. It is Python because gdb asks for that; nothing else of gofer
is.

A goroutine that a thread is on is shown by going to that thread. Of a parked one there are seven words at its stack
pointer (src/arch/x86_64/switch.S), which gdb has to take for registers. To write them into a thread's real registers, as
Go's runtime-gdb.py does, is impossible in a core file, and risky in a process. Here an unwinder says, as long as the
command runs, that the goroutine is the caller of the selected thread's innermost frame.
"""
import re
import time

import gdb
import gdb.unwinder

# As in src/mem/slab.c and src/sched/g.h.
FIRST_SLOTS = 256
DEAD, RUNNABLE, RUNNING, WAITING, BLOCKED = range(5)
FRESH, SYSTEM, THREAD, SPILLED = 1 << 0, 1 << 2, 1 << 3, 1 << 5
STATES = {RUNNABLE: "runnable", RUNNING: "running", BLOCKED: "syscall"}
# What gf_arch_switch pushes, from the stack pointer on.
SAVED = ("r15", "r14", "r13", "r12", "rbx", "rbp", "rip")
WORD = 8
MINUTE = 60 * 10**9
RUNTIME_NAME = re.compile(r"^(gf|go)_")
SYSTEM_LIBRARY = re.compile(r"/(libc|libpthread|ld-linux[^/]*|libgofer)(-[0-9.]+)?\.so")
FRAME_LINE = re.compile(r"^#(\d+)( +)")
FAR_ENOUGH = 64  # frames that are looked through for one of the program's own


class FrameId:
    """What gdb knows a frame by."""

    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


class Unwinder(gdb.unwinder.Unwinder):
    """Leads from the innermost frame of a thread into a parked goroutine, while that is visited."""

    def __init__(self):
        super().__init__("gofer")
        self.thread_sp = None
        self.goroutine_sp = None

    def begin(self, goroutine_sp):
        self.thread_sp = int(gdb.newest_frame().read_register("rsp"))
        self.goroutine_sp = goroutine_sp
        gdb.invalidate_cached_frames()

    def end(self):
        self.goroutine_sp = None
        gdb.invalidate_cached_frames()

    def __call__(self, frame):
        if self.goroutine_sp is None or int(frame.read_register("rsp")) != self.thread_sp:
            return None
        word = gdb.lookup_type("unsigned long")
        sp = gdb.Value(self.goroutine_sp).cast(word)
        saved = sp.cast(word.array(len(SAVED) - 1).pointer()).dereference()
        info = frame.create_unwind_info(FrameId(sp, frame.read_register("rip")))
        for i, name in enumerate(SAVED):
            info.add_saved_register(name, saved[i])
        info.add_saved_register("rsp", (sp + len(SAVED) * WORD).cast(word))
        return info


class Runtime:
    """The runtime's records in the program that gdb looks at."""

    def __init__(self):
        sched = gdb.lookup_global_symbol("gf_sched")
        slab = static_symbol("slab", "mem/slab.c")
        texts = static_symbol("texts", "sched/waitreason.c")
        if not sched or not slab or not texts:
            raise gdb.GdbError("gofer: there is no gofer in this program, or no debug information of it")
        self.sched = sched.value()
        self.slab = slab.value()
        self.wait_texts = texts.value()
        self.source = slab.symtab.fullname()[: -len("mem/slab.c")]
        self.m = target(self.sched["all_ms"].type)
        self.g = target(field_type(self.m, "g"))

    def threads(self):
        """The records of threads that live."""
        at = int(self.sched["all_ms"])
        while at:
            m = gdb.Value(at).cast(self.m.pointer()).dereference()
            if int(m["tid"]):
                yield m
            at = int(m["all_next"])

    def slots(self):
        """All slots of goroutines, the free ones too."""
        size, per_chunk = int(self.slab["slot"]), int(self.slab["per_chunk"])
        for number in range(int(self.slab["used"])):
            chunk, index = 0, number
            if number >= FIRST_SLOTS:
                chunk, index = divmod(number - FIRST_SLOTS, per_chunk)
                chunk += 1
            at = int(self.slab["chunk"][chunk]) + index * size
            yield gdb.Value(at).cast(self.g.pointer()).dereference()

    def goroutines(self):
        """The program's goroutines, and threads of its own that have called gofer, by number."""
        records = list(self.slots()) + [m["g"].dereference() for m in self.threads()]
        found = {}
        for record in records:
            g = Goroutine(self, record)
            if g.status != DEAD and (g.flags & THREAD or not g.flags & SYSTEM):
                found[g.id] = g
        return [found[number] for number in sorted(found)]

    def is_own(self, frame):
        """Whether the frame is the runtime's or libc's, and not the program's."""
        library = gdb.solib_name(frame.pc()) or ""
        if RUNTIME_NAME.match(frame.name() or "") or SYSTEM_LIBRARY.search(library):
            return True
        symtab = frame.find_sal().symtab
        return bool(symtab) and symtab.fullname().startswith(self.source)


def static_symbol(name, file):
    """A static variable of the runtime's, whatever else in the program has its name."""
    found = [s for s in gdb.lookup_static_symbols(name) if s.symtab.filename.endswith(file)]
    return found[0] if found else None


def target(pointer):
    return pointer.strip_typedefs().target()


def field_type(struct, name):
    return next(f.type for f in struct.strip_typedefs().fields() if f.name == name)


def c_string(value):
    """The bytes of a string in the program as text, whatever they are."""
    return value.string("utf-8", "replace")


class Goroutine:
    """One of them, as its record says."""

    def __init__(self, runtime, record):
        self.runtime = runtime
        self.record = record
        self.id = int(record["id"])
        self.status = int(record["status"])
        self.flags = int(record["flags"])

    def state(self):
        """Go's word for what it does."""
        words = [STATES.get(self.status) or self.wait_text()]
        minutes = self.minutes()
        if minutes:
            words.append("%d minutes" % minutes)
        if int(self.record["lock_depth"]):
            words.append("locked to thread")
        if self.flags & THREAD:
            words.append("foreign thread")
        return ", ".join(words)

    def wait_text(self):
        return c_string(self.runtime.wait_texts[int(self.record["reason"])])

    def minutes(self):
        """How long it has waited; 0 in a core file, for that does not say when it was written."""
        connection = gdb.selected_inferior().connection
        since = int(self.record["since"])
        if self.status != WAITING or not since or not connection or connection.type != "native":
            return 0
        return (time.clock_gettime_ns(time.CLOCK_MONOTONIC) - since) // MINUTE

    def name(self):
        name = self.record["name"]
        return c_string(name["text"]) if int(name) else ""

    def fresh_function(self):
        """Of one that has not run yet: what it will call."""
        call = self.record["spilled"].dereference() if self.flags & SPILLED else self.record["call"]
        return int(call["fn"])

    def creator(self):
        """The place of its go statement."""
        pc = int(self.record["creator_pc"])
        return pc - 1 if pc else 0

    def has_stack(self):
        """Whether the words that a parked one has pushed are there: gdb's own core files may lack them."""
        word = gdb.lookup_type("unsigned long")
        saved = gdb.Value(int(self.record["sp"])).cast(word.pointer())
        return int(saved[len(SAVED) - 1]) != 0

    def thread(self):
        """The thread that is on its stack; None if none is."""
        if not self.flags & THREAD and not int(self.record["on_cpu"]):
            return None
        low, top = int(self.record["stack_low"]), int(self.record["stack_top"])
        threads = {t.ptid[1] or t.ptid[0]: t for t in gdb.selected_inferior().threads()}
        for t in threads.values():
            t.switch()
            if low and low <= int(gdb.newest_frame().read_register("rsp")) <= top:
                return t
        for m in self.runtime.threads():
            if int(m["g"]) == int(self.record.address) and int(m["tid"]) in threads:
                return threads[int(m["tid"])]
        return None


class Place:
    """Where gdb stands, to come back to."""

    def __init__(self):
        self.thread = gdb.selected_thread()
        if not self.thread:
            raise gdb.GdbError("there is no process, and no core file")
        self.level = gdb.selected_frame().level()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.thread.switch()
        gdb.execute("frame %d" % self.level, False, True)


class Visit:
    """Selects the innermost frame of a goroutine; `first` is its number in gdb's count."""

    def __init__(self, goroutine):
        self.goroutine = goroutine
        self.parked = False
        self.first = 0

    def __enter__(self):
        thread = self.goroutine.thread()
        if thread:
            thread.switch()
            gdb.newest_frame().select()
            return self
        if not self.goroutine.has_stack():
            raise gdb.GdbError("the stack of goroutine %d is not in this core file" % self.goroutine.id)
        UNWINDER.begin(int(self.goroutine.record["sp"]))
        self.parked = True
        frame = gdb.newest_frame()
        while frame and int(frame.read_register("rsp")) == UNWINDER.thread_sp:
            frame = frame.older()
            self.first += 1
        if frame:
            frame.select()
        return self

    def __exit__(self, *exception):
        if self.parked:
            UNWINDER.end()


def describe_address(pc):
    """function at file:line."""
    block_function = gdb.block_for_pc(pc)
    while block_function and not block_function.function:
        block_function = block_function.superblock
    sal = gdb.find_pc_line(pc)
    name = block_function.function.name if block_function else "0x%x" % pc
    return "%s at %s:%d" % (name, sal.symtab.filename, sal.line) if sal.symtab else name


def program_frame(runtime, frame):
    """The first frame of the program's own; if there is none, of the function of gofer's that it has called."""
    called = frame
    for _ in range(FAR_ENOUGH):
        if not frame or not frame.pc():
            break
        if frame.name() and frame.find_sal().symtab and not runtime.is_own(frame):
            return frame
        if (frame.name() or "").startswith("go_"):
            called = frame
        frame = frame.older()
    return called


def describe_frame(goroutine):
    """The innermost function of the program's own."""
    if goroutine.flags & FRESH:
        return describe_address(goroutine.fresh_function()) + " (has not run yet)"
    try:
        with Visit(goroutine):
            frame = program_frame(goroutine.runtime, gdb.selected_frame())
            sal = frame.find_sal()
            name = frame.name() or "0x%x" % frame.pc()
            return "%s at %s:%d" % (name, sal.symtab.filename, sal.line) if sal.symtab else name
    except gdb.GdbError as error:
        return "(%s)" % error


def without_borrowed_frames(text, first):
    """A backtrace without the frames that it was reached through, and without the stack's end."""
    lines = []
    keep = True
    for line in text.splitlines():
        number = FRAME_LINE.match(line)
        if number:
            n = int(number.group(1)) - first
            keep = n >= 0 and not line.rstrip().endswith("0x0000000000000000 in ?? ()")
            line = FRAME_LINE.sub("#%-3d" % n, line, 1)
        if keep:
            lines.append(line)
    return "\n".join(lines) + "\n"


def run_in(goroutine, command):
    """Runs a gdb command in the goroutine and prints what it says."""
    name = goroutine.name()
    print("goroutine %d%s [%s]:" % (goroutine.id, ' "%s"' % name if name else "", goroutine.state()))
    if goroutine.flags & FRESH:
        print(describe_frame(goroutine))
    else:
        with Visit(goroutine) as visit:
            text = gdb.execute(command, False, True)
            if command.split()[0] in ("bt", "backtrace", "where"):
                text = without_borrowed_frames(text, visit.first)
            gdb.write(text)
    creator = goroutine.creator()
    if creator:
        print("created by %s in goroutine %d" % (describe_address(creator), int(goroutine.record["creator_id"])))


class InfoGoroutines(gdb.Command):
    """List all goroutines: number, name, what each does or waits for, and where in the program."""

    def __init__(self):
        super().__init__("info goroutines", gdb.COMMAND_STACK)

    def invoke(self, _argument, _from_tty):
        runtime = Runtime()
        with Place() as place:
            for g in runtime.goroutines():
                thread = g.thread()
                mark = "*" if thread and thread.num == place.thread.num else " "
                name = g.name()
                shown = '"%s" ' % name if name else ""
                print("%s %-4d %s[%s] %s" % (mark, g.id, shown, g.state(), describe_frame(g)))


class GoroutineCommand(gdb.Command):
    """Run a gdb command in a goroutine: goroutine N|all [COMMAND], `bt` if none is given."""

    def __init__(self):
        super().__init__("goroutine", gdb.COMMAND_STACK)

    def invoke(self, argument, _from_tty):
        which, _, command = argument.strip().partition(" ")
        if which != "all" and not which.isdigit():
            raise gdb.GdbError("usage: goroutine N|all [COMMAND]")
        goroutines = Runtime().goroutines()
        if which != "all":
            goroutines = [g for g in goroutines if g.id == int(which)]
        if not goroutines:
            raise gdb.GdbError("there is no goroutine %s" % which)
        for i, g in enumerate(goroutines):
            if i:
                print("")
            with Place():
                run_in(g, command.strip() or "bt")


# The program and libgofer.so may both bring this file.
if not hasattr(gdb, "gofer_unwinder"):
    gdb.gofer_unwinder = Unwinder()
    gdb.unwinder.register_unwinder(None, gdb.gofer_unwinder, True)
    InfoGoroutines()
    GoroutineCommand()
    # By it threads are stopped for a report; gdb would stop there.
    gdb.execute("handle SIGPWR nostop noprint pass", False, True)
UNWINDER = gdb.gofer_unwinder
