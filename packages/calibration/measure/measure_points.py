#!/usr/bin/env python3
"""Measures the kernels that `tandem profile calibrate` fits a GPU's efficiencies to, and writes them as points.csv.

    python3 measure_points.py --out points.csv     on the machine with the GPU; needs PyTorch, and vLLM or flash-attn
    python3 measure_points.py --dry-run            the plan with zero times; needs Python only

Every kernel runs in a CUDA graph, so that no launch from the host is in its time. Weights and the KV cache of decodes are
cold, as a server finds them: a graph runs over copies that together take three times the L2 cache. Activations are warm, as
behind the kernel that wrote them. A time is the median over replays. Page: docs/measure-your-gpu.md of Tandem.
"""

import argparse
import csv
import functools
import math
import statistics
import sys

SIZES = ("m", "n", "k", "chunk", "cached", "decodes", "context", "heads", "kv_heads", "head_dim")
COLUMNS = ("kind", *SIZES, "time_us", "gpu")

ELEMENT_BYTES = 2
# Calls in a graph at least, so that its own start is shared out.
CALLS = 8
# L2 caches that cold buffers take together.
COLD_L2 = 3
# Where PyTorch does not say: the largest of today's.
LARGEST_L2 = 128 * 2**20


def point(kind, **sizes):
    return {"kind": kind, **dict.fromkeys(SIZES, 0), **sizes}


def gemm(m, n, k):
    """An m x k activation by k x n weights."""
    return point("gemm", m=m, n=n, k=k)


def attention(chunk=0, cached=0, decodes=0, context=0):
    """One layer: a prompt chunk behind cached tokens, equal decodes, or both. Heads are Llama-3.1-70B's."""
    sizes = {"chunk": chunk, "cached": cached, "decodes": decodes, "context": context}
    return point("attention", **sizes, heads=64, kv_heads=8, head_dim=128)


# Ten that are fitted to: four products that read, two that compute; two prompts; two batches of decodes.
FITTED = (
    gemm(4, 10240, 8192),
    gemm(16, 16384, 8192),
    gemm(32, 8192, 16384),
    gemm(64, 10240, 8192),
    gemm(1024, 16384, 8192),
    gemm(2048, 8192, 16384),
    attention(chunk=2048),
    attention(chunk=8192),
    attention(decodes=32, context=4096),
    attention(decodes=64, context=1024),
)
# And some that say how far the rest of the model is off.
CHECKED = (
    attention(chunk=512, decodes=32, context=2048),
    attention(chunk=1024, decodes=64, context=4096),
    point("layernorm", m=16, n=8192),
    point("layernorm", m=2048, n=8192),
    point("act_fn", m=16, n=28672),
    point("act_fn", m=2048, n=28672),
)
PLAN = FITTED + CHECKED


def cold_copies(size, l2):
    """How many buffers of so many bytes it takes until none is in L2 when its turn comes again."""
    return max(1, math.ceil(COLD_L2 * l2 / size))


def kv_lengths(p):
    """Query and KV tokens of each request of an attention point, decodes first."""
    prompt = [(p["chunk"], p["cached"] + p["chunk"])] if p["chunk"] else []
    return [(1, p["context"])] * p["decodes"] + prompt


def running_sums(values):
    sums = [0]
    for value in values:
        sums.append(sums[-1] + value)
    return sums


