// serve_llama.mjs - serves GGUF models through llama.cpp (npm: node-llama-cpp) in the OpenAI
// dialect, on 127.0.0.1: a real endpoint for tests. llama_start.sh installs and starts it.
// usage: node serve_llama.mjs PORT NAME=FILE.gguf ...   PORT 0 takes a free one, printed
// environment: API_KEY, MAX_QUEUE (then 429), N_CTX, PARALLEL
// /v1/completions has echo and prompt log-probabilities; /v1/chat/completions uses the tiny models' prompt form.
import http from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import path from "node:path";

// The packages lie in build/node, not beside this file: NODE_PACKAGES names the folder.
const packages = process.env.NODE_PACKAGES || process.cwd();
const require = createRequire(path.join(packages, "package.json"));
const { getLlama } = await import(pathToFileURL(require.resolve("node-llama-cpp")).href);
const [, , port, ...specs] = process.argv;
const KEY = process.env.API_KEY || "";
const MAXQ = +(process.env.MAX_QUEUE || 64),
  NCTX = +(process.env.N_CTX || 128),
  PAR = +(process.env.PARALLEL || 2);
const llama = await getLlama({ gpu: false, build: "never", maxThreads: 1, logLevel: "error" });
const M = {};
for (const s of specs) {
  const [name, p] = s.split("=");
  const m = await llama.loadModel({ modelPath: p });
  const ctx = await m.createContext({ contextSize: NCTX, sequences: PAR, threads: 1 });
  M[name] = {
    m,
    free: Array.from({ length: PAR }, () => ctx.getSequence()),
    wait: [],
    eos: m.tokens.eos,
    bos: m.tokens.bos,
  };
}
class E extends Error {
  constructor(st, type, code, msg, h) {
    super(msg);
    Object.assign(this, { st, type, code, h });
  }
}
const take = (M1) => {
  if (M1.free.length) return Promise.resolve(M1.free.pop());
  if (M1.wait.length >= MAXQ)
    throw new E(429, "rate_limit_error", "rate_limit_exceeded", "queue full", { "retry-after": "1" });
  return new Promise((r) => M1.wait.push(r));
};
const give = (M1, s) => {
  const w = M1.wait.shift();
  w ? w(s) : M1.free.push(s);
};
const piece = (M1, t) => M1.m.detokenize([t], true, [M1.bos]);
const top = (M1, p, k) =>
  [...p.entries()]
    .slice(0, k)
    .map(([t, v]) => ({ token: piece(M1, t), logprob: Math.log(v), bytes: [...Buffer.from(piece(M1, t))] }));
