"""receiver.py PORT FILE [SECONDS]: appends each event to FILE, taking SECONDS for it, and prints its port; a PORT of 0 is one that is free."""
import http.server, sys, time


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if len(sys.argv) > 3: time.sleep(float(sys.argv[3]))
        with open(sys.argv[2], "a") as out:
            out.write(self.headers["Idempotency-Key"] + "\t" + body + "\n")
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


http.server.HTTPServer.allow_reuse_address = True
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
print(server.server_port, flush=True)
server.serve_forever()
