#!/usr/bin/env python3
"""Writes the seeds of fuzz_gguf into corpus/gguf: complete models of a few KB.
usage: seed_gguf.py FOLDER"""
import random, struct, sys

U32, F32, BOOL, STR, ARR = 4, 6, 7, 8, 9
text = lambda s: struct.pack("<Q", len(s)) + s
half = lambda xs: struct.pack("<%de" % len(xs), *xs)
single = lambda xs: struct.pack("<%df" % len(xs), *xs)


def eighth(xs):
    out = b""
    for i in range(0, len(xs), 32):
        block = xs[i:i + 32]
        scale = max(map(abs, block)) / 127
        out += struct.pack("<e32b", scale, *(round(x / scale) for x in block))
    return out


def kv(key, kind, value):
    head = text(key.encode()) + struct.pack("<I", kind)
    if kind == STR:
        return head + text(value.encode())
    if kind == ARR:
        element, xs = value
        one = {STR: lambda x: text(x.encode()), F32: lambda x: struct.pack("<f", x), 5: lambda x: struct.pack("<i", x)}
        return head + struct.pack("<IQ", element, len(xs)) + b"".join(map(one[element], xs))
    return head + struct.pack({U32: "<I", F32: "<f", BOOL: "<B"}[kind], value)


def model(version, width, feed, heads, kv_heads, code, pack, tied):
    rng = random.Random(width)
    pieces = ["<unk>", "<s>", "</s>", "<0x41>", "<user>"] + list("\u2581abcdef\n") + ["ab", "cd", "abcd", "\u2581a"]
    kinds = [2, 3, 3, 6, 4] + [1] * (len(pieces) - 5)
    meta = [kv("general.architecture", STR, "llama"), kv("general.name", STR, "seed"),
            kv("llama.context_length", U32, 16), kv("llama.embedding_length", U32, width),
            kv("llama.feed_forward_length", U32, feed), kv("llama.block_count", U32, 1),
            kv("llama.attention.head_count", U32, heads), kv("llama.attention.head_count_kv", U32, kv_heads),
            kv("llama.attention.layer_norm_rms_epsilon", F32, 1e-5), kv("tokenizer.ggml.model", STR, "llama"),
            kv("tokenizer.ggml.tokens", ARR, (STR, pieces)),
            kv("tokenizer.ggml.scores", ARR, (F32, [0.0] * 13 + [-1.0, -2.0, -3.0, -4.0])),
            kv("tokenizer.ggml.token_type", ARR, (5, kinds)), kv("tokenizer.ggml.unknown_token_id", U32, 0),
            kv("tokenizer.ggml.bos_token_id", U32, 1), kv("tokenizer.ggml.eos_token_id", U32, 2),
            kv("tokenizer.ggml.add_space_prefix", BOOL, 0)]
    shared = width // heads * kv_heads
    shapes = [("token_embd", (width, len(pieces))), ("output_norm", (width,))]
    shapes += [] if tied else [("output", (width, len(pieces)))]
    shapes += [("blk.0." + n, s) for n, s in (
        ("attn_norm", (width,)), ("attn_q", (width, width)), ("attn_k", (width, shared)), ("attn_v", (width, shared)),
        ("attn_output", (width, width)), ("ffn_norm", (width,)), ("ffn_gate", (width, feed)),
        ("ffn_up", (width, feed)), ("ffn_down", (feed, width)))]
    table, data = b"", b""
    for name, shape in shapes:
        flat = len(shape) == 1
        n = shape[0] * (1 if flat else shape[1])
        xs = [1.0] * n if flat else [rng.gauss(0, .5) for _ in range(n)]
        table += text((name + ".weight").encode()) + struct.pack("<I%dQ" % len(shape), len(shape), *shape)
        table += struct.pack("<IQ", 0 if flat else code, len(data))
        data += (single if flat else pack)(xs)
        data += b"\0" * (-len(data) % 32)
    head = b"GGUF" + struct.pack("<IQQ", version, len(shapes), len(meta)) + b"".join(meta) + table
    return head + b"\0" * (-len(head) % 32) + data


for name, arguments in (("f16", (3, 8, 16, 2, 1, 1, half, True)), ("f32", (2, 12, 10, 2, 2, 0, single, False)),
                        ("q8", (3, 32, 32, 4, 2, 8, eighth, False))):
    with open(f"{sys.argv[1]}/{name}.gguf", "wb") as f:
        f.write(model(*arguments))
