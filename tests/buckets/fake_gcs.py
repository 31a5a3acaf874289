"""A Cloud Storage for tests: its JSON API over HTTP, with all objects in memory.

It knows what gcsfs asks for: buckets, listing, reading with ranges, uploads in one request and in
parts, conditions on the generation, and removing.
"""

import base64
import contextlib
import dataclasses
import datetime
import hashlib
import json
import re
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_OBJECTS = re.compile(r"/storage/v1/b/([^/]+)/o")
_OBJECT = re.compile(r"/(?:download/)?storage/v1/b/([^/]+)/o/(.+)")
_BUCKET = re.compile(r"/storage/v1/b/([^/]+)")
_UPLOAD = re.compile(r"/upload/storage/v1/b/([^/]+)/o")


@dataclasses.dataclass
class Object:
    content: bytes
    generation: int
    updated: str


class FakeGcs:
    """A server on a free port; `with FakeGcs() as server`.

    Attributes:
        buckets: Name to its objects by key.
        requests: What it was asked, as `GET /storage/…`.
        token: That every request must bring as its bearer token; None for any and none.
    """

    def __init__(self):
        self.buckets = {}
        self.requests = []
        self.token = None
        self.lock = threading.Lock()
        self.uploads = {}
        self._generation = 0
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.fake = self
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def put(self, bucket, key, content):
        self._generation += 1
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        self.buckets[bucket][key] = Object(bytes(content), self._generation, now)
        return self.described(bucket, key)

    def described(self, bucket, key):
        found = self.buckets[bucket][key]
        return {
            "kind": "storage#object",
            "bucket": bucket,
            "name": key,
            "size": str(len(found.content)),
            "generation": str(found.generation),
            "metageneration": "1",
            "timeCreated": found.updated,
            "updated": found.updated,
            "md5Hash": base64.b64encode(hashlib.md5(found.content).digest()).decode(),
            "etag": f"generation-{found.generation}",
        }


class _Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """Whoever was killed has hung up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer in one piece: its second half would wait for the first to be acknowledged.
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do_GET(self):
        self._answer()

    def do_POST(self):
        self._answer()

    def do_PUT(self):
        self._answer()

    def do_DELETE(self):
        self._answer()

    def _answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = self._chunks()
        path, _, query = self.path.partition("?")
        query = dict(urllib.parse.parse_qsl(query))
        fake = self.server.fake
        with fake.lock:
            fake.requests.append(f"{self.command} {urllib.parse.unquote(self.path)}")
            if fake.token and self.headers.get("Authorization") != f"Bearer {fake.token}":
                return self._error(401, "Anonymous caller does not have storage.objects access")
            return self._routed(path, query, body)

    def _routed(self, path, query, body):
        for pattern, handle in (
            (_UPLOAD, self._upload),
            (_OBJECT, self._object),
            (_OBJECTS, self._objects),
            (_BUCKET, self._bucket),
        ):
            match = pattern.fullmatch(path)
            if match:
                names = [urllib.parse.unquote(name) for name in match.groups()]
                if names[0] not in self.server.fake.buckets:
                    return self._error(404, f"The specified bucket does not exist: {names[0]}")
                return handle(*names, query, body)
        return self._error(404, f"no such method: {self.command} {path}")

    def _bucket(self, bucket, query, body):
        self._json({"kind": "storage#bucket", "name": bucket})

    def _objects(self, bucket, query, body):
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter")
        keys, prefixes = [], set()
        for key in sorted(self.server.fake.buckets[bucket]):
            rest = key.removeprefix(prefix)
            if not key.startswith(prefix):
                continue
            if delimiter and delimiter in rest:
                prefixes.add(prefix + rest.partition(delimiter)[0] + delimiter)
            else:
                keys.append(key)
        start = int(query.get("pageToken", 0))
        end = start + int(query.get("maxResults", 1000))
        page = {
            "kind": "storage#objects",
            "items": [self.server.fake.described(bucket, key) for key in keys[start:end]],
            "prefixes": sorted(prefixes) if start == 0 else [],
        }
        self._json(page | ({"nextPageToken": str(end)} if end < len(keys) else {}))

    def _object(self, bucket, key, query, body):
        objects = self.server.fake.buckets[bucket]
        if key not in objects:
            return self._error(404, f"No such object: {bucket}/{key}")
        if self.command == "DELETE":
            del objects[key]
            return self._send(204, b"")
        if query.get("alt") != "media":
            return self._json(self.server.fake.described(bucket, key))
        content = objects[key].content
        span = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not span:
            return self._send(200, content)
        first, last = int(span[1]), int(span[2] or len(content) - 1)
        if first >= len(content):
            return self._error(416, "The requested range cannot be satisfied: not satisfiable")
        return self._send(206, content[first : last + 1])

    def _upload(self, bucket, query, body):
        fake = self.server.fake
        if "upload_id" in query:
            return self._part(bucket, query["upload_id"], body)
        if query["uploadType"] == "resumable":
            key = query.get("name") or json.loads(body)["name"]
        elif query["uploadType"] == "media":
            key, content = query["name"], body
        else:
            boundary = self.headers["Content-Type"].partition("boundary=")[2].strip('"').encode()
            _, described, content, _ = body.split(b"--" + boundary)
            key = json.loads(described.partition(b"\n\n")[2])["name"]
            content = content.partition(b"\n\n")[2][:-1]
        wanted = query.get("ifGenerationMatch")
        there = fake.buckets[bucket].get(key)
        if wanted is not None and int(wanted) != (there.generation if there else 0):
            return self._error(412, "At least one of the pre-conditions you specified did not hold")
        if query["uploadType"] != "resumable":
            return self._json(fake.put(bucket, key, content))
        upload = str(len(fake.uploads))
        fake.uploads[upload] = (key, bytearray())
        place = f"{fake.address}/upload/storage/v1/b/{bucket}/o?upload_id={upload}"
        return self._send(200, b"", Location=place)

    def _part(self, bucket, upload, body):
        fake = self.server.fake
        if self.command == "DELETE":
            del fake.uploads[upload]
            return self._send(204, b"")
        key, content = fake.uploads[upload]
        content += body
        if self.headers["Content-Range"].endswith(f"/{len(content)}"):
            return self._json(fake.put(bucket, key, content))
        return self._send(308, b"", Range=f"bytes=0-{len(content) - 1}")

    def _json(self, content):
        self._send(200, json.dumps(content).encode(), **{"Content-Type": "application/json"})

    def _error(self, code, message):
        content = {"error": {"code": code, "message": message}}
        self._send(code, json.dumps(content).encode(), **{"Content-Type": "application/json"})

    def _send(self, code, content, **headers):
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        # gcsfs asks twice at once, and hangs up on the slower answer.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(content)

    def _chunks(self):
        content = b""
        while size := int(self.rfile.readline(), 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return content