async function* run(M1, toks, o) {
  // yields {t,lp,top} for prompt (if o.echo) then generated
  const s = await take(M1);
  try {
    await s.clearHistory();
    const opt = {
      temperature: o.temperature ?? 1,
      ...(o.top_p != null ? { topP: o.top_p } : {}),
      ...(o.top_k ? { topK: o.top_k } : {}),
      ...(o.seed != null ? { seed: o.seed } : {}),
    };
    const gen = (t) => [t, { generateNext: { token: true, probabilities: true, options: opt } }],
      pr = (t) => [t, { generateNext: { probabilities: true, options: { temperature: 0 } } }];
    const max = o.max_tokens ?? 16;
    let r = await s.controlledEvaluate(
      toks.map((t, i) => (i == toks.length - 1 ? (max > 0 ? gen(t) : t) : o.echo ? pr(t) : t)),
    );
    if (o.echo)
      for (let i = 0; i < toks.length; i++) {
        const p = i ? r[i - 1].next.probabilities : null;
        yield { t: toks[i], lp: p ? Math.log(p.get(toks[i]) ?? 0) : null, top: p ? top(M1, p, o.k) : null };
      }
    let nx = r[toks.length - 1]?.next;
    for (let n = 0; n < max; n++) {
      const t = nx.token,
        p = nx.probabilities;
      if (t === M1.eos || M1.m.isEogToken(t)) {
        yield { eos: true };
        return;
      }
      yield { t, lp: Math.log(p.get(t) ?? 0), top: top(M1, p, o.k), gen: true };
      if (toks.length + n + 1 >= NCTX) return;
      if (n + 1 < max) nx = (await s.controlledEvaluate([gen(t)]))[0].next;
    }
  } finally {
    give(M1, s);
  }
}
async function handle(q, b, res, chat) {
  if (!b || typeof b !== "object")
    throw new E(400, "invalid_request_error", "invalid_json", "body is not a JSON object");
  const M1 = M[b.model];
  if (!M1) throw new E(404, "invalid_request_error", "model_not_found", `The model '${b.model}' does not exist`);
  let text;
  if (chat) {
    if (!Array.isArray(b.messages) || !b.messages.length)
      throw new E(400, "invalid_request_error", null, "'messages' must be a non-empty array");
    const str = (c) =>
      typeof c === "string"
        ? c
        : Array.isArray(c)
          ? c
              .map((x) => {
                if (x.type !== "text")
                  throw new E(
                    400,
                    "invalid_request_error",
                    "unsupported_content",
                    `content part '${x.type}' is not supported by this model`,
                  );
                return x.text;
              })
              .join("")
          : (() => {
              throw new E(400, "invalid_request_error", null, "content missing");
            })();
    const u = b.messages.filter((m) => m.role !== "system").map((m) => str(m.content));
    const last = u[u.length - 1];
    text = `Q: ${last}\nAnswer:`;
  } else {
    text = b.prompt;
    if (text == null) throw new E(400, "invalid_request_error", null, "'prompt' is required");
  }
  if ((b.n ?? 1) !== 1) throw new E(400, "invalid_request_error", null, "n must be 1");
  if (b.temperature != null && !(b.temperature >= 0 && b.temperature <= 2))
    throw new E(400, "invalid_request_error", null, "temperature must be in [0,2]");
  const toks = Array.isArray(text) ? text : [M1.bos, ...M1.m.tokenize(text, false, "trimLeadingSpace")];
  if (toks.length + (b.max_tokens ?? 16) > NCTX)
    throw new E(
      400,
      "invalid_request_error",
      "context_length_exceeded",
      `This model's maximum context length is ${NCTX} tokens. However, you requested ${toks.length + (b.max_tokens ?? 16)} tokens`,
    );
  const o = { ...b, k: chat ? (b.top_logprobs ?? 0) : (b.logprobs ?? 0), echo: !chat && b.echo };
  const id = (chat ? "chatcmpl-" : "cmpl-") + Math.random().toString(36).slice(2),
    created = Math.floor(Date.now() / 1e3);
  const stops = [].concat(b.stop ?? []);
  let out = "",
    fr = "length",
    L = [],
    n = 0,
    cut = false;
  const head = {
    id,
    created,
    model: b.model,
    object: chat ? (b.stream ? "chat.completion.chunk" : "chat.completion") : "text_completion",
  };
  if (b.stream) res.writeHead(200, { "content-type": "text/event-stream" });
  const ev = (d) => res.write("data: " + JSON.stringify(d) + "\n\n");
  for await (const x of run(M1, toks, o)) {
    if (x.eos) {
      fr = "stop";
      break;
    }
    if (res.destroyed) return;
    const p = piece(M1, x.t);
    if (x.gen) n++;
    out += x.t === M1.bos ? "" : p;
    L.push({ token: p, logprob: x.lp, bytes: [...Buffer.from(p)], top_logprobs: x.top || [] });
    const st = x.gen && stops.find((z) => out.includes(z));
    if (st) {
      out = out.slice(0, out.indexOf(st));
      fr = "stop";
      cut = true;
    }
    if (b.stream && !cut)
      ev({
        ...head,
        choices: [
          chat ? { index: 0, delta: { content: p }, finish_reason: null } : { index: 0, text: p, finish_reason: null },
        ],
      });
    if (cut) break;
  }
  const usage = { prompt_tokens: toks.length, completion_tokens: n, total_tokens: toks.length + n };
  if (b.stream) {
    ev({
      ...head,
      choices: [chat ? { index: 0, delta: {}, finish_reason: fr } : { index: 0, text: "", finish_reason: fr }],
    });
    if (b.stream_options?.include_usage) ev({ ...head, choices: [], usage });
    res.end("data: [DONE]\n\n");
    return;
  }
  let off = 0;
  const lp = chat
    ? b.logprobs
      ? { content: L }
      : null
    : b.logprobs != null
      ? {
          tokens: L.map((x) => x.token),
          token_logprobs: L.map((x) => x.logprob),
          top_logprobs: L.map((x) =>
            x.logprob == null ? null : Object.fromEntries(x.top_logprobs.map((y) => [y.token, y.logprob])),
          ),
          text_offset: L.map((x) => {
            const r = off;
            off += x.token.length;
            return r;
          }),
        }
      : null;
  return {
    ...head,
    choices: [
      chat
        ? { index: 0, message: { role: "assistant", content: out }, logprobs: lp, finish_reason: fr }
        : { index: 0, text: out, logprobs: lp, finish_reason: fr },
    ],
    usage,
  };
}
const server = http
  .createServer(async (q, res) => {
    let s = "";
    for await (const c of q) s += c;
    const send = (st, d, h = {}) => {
      res.writeHead(st, { "content-type": "application/json", ...h });
      res.end(JSON.stringify(d));
    };
    try {
      if (KEY && q.headers.authorization !== "Bearer " + KEY)
        throw new E(401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided");
      if (q.url === "/v1/models")
        return send(200, {
          object: "list",
          data: Object.keys(M).map((id) => ({ id, object: "model", owned_by: "local" })),
        });
      const chat = q.url === "/v1/chat/completions";
      if (q.method !== "POST" || (!chat && q.url !== "/v1/completions"))
        throw new E(404, "invalid_request_error", "unknown_url", "unknown URL");
      let b;
      try {
        b = JSON.parse(s);
      } catch {
        throw new E(400, "invalid_request_error", "invalid_json", "could not parse JSON");
      }
      const r = await handle(q, b, res, chat);
      if (r) send(200, r);
    } catch (e) {
      if (res.headersSent) {
        res.write(
          "data: " +
            JSON.stringify({ error: { message: e.message, type: e.type || "server_error", code: e.code || null } }) +
            "\n\n",
        );
        res.end();
        return;
      }
      send(
        e.st || 500,
        { error: { message: e.message, type: e.type || "server_error", param: null, code: e.code ?? null } },
        e.h,
      );
    }
  })
  .listen(+port, "127.0.0.1", () => console.log("listening", server.address().port));
