"""Asks a published estimator for the points of test/golden/perf01x/todays_models.json:

    python tools/perf/record-models.py 0.12.0 OUT.json     (pip install aiconfigurator-core==0.12.0)
    python tools/perf/record-models.py 0.13.0 OUT.json     (the wheel of aisimulate that tools/perf/wheel.ts names)
    python tools/perf/record-models.py 0.12.0 OUT.json grid     every split and many more points, too large to keep

Models are those that the package holds a config.json of; of it the language model's part goes into the file.
"""
import importlib
import json
import logging
import sys

VERSIONS = {"vllm": "0.24.0", "sglang": "0.5.14", "trtllm": "1.3.0rc20"}
# Step's window was measured in the last place alone.
PLACES = [("h200_sxm", "vllm"), ("h200_sxm", "sglang"), ("b200_sxm", "sglang"), ("b300_sxm", "sglang"), ("h200_sxm", "trtllm")]
MODELS = [
    "meta-llama/Llama-4-Scout-17B-16E-Instruct",
    "meta-llama/Llama-4-Maverick-17B-128E-Instruct",
    "google/gemma-4-26B-A4B",
    "nvidia/Gemma-4-26B-A4B-NVFP4",
    "XiaomiMiMo/MiMo-V2-Flash",
    "stepfun-ai/Step-3.7-Flash",
    "Qwen/Qwen3.5-27B",
    "Qwen/Qwen3.5-35B-A3B",
    "Qwen/Qwen3.5-397B-A17B",
    "nvidia/Qwen3.5-122B-A10B-NVFP4",
    "nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16",
    "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-NVFP4",
    "nvidia/Nemotron-H-56B-Base-8K",
    "nvidia/Llama-3_3-Nemotron-Super-49B-v1",
]
# Convolution and scan of state-space layers were measured under TensorRT-LLM alone.
MODELS_AT = {("h200_sxm", "trtllm"): ["nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16"]}
SPLITS = [(1, 1, 1, 1), (4, 4, 1, 1), (8, 1, 8, 1), (2, 1, 4, 2)]
EVERY_SPLIT = SPLITS + [(2, 2, 1, 1), (2, 1, 2, 1), (4, 1, 4, 1), (8, 8, 1, 1), (1, 1, 8, 8), (4, 2, 4, 2)]
POINTS = [("prefill", 1, 128, 0), ("prefill", 3, 5000, 1700), ("decode", 1, 900, 2), ("decode", 48, 5333, 2)]
EVERY_POINT = POINTS + [
    ("prefill", batch, length, prefix)
    for batch in (1, 2, 7)
    for length in (1, 777, 8192, 30000)
    for prefix in (0, 500, 20000)
] + [("decode", batch, length, 2) for batch in (1, 7, 64, 256) for length in (0, 300, 7000, 100000)]
KV_FRACTIONS = {"vllm": ("of_total", 0.9), "sglang": ("of_total", 0.88), "trtllm": ("of_free", 0.9)}


def main(edition, out, size="kept"):
    logging.disable(logging.CRITICAL)
    package = "aiconfigurator_core" if edition == "0.12.0" else "aisimulate_core"
    handle = importlib.import_module(package + ".sdk.engine").EngineHandle
    capacity = importlib.import_module(package + ".sdk.memory").estimate_kv_cache
    is_grid = size == "grid"
    cases, rooms = [], []
    # Tables are read once for a GPU and backend, and all models asked of them.
    for system, backend in PLACES:
        for model in MODELS_AT.get((system, backend), MODELS):
            for tp, moe_tp, moe_ep, dp in EVERY_SPLIT if is_grid else SPLITS:
                sizes = {} if has_no_experts(package, model) else {"moe_tp_size": moe_tp, "moe_ep_size": moe_ep}
                if dp > 1 and not sizes:
                    continue
                spread = {**sizes, "attention_dp_size": dp} if dp > 1 else sizes
                engine = {"model": model, "system": system, "backend": backend, "version": VERSIONS[backend], "tp": tp, **spread}
                cases.append({**engine, "points": ask(handle, engine, EVERY_POINT if is_grid else POINTS)})
                if dp == 1:
                    rooms.append({**engine, **room(capacity, engine)})
        print(system, backend, flush=True)
    models = {model: language_model(package, model) for model in MODELS}
    with open(out, "w") as file:
        file.write('{"reference": "aiconfigurator-core %s, EngineHandle and sdk/memory.py; made by tools/perf/record-models.py",\n' % edition)
        file.write('"models": %s,\n"cases": [\n%s\n],\n"kv_tokens": [\n%s\n]}\n' % (json.dumps(models), rows(cases), rows(rooms)))


def rows(items):
    return ",\n".join(json.dumps(item) for item in items)


def config_of(package, model, kind):
    folder = importlib.import_module(package).__path__[0] + "/model_configs/"
    try:
        with open(folder + model.replace("/", "--") + "_" + kind + ".json") as file:
            # Infinity is no JSON; the package reads null for it.
            return json.load(file, parse_constant=lambda _: None)
    except FileNotFoundError:
        return None


def has_no_experts(package, model):
    config = config_of(package, model, "config")
    config = config.get("text_config", config)
    names = ["num_local_experts", "n_routed_experts", "moe_num_experts", "num_experts"]
    return not any(config.get(name) for name in names)


def language_model(package, model):
    config = {key: value for key, value in config_of(package, model, "config").items() if "vision" not in key and "image" not in key}
    return {"config": config, "hf_quant_config": config_of(package, model, "hf_quant_config")}


def ask(handle, engine, points):
    sizes = {name: engine[name] for name in ("moe_tp_size", "moe_ep_size", "attention_dp_size") if name in engine}
    try:
        compiled = handle.compile(
            engine["model"], engine["system"], engine["backend"],
            backend_version=engine["version"], tp_size=engine["tp"], **sizes,
        )
    except Exception as error:
        return [{**point_of(point), "latency_ms": None, "error": type(error).__name__} for point in points]
    return [{**point_of(point), **answer(compiled, point)} for point in points]


def point_of(point):
    kind, batch, length, third = point
    if kind == "prefill":
        return {"kind": kind, "batch_size": batch, "effective_isl": length, "prefix": third}
    return {"kind": kind, "batch_size": batch, "isl": length, "osl": third}


def answer(engine, point):
    kind, batch, length, third = point
    try:
        if kind == "prefill":
            return {"latency_ms": engine.predict_prefill_latency(batch, length + third, third)}
        return {"latency_ms": engine.predict_decode_latency(batch, length, third)}
    except Exception as error:
        return {"latency_ms": None, "error": type(error).__name__}


def room(capacity, engine):
    """Tokens of the KV cache at 8,192 tokens to a pass; None = there is no room."""
    kind, fraction = KV_FRACTIONS[engine["backend"]]
    sizes = {name: engine[name] for name in ("moe_tp_size", "moe_ep_size") if name in engine}
    try:
        estimate = capacity(
            engine["model"], engine["system"], engine["backend"], backend_version=engine["version"], tp_size=engine["tp"],
            **sizes, max_num_tokens=8192, max_batch_size=256, memory_fraction_kind=kind, memory_fraction_value=fraction,
        )
        return {"tokens": estimate["total_kv_size_tokens"], "bytes_per_token": estimate["kv_size_per_token_bytes"]}
    except Exception:
        return {"tokens": None, "bytes_per_token": None}


main(*sys.argv[1:])
