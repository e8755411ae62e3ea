"""A local HTTP server of files that can break off, refuse ranges, or go away."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer:
    """Serve `files` (name to bytes) at ``url(name)`` while the context is open.

    Attributes
    ----------
    requests : list of (str, str or None)
        Name and Range header of each request.
    cuts : dict of str to list of int
        Bytes to send before the connection is closed, one number a request.
    ranges, lengths, tags : bool
        Whether to understand Range, to send Content-Length, and to send an ETag.
    """

    def __init__(self, files):
        self.files = files
        self.requests = []
        self.cuts = {}
        self.ranges = self.lengths = self.tags = True

    def url(self, name):
        return f"http://127.0.0.1:{self._http.server_port}/{name}"

    def __enter__(self):
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


def _handler(server):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.removeprefix("/")
            server.requests.append((name, self.headers.get("Range")))
            if name not in server.files:
                self.send_error(404)
                return
            body = server.files[name]
            tag = f'"{hashlib.sha256(body).hexdigest()}"'
            start = 0
            if server.ranges and self.headers.get("Range") and self.headers.get("If-Range") == tag:
                start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
            if start and start >= len(body):
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            if server.lengths:
                self.send_header("Content-Length", str(len(body) - start))
            if server.tags:
                self.send_header("ETag", tag)
            self.end_headers()
            cuts = server.cuts.get(name)
            self.wfile.write(body[start : start + cuts.pop(0) if cuts else None])

        def log_message(self, *_):
            pass

    return Handler
