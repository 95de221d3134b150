"""The sandbox's workspace, served by a thread: for tests that need Slack's wire, but no processes."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.slack.main import HOST, listen, new_server


@contextmanager
def served_workspace() -> Iterator[str]:
    """Serve a new workspace on a free port of 127.0.0.1, and yield its URL."""
    listener = listen(0)
    url = f"http://{HOST}:{listener.getsockname()[1]}"
    server = new_server(url)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield url
    server.should_exit = True
    thread.join()