class Gpu:
    """The GPU that kernels run on."""

    def __init__(self, replays):
        import torch

        if not torch.cuda.is_available():
            sys.exit("measure_points.py: PyTorch sees no GPU (--dry-run writes the plan without one)")
        self.torch = torch
        self.replays = replays
        self.name = torch.cuda.get_device_name().replace(",", " ")
        self.l2 = getattr(torch.cuda.get_device_properties(0), "L2_cache_size", LARGEST_L2)
        self.flash = flash_attention(torch)
        torch.set_grad_enabled(False)

    def random(self, *shape):
        return self.torch.randn(shape, dtype=self.torch.bfloat16, device="cuda")

    def ints(self, values):
        return self.torch.tensor(values, dtype=self.torch.int32, device="cuda")

    def time_us(self, calls):
        """Median time of one of these calls, which run one after another."""
        torch = self.torch
        calls = [calls[i % len(calls)] for i in range(max(CALLS, len(calls)))]
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for call in calls:
                call()
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            for call in calls:
                call()
        times = []
        for _ in range(self.replays):
            start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            start.record()
            graph.replay()
            end.record()
            end.synchronize()
            times.append(start.elapsed_time(end) * 1000 / len(calls))
        return statistics.median(times)

    def gemm_us(self, p):
        linear = self.torch.nn.functional.linear
        x = self.random(p["m"], p["k"])
        copies = cold_copies(ELEMENT_BYTES * p["n"] * p["k"], self.l2)
        weights = [self.random(p["n"], p["k"]) for _ in range(copies)]
        return self.time_us([functools.partial(linear, x, weight) for weight in weights])

    def attention_us(self, p):
        lengths = kv_lengths(p)
        pages = [math.ceil(kv / self.flash.page) for _, kv in lengths]
        shape = (sum(pages), self.flash.page, p["kv_heads"], p["head_dim"])
        # The KV of a prompt was just written; that of decodes was not.
        copies = cold_copies(2 * ELEMENT_BYTES * math.prod(shape), self.l2) if p["decodes"] else 1
        caches = [(self.random(*shape), self.random(*shape)) for _ in range(copies)]
        first = running_sums(pages)
        table = [[first[i] + min(j, pages[i] - 1) for j in range(max(pages))] for i in range(len(lengths))]
        batch = {
            "queries": [query for query, _ in lengths],
            "kv": [kv for _, kv in lengths],
            "table": self.ints(table),
        }
        q = self.random(sum(batch["queries"]), p["heads"], p["head_dim"])
        call = self.flash.caller(self, q, batch)
        return self.time_us([functools.partial(call, k, v) for k, v in caches])

    def layernorm_us(self, p):
        """The root mean square, with the residual added, in one kernel."""
        torch = self.torch
        x, residual, weight = self.random(p["m"], p["n"]), self.random(p["m"], p["n"]), self.random(p["n"])

        def norm(x, residual, weight):
            total = x + residual
            scale = torch.rsqrt(total.float().pow(2).mean(-1, keepdim=True) + 1e-5)
            return (total.float() * scale).to(x.dtype) * weight, total

        return self.time_us([functools.partial(torch.compile(norm, dynamic=False), x, residual, weight)])

    def act_fn_us(self, p):
        """SiLU of one half times the other."""
        torch = self.torch
        x = self.random(p["m"], 2 * p["n"])

        def gated(x):
            gate, up = x.chunk(2, -1)
            return torch.nn.functional.silu(gate) * up

        return self.time_us([functools.partial(torch.compile(gated, dynamic=False), x)])


class Flash:
    """FlashAttention over a paged KV cache, as a server calls it."""

    def __init__(self, function, page, extra, used):
        self.function = function
        self.page = page
        self.extra = extra
        # Whether it takes KV lengths, or their running sums.
        self.used = used

    def caller(self, gpu, q, batch):
        kv = {"seqused_k": gpu.ints(batch["kv"])} if self.used else {"cu_seqlens_k": gpu.ints(running_sums(batch["kv"]))}
        fixed = {
            "cu_seqlens_q": gpu.ints(running_sums(batch["queries"])),
            "max_seqlen_q": max(batch["queries"]),
            "max_seqlen_k": max(batch["kv"]),
            "causal": True,
            "block_table": batch["table"],
            **kv,
            **self.extra,
        }
        return lambda k, v: self.function(q, k, v, **fixed)


def flash_attention(torch):
    """vLLM's, else flash-attn's; None where neither is installed."""
    try:
        from vllm.vllm_flash_attn import flash_attn_varlen_func

        version = 3 if torch.cuda.get_device_capability()[0] == 9 else 2
        return Flash(flash_attn_varlen_func, page=16, extra={"fa_version": version}, used=True)
    except ImportError:
        pass
    try:
        from flash_attn import flash_attn_varlen_func

        return Flash(flash_attn_varlen_func, page=256, extra={}, used=False)
    except ImportError:
        print("measure_points.py: neither vLLM nor flash-attn: attention is left out", file=sys.stderr)
        return None


def measured(replays):
    """The plan with its times. What cannot run is left out and said."""
    gpu = Gpu(replays)
    rows = []
    for p in PLAN:
        if p["kind"] == "attention" and gpu.flash is None:
            continue
        what = " ".join(f"{name} {p[name]}" for name in ("kind", *SIZES) if p[name])
        try:
            us = getattr(gpu, f"{p['kind']}_us")(p)
        except Exception as error:  # A point less is better than none: the others may do.
            print(f"measure_points.py: {what}: {error}", file=sys.stderr)
            continue
        print(f"{what}: {us:.2f} us", file=sys.stderr)
        rows.append({**p, "time_us": f"{us:.3f}", "gpu": gpu.name})
        gpu.torch.cuda.empty_cache()
    return rows


def write(rows, out):
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", help="file to write (default: points.csv, or stdout for a dry run)")
    parser.add_argument("--replays", type=int, default=50, help="replays of each graph (default: 50)")
    parser.add_argument("--dry-run", action="store_true", help="write the plan with zero times, without a GPU")
    options = parser.parse_args()
    if options.replays < 1:
        parser.error("--replays: at least 1")
    rows = [{**p, "time_us": 0, "gpu": ""} for p in PLAN] if options.dry_run else measured(options.replays)
    if not rows:
        sys.exit("measure_points.py: nothing could be measured")
    if options.out is None and options.dry_run:
        write(rows, sys.stdout)
        return
    with open(options.out or "points.csv", "w", newline="", encoding="utf-8") as out:
        write(rows, out)


if __name__ == "__main__":
    main()
