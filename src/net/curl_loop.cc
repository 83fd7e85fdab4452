// SPDX-License-Identifier: Apache-2.0
#include "net/curl_loop.h"

#include "base/assert.h"
#include "net/body_pump.h"
#include "net/sigpipe_guard.h"

#include <optional>

namespace sluice {

using boost::system::error_code;
using Descriptor = asio::posix::stream_descriptor;

// One of libcurl's sockets. Shared with the waits that are under way; `open` falls when libcurl
// gives the socket up, whose number may then come back as another one.
struct CurlLoop::Watched {
    Watched(const asio::any_io_executor& executor, curl_socket_t socket)
        : descriptor(executor, socket)
    {}

    Descriptor descriptor;
    int wanted = CURL_POLL_NONE;
    bool reading = false;
    bool writing = false;
    bool open = true;
};

// An easy handle inside the multi handle, for as long as its coroutine waits.
class CurlLoop::Transfer {
public:
    Transfer(CurlLoop& loop, CURL* easy, Signal& news) : loop_(loop), easy_(easy), news_(news)
    {
        curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
        SLUICE_ASSERT(curl_multi_add_handle(loop_.multi_, easy_) == CURLM_OK);
    }

    ~Transfer()
    {
        const SigpipeGuard guard; // closes a connection that is cut in the middle
        curl_multi_remove_handle(loop_.multi_, easy_);
    }

    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    const std::optional<CURLcode>& code() const { return code_; }

    void finish(CURLcode code)
    {
        code_ = code;
        news_.notify();
    }

    // After its callback has paused it. libcurl calls that with what it kept.
    void resume()
    {
        const SigpipeGuard guard;
        const CURLcode resumed = curl_easy_pause(easy_, CURLPAUSE_CONT);
        if (resumed != CURLE_OK && !code_)
            code_ = resumed;
    }

private:
    CurlLoop& loop_;
    CURL* easy_;
    Signal& news_;
    std::optional<CURLcode> code_; // of its end
};

CurlLoop::CurlLoop(asio::any_io_executor executor) : executor_(executor), timer_(executor)
{
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    SLUICE_ASSERT(initialised == CURLE_OK);
    multi_ = curl_multi_init();
    SLUICE_ASSERT(multi_);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlLoop::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlLoop::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
}

CurlLoop::~CurlLoop()
{
    const SigpipeGuard guard;
    curl_multi_cleanup(multi_); // closes idle connections, which calls on_socket
    for (auto& [socket, watched] : watched_) {
        watched->open = false;
        watched->descriptor.release();
    }
}

Async<CURLcode> CurlLoop::perform(CURL* easy)
{
    Signal news(executor_);
    Transfer transfer(*this, easy, news);
    while (!transfer.code())
        co_await news.wait();
    co_return *transfer.code();
}

Async<CURLcode> CurlLoop::perform(CURL* easy, BodyPump& pump)
{
    Transfer transfer(*this, easy, pump.news());
    for (;;) {
        while (!transfer.code() && !pump.is_full())
            co_await pump.news().wait();
        if (pump.is_empty())
            co_return *transfer.code();
        const bool is_paused = pump.turn_over();
        if (is_paused && !transfer.code())
            transfer.resume(); // so that the other buffer fills while the sink is busy
        const bool wants_more = co_await pump.give();
        if (!wants_more)
            co_return CURLE_OK;
    }
}

int CurlLoop::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*)
{
    static_cast<CurlLoop*>(self)->watch(socket, what);
    return 0;
}

int CurlLoop::on_timer(CURLM*, long timeout_ms, void* self)
{
    CurlLoop& loop = *static_cast<CurlLoop*>(self);
    loop.timer_.cancel();
    if (timeout_ms < 0)
        return 0;
    // libcurl must not be called from inside its callbacks, so even 0 goes through the loop.
    loop.timer_.expires_after(std::chrono::milliseconds(timeout_ms));
    loop.timer_.async_wait([&loop, alive = std::weak_ptr(loop.alive_)](const error_code& error) {
        if (!error && !alive.expired())
            loop.act(CURL_SOCKET_TIMEOUT, 0);
    });
    return 0;
}

void CurlLoop::watch(curl_socket_t socket, int what)
{
    const auto found = watched_.find(socket);
    if (what == CURL_POLL_REMOVE) {
        if (found == watched_.end())
            return;
        found->second->open = false;
        found->second->descriptor.release(); // libcurl closes it, or keeps it for later
        watched_.erase(found);
        return;
    }
    std::shared_ptr<Watched>& watched = watched_[socket];
    if (!watched)
        watched = std::make_shared<Watched>(executor_, socket);
    watched->wanted = what;
    if ((what & CURL_POLL_IN) && !watched->reading)
        wait(watched, Descriptor::wait_read);
    if ((what & CURL_POLL_OUT) && !watched->writing)
        wait(watched, Descriptor::wait_write);
}

void CurlLoop::wait(const std::shared_ptr<Watched>& watched, Descriptor::wait_type direction)
{
    const bool reads = direction == Descriptor::wait_read;
    (reads ? watched->reading : watched->writing) = true;
    watched->descriptor.async_wait(direction, [this, watched, reads](const error_code& error) {
        (reads ? watched->reading : watched->writing) = false;
        if (!watched->open || error == asio::error::operation_aborted)
            return;
        const int wanted = reads ? CURL_POLL_IN : CURL_POLL_OUT;
        const int event = error ? CURL_CSELECT_ERR : reads ? CURL_CSELECT_IN : CURL_CSELECT_OUT;
        if (watched->wanted & wanted)
            act(watched->descriptor.native_handle(), event);
        // What libcurl wants may have changed, or the socket may be gone.
        const bool waits = reads ? watched->reading : watched->writing;
        if (watched->open && !waits && (watched->wanted & wanted))
            wait(watched, reads ? Descriptor::wait_read : Descriptor::wait_write);
    });
}

void CurlLoop::act(curl_socket_t socket, int events)
{
    const SigpipeGuard guard;
    int running = 0;
    curl_multi_socket_action(multi_, socket, events, &running);
    finish_transfers();
}

void CurlLoop::finish_transfers()
{
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE)
            continue;
        void* transfer = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        static_cast<Transfer*>(transfer)->finish(message->data.result);
    }
}

} // namespace sluice
