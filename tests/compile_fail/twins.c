// SPDX-License-Identifier: MIT
// Every keyword has a twin that is there without the keywords: with GO_NO_KEYWORDS a program may use the
// short words itself, as here for variables and functions, and still write everything.
// expect-pass
// flags: -DGO_NO_KEYWORDS
#include <gofer.h>

int chan(int go, int defer);
int chan(int go, int defer)
{
    return go + defer;
}

void chan_send(GO_CHAN(int) recv_chan, GO_RECV_CHAN(int) send_chan, GO_SEND_CHAN(int) chan_close);
void chan_send(GO_CHAN(int) recv_chan, GO_RECV_CHAN(int) send_chan, GO_SEND_CHAN(int) chan_close)
{
    int go_try_ = 0;
    bool case_default = false;
    GO_CHAN(long) made = GO_CHAN_MAKE(long, 1);
    GO_DEFER(chan, 1, 2);
    GO_DEFER(go_chan_close, made);
    GO_SPAWN(chan, 1, 2);
    go_chan_send(made, 1);
    go_chan_send(chan_close, go_chan_recv(send_chan));
    if (go_chan_try_send(recv_chan, 1) && go_chan_try_recv(recv_chan, &go_try_) == GO_OK)
        go_chan_close(made);
    go_chan_range(v, recv_chan)
        chan(v, v);
    GO_SELECT
    {
        GO_CASE_RECV(recv_chan, &go_try_, &case_default)
        {
        }
        GO_CASE_SEND(chan_close, 5)
        {
        }
        GO_CASE_TIMEOUT(GO_SECOND)
        {
        }
        GO_CASE_DONE(go_context_background())
        {
        }
        GO_CASE_DEFAULT
        {
        }
    }
    GO_TRY
    {
        chan((int)go_chan_len(made), (int)go_chan_cap(made));
    }
    GO_CATCH(p)
    {
        chan(p->runtime_error, case_default);
    }
    go_chan_free(go_chan_ref(made));
    go_chan_free(made);
}
