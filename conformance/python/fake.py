"""A server that answers as a test says, and notes what it is asked."""

import http.server
import json
import threading
import types
import urllib.parse

from server import Script


def success(**fields):
    return 200, {}, json.dumps({"result": "success", "msg": "", **fields}).encode()


def refused(status, code, **headers):
    return status, headers, json.dumps({"result": "error", "msg": "no", "code": code}).encode()


class Fake:
    """Answers with what `answer(method, path, params, body)` returns: status, headers and body; `None` drops the
    connection, and a negative status breaks it off in the middle of the body."""

    package = "tidings"

    def __init__(self, answer):
        self.requests = []
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle(self):
                try:
                    super().handle()
                except ConnectionError:
                    pass

            def respond(self):
                url = urllib.parse.urlsplit(self.path)
                self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                query = url.query or ("" if "multipart" in self.headers.get("Content-Type", "") else self.body.decode())
                params = dict(urllib.parse.parse_qsl(query))
                fake.requests.append((self.command, url.path, params, self.headers, self.body))
                answered = answer(self.command, url.path, params, self.body)
                if answered is None:
                    self.close_connection = True
                    self.connection.shutdown(2)
                    return
                status, headers, content = answered
                self.send_response(abs(status))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content if status > 0 else content[: len(content) // 2])
                if status < 0:
                    self.wfile.flush()
                    self.close_connection = True
                    self.connection.shutdown(2)

            do_GET = do_POST = do_DELETE = do_PATCH = do_PUT = respond

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.site = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def count(self, path):
        return sum(request[1] == path for request in self.requests)

    def credentials(self):
        return {"email": "hamlet@example.com", "api_key": "k" * 32, "site": self.site}

    def script(self, folder, source, **variables):
        """A program of its own, with a `client` of this server."""
        source = f"import tidings\n\nclient = tidings.Client(**{self.credentials()!r})\n{source}"
        return Script(types.SimpleNamespace(server=self, home=folder), source, **variables)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
