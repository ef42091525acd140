"""A loopback replica of a Hugging Face hub: fake_hub.py PORT CDN_PORT LOG.

Data sets: org/plain (small files, two pages of the tree), org/large (a large file that leads to
another host, which cuts the first connection), org/gated (needs the token "secret"),
org/damaged (a wrong checksum), org/hostile (paths that lead out of the folder)."""
import hashlib
import json
import sys
import threading
from urllib.parse import unquote
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, CDN, LOG = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
SHA = '0123456789abcdef0123456789abcdef01234567'


def lines(n, start=0):
    return ''.join(json.dumps({'id': i, 'q': f'question {i} ' + 'x' * 100}) + '\n'
                   for i in range(start, start + n)).encode()


FILES = {
    'org/plain': {'README.md': b'# hi', 'train.jsonl': lines(3), 'sub set/test.csv': b'a,b\n1,2\n',
                  'data/dev-00000-of-00002.jsonl': lines(2), 'data/dev-00001-of-00002.jsonl': lines(2, 2)},
    'org/large': {'main/test.jsonl': lines(160000)},
    'org/configs': {
        'README.md': b"""---
license: mit
configs:
- config_name: main
  default: true
  data_files:
  - split: train
    path: [parts/*-a.jsonl, "parts/**/deep-[0-9].jsonl"]
  - split: dev
    path: "dev.csv"
- config_name: other
  data_files: parts/x/deep-?.jsonl
- config_name: folder
  data_dir: parts/x
---
# Text
""",
        'parts/2-a.jsonl': lines(1, 1), 'parts/1-a.jsonl': lines(1), 'parts/x/deep-7.jsonl': lines(1, 2),
        'parts/x/deeper.jsonl': lines(1, 3), 'dev.csv': b'a,b\n1,2\n', 'unused.jsonl': lines(9)},
    'org/astray': {f'{c}.jsonl': lines(1) for c in 'abcde'},
    'org/badname': {'README.md': b'---\nconfigs:\n- config_name: ../../evil\n  data_files: t.jsonl\n---\n', 't.jsonl': lines(1)},
    'org/alike': {'x/a+b.jsonl': lines(1), 'x+a/b.jsonl': lines(1, 5)},
    'org/short': {'test.jsonl': lines(1)},
    'org/gated': {'test.jsonl': lines(1)},
    'org/damaged': {'test.jsonl': lines(1)},
    'org/hostile': {'../../evil.jsonl': lines(1), '/etc/evil.jsonl': lines(1), '.git/evil.jsonl': lines(1)},
}
LARGE = 1000000
cut = set()
lock = threading.Lock()


def note(text):
    with lock, open(LOG, 'a') as f:
        f.write(text + '\n')


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *args):
        pass

    def reply(self, status, body=b'', **headers):
        self.send_response(status)
        for k, v in headers.items():
            self.send_header(k.replace('_', '-'), v)
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def content(self, body):
        """Bytes with Range; the first answer of the other host is cut in the middle."""
        start, end = 0, len(body)
        wanted = self.headers.get('range') if '/org/short/' not in self.path else None
        if wanted:
            a, b = wanted.removeprefix('bytes=').split('-')
            start, end = int(a), min(int(b) + 1, len(body))
        note(f'{self.server.server_port} range {start}-{end} token {self.headers.get("authorization")}')
        self.send_response(206 if wanted else 200)
        self.send_header('content-length', str(end - start))
        self.end_headers()
        if self.server.server_port == CDN and (start, 'cut') not in cut and start > 0:
            cut.add((start, 'cut'))
            self.wfile.write(body[start:(start + end) // 2])
            self.close_connection = True
            return
        self.wfile.write(body[start:end])

    def tree(self, name, query):
        entries = [{'type': 'directory', 'path': 'data', 'oid': 'x', 'size': 0}]
        for path, body in FILES[name].items():
            blob = hashlib.sha1(b'blob %d\0' % len(body) + body).hexdigest()
            entry = {'type': 'file', 'path': path, 'size': len(body), 'oid': blob}
            if len(body) > LARGE:
                entry['lfs'] = {'oid': hashlib.sha256(body).hexdigest(), 'size': len(body)}
            if name == 'org/short':
                entry['size'] *= 3
            if name == 'org/damaged':
                entry['oid'] = '0' * 40
            entries.append(entry)
        if 'cursor=2' in query:
            return self.reply(200, json.dumps(entries[3:]).encode())
        host = '' if name == 'org/configs' else f'http://127.0.0.1:{PORT + (name == "org/astray")}'
        link = f'<{host}{self.path}&cursor=2>; rel="next"'
        return self.reply(200, json.dumps(entries[:3]).encode(), link=link)

    def do_GET(self):
        path, _, query = self.path.partition('?')
        path = unquote(path)
        if self.server.server_port == CDN:
            return self.content(FILES['org/large'][path.removeprefix('/cdn/')])
        parts = path.strip('/').split('/')
        name = '/'.join(parts[2:4]) if parts[0] == 'api' else '/'.join(parts[1:3])
        if name not in FILES:
            return self.reply(404, b'{}', x_error_message='Repository not found')
        if name == 'org/gated' and self.headers.get('authorization') != 'Bearer secret':
            return self.reply(401, b'{}', x_error_message='Access to this data set is restricted')
        if parts[0] == 'api' and parts[4] == 'revision':
            if parts[5] != 'main':
                return self.reply(404, b'{}', x_error_message='Invalid rev id')
            return self.reply(200, json.dumps({'id': name, 'sha': SHA}).encode())
        if parts[0] == 'api':
            return self.tree(name, query)
        file = '/'.join(parts[5:])
        body = FILES[name][file]
        if len(body) > LARGE:
            return self.reply(302, location=f'http://127.0.0.1:{CDN}/cdn/{file}')
        return self.content(body)


servers = [ThreadingHTTPServer(('127.0.0.1', p), Handler) for p in (PORT, CDN)]
threading.Thread(target=servers[1].serve_forever, daemon=True).start()
print('ready', flush=True)
servers[0].serve_forever()
