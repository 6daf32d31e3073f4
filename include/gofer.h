// SPDX-License-Identifier: MIT
// gofer: Go's concurrency for C. This header brings everything; each section is a header of its own.
#ifndef GOFER_H
#define GOFER_H

#include <gofer/chan.h>
#include <gofer/context.h>
#include <gofer/debug.h>
#include <gofer/exec.h>
#include <gofer/go.h>
#include <gofer/http.h>
#include <gofer/io.h>
#include <gofer/net.h>
#include <gofer/panic.h>
#include <gofer/profile.h>
#include <gofer/select.h>
#include <gofer/signal.h>
#include <gofer/sync.h>
#include <gofer/time.h>
#include <gofer/x/barrier.h>
#include <gofer/x/errgroup.h>
#include <gofer/x/first.h>
#include <gofer/x/lfstack.h>
#include <gofer/x/limiter.h>
#include <gofer/x/lru.h>
#include <gofer/x/pipeline.h>
#include <gofer/x/pubsub.h>
#include <gofer/x/ring.h>
#include <gofer/x/semaphore.h>
#include <gofer/x/shardmap.h>
#include <gofer/x/singleflight.h>
#include <gofer/x/workers.h>

#endif
