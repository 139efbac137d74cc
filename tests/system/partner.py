"""partner - a counterparty over HTTP that misbehaves as it is told."""
import http.server, threading

WORDS = b"Ada TESTPATIENT has no ward ELM7\n<p>more of it</p>\n"


class Rude:
    """A partner over HTTP; `mood` says how it behaves, and what it was sent stands in `posts`."""

    def __init__(self):
        self.posts, self.tokens, self.mood, rude = [], [], "hang up", self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                mood = rude.mood
                rude.tokens.append(self.headers.get("Authorization"))
                rude.posts.append((mood, self.headers.get("Idempotency-Key"), body))
                self.close_connection = True
                if mood == "hang up":
                    return
                if mood == "locked":
                    mood = 201 if rude.tokens[-1] == "Bearer new" else 401
                self.send_response(201 if mood == "half" else mood)
                words = WORDS if mood in (400, 422) else b""
                self.send_header("Content-Length", "100" if mood == "half" else str(len(words)))
                self.end_headers()
                self.wfile.write(words)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def keys(self, mood):
        return [key for m, key, _ in list(self.posts) if m == mood]
