"""Asks a published estimator for the points of test/golden/perf01x/further_systems.json:

    python tools/perf/record-systems.py 0.12.0 OUT.json     (pip install aiconfigurator-core==0.12.0)
    python tools/perf/record-systems.py 0.13.0 OUT.json     (the wheel of aisimulate that tools/perf/wheel.ts names)

The questions are the same for both editions: every GPU below, three backends, models of each kind.
"""
import json
import logging
import sys

SYSTEMS = ["b300_sxm", "gb200", "gb300", "rtx_pro_6000_server", "l40s", "a100_sxm"]
VERSIONS = {"vllm": "0.24.0", "sglang": "0.5.14", "trtllm": "1.3.0rc20"}
A100_VERSIONS = {"vllm": "0.14.0", "sglang": "0.5.10", "trtllm": "1.0.0"}
ENGINES = [
    {"model": "Qwen/Qwen3-8B", "tp": 1},
    {"model": "meta-llama/Meta-Llama-3.1-70B", "tp": 8},
    {"model": "nvidia/Llama-3.1-70B-Instruct-FP8", "tp": 4},
    {"model": "Qwen/Qwen3-32B-FP8", "tp": 2},
    {"model": "Qwen/Qwen3-30B-A3B", "tp": 1},
    {"model": "Qwen/Qwen3-30B-A3B-FP8", "tp": 2, "moe_tp_size": 1, "moe_ep_size": 8, "attention_dp_size": 4},
    {"model": "nvidia/Qwen3-235B-A22B-NVFP4", "tp": 8, "moe_tp_size": 1, "moe_ep_size": 8},
    {"model": "openai/gpt-oss-120b", "tp": 2, "moe_tp_size": 2, "moe_ep_size": 1},
    {"model": "deepseek-ai/DeepSeek-V3", "tp": 8, "moe_tp_size": 1, "moe_ep_size": 8},
]
POINTS = [
    {"kind": "prefill", "batch_size": 1, "effective_isl": 128, "prefix": 0},
    {"kind": "prefill", "batch_size": 3, "effective_isl": 5000, "prefix": 1700},
    {"kind": "decode", "batch_size": 1, "isl": 900, "osl": 2},
    {"kind": "decode", "batch_size": 48, "isl": 5333, "osl": 2},
]


def main(edition, out):
    logging.disable(logging.CRITICAL)
    if edition == "0.12.0":
        from aiconfigurator_core.sdk.engine import EngineHandle
    else:
        from aisimulate_core.sdk.engine import EngineHandle
    cases = []
    for system in SYSTEMS:
        versions = A100_VERSIONS if system == "a100_sxm" else VERSIONS
        for backend, version in versions.items():
            for engine in ENGINES:
                fields = {"system": system, "backend": backend, "version": version, **engine}
                cases.append({**fields, "points": ask(EngineHandle, fields)})
            print(system, backend, flush=True)
    rows = ",\n".join(json.dumps(case) for case in cases)
    with open(out, "w") as file:
        file.write('{"reference": "aiconfigurator-core %s, EngineHandle; made by tools/perf/record-systems.py",\n' % edition)
        file.write('"cases": [\n' + rows + "\n]}\n")


def ask(handle, fields):
    sizes = {f"{name}": fields[name] for name in ("moe_tp_size", "moe_ep_size", "attention_dp_size") if name in fields}
    try:
        engine = handle.compile(
            fields["model"], fields["system"], fields["backend"],
            backend_version=fields["version"], tp_size=fields["tp"], **sizes,
        )
    except Exception as error:
        return [{**point, "latency_ms": None, "error": type(error).__name__} for point in POINTS]
    return [{**point, **answer(engine, point)} for point in POINTS]


def answer(engine, point):
    try:
        if point["kind"] == "prefill":
            full = point["effective_isl"] + point["prefix"]
            return {"latency_ms": engine.predict_prefill_latency(point["batch_size"], full, point["prefix"])}
        return {"latency_ms": engine.predict_decode_latency(point["batch_size"], point["isl"], point["osl"])}
    except Exception as error:
        return {"latency_ms": None, "error": type(error).__name__}


main(*sys.argv[1:])
