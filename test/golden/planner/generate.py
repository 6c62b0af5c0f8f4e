"""Writes the golden files of this folder with the real planner of ai-dynamo 1.2.1.

usage: generate.py OUT_DIR      (in an environment with ai-dynamo==1.2.1, pmdarima, prophet, filterpy, scikit-learn)

budget.json      clamp functions on random parameters
runs.json        the replay adapter driven against a scripted random engine: all it was told, all it decided
predictors.json  the four load predictors on random series
"""
import dataclasses, importlib.metadata, json, logging, math, os, random, sys, warnings

os.environ.setdefault("DYN_LOG", "error")
logging.disable(logging.CRITICAL)
warnings.filterwarnings("ignore")
from dynamo.planner.config.planner_config import PlannerConfig
from dynamo.planner.core.budget import proportional_clamp_pair, proportional_clamp_single
from dynamo.planner.core.load.predictors import LOAD_PREDICTORS
from dynamo.planner.core.types import EngineCapabilities, WorkerCapabilities
from dynamo.planner.offline.replay_adapter import ReplayPlannerAdapter

OUT = sys.argv[1]
VERSION = "ai-dynamo " + importlib.metadata.version("ai-dynamo")


def write(name, content):
    with open(os.path.join(OUT, name), "w") as f:
        json.dump({"reference": VERSION, **content}, f, separators=(",", ":"))
        f.write("\n")


def budgets():
    rng = random.Random(1)
    single, pair = [], []
    for _ in range(400):
        lo, hi, least = rng.choice([-1, -1, rng.randint(0, 12)]), rng.choice([-1, rng.randint(0, 12)]), rng.randint(0, 3)
        n, g = rng.randint(0, 14), rng.choice([1, 1, 2, 4])
        single.append([n, g, lo, hi, least, proportional_clamp_single(n, g, lo, hi, least)])
        p, d, pg, dg = rng.randint(0, 10), rng.randint(0, 10), rng.choice([1, 1, 2, 4]), rng.choice([1, 1, 2, 8])
        pair.append([p, d, pg, dg, lo, hi, least, *proportional_clamp_pair(p, d, pg, dg, lo, hi, least)])
    write("budget.json", {"single": single, "pair": pair})


COLUMNS = ["worker_id", "wall_time", "num_prefill_requests", "sum_prefill_tokens", "num_decode_requests",
           "sum_decode_kv_tokens", "num_queued_prefill", "sum_queued_prefill_tokens", "num_queued_decode",
           "sum_queued_decode_kv_tokens"]


class Engine:
    """Random passes, and replicas that start, serve and leave as told."""

    def __init__(self, rng, disagg, steps, delay):
        self.rng, self.disagg, self.left, self.delay = rng, disagg, steps, delay
        self.now = 0.0
        self.is_still = False
        self.workers = {"prefill": list(range(2)) if disagg else [], "decode": list(range(2))}
        self.starting = {"prefill": [], "decode": []}
        self.ids = {"prefill": 2, "decode": 2}
        self.last_drain = 0.0
        self.script = []

    def one_pass(self, pool, worker):
        r = self.rng
        busy = r.choice([0.05, 0.4, 1.0])
        prefill = r.randint(0, 8192) if pool != "decode" or not self.disagg else 0
        prefill = prefill if r.random() < 0.5 else 0
        decode = r.randint(1, max(1, int(120 * busy))) if pool == "decode" else 0
        kv = decode * r.randint(300, 6000)
        wall = 0.006 + 2e-5 * prefill + 4e-8 * kv + 1e-5 * decode
        wall *= r.uniform(0.9, 1.1)
        queued = r.choice([0, 0, r.randint(1, 90000)])
        if pool == "decode" and self.disagg:
            queued = 0
        return [worker, wall, 1 + prefill // 4000 if prefill else 0, prefill, decode, kv, 1 if queued else 0, queued,
                0, r.choice([0, 0, 0, r.randint(1, 20000)])]

    def advance_to(self, ms):
        r = self.rng
        self.left -= 1
        # Nothing may happen once, never twice running: the reference would repeat that tick for ever.
        if r.random() < 0.1 and not self.is_still:
            self.is_still = True
        else:
            self.is_still = False
            self.now = max(self.now + 1, ms - r.uniform(0.0, 190.0))
        for pool in ("prefill", "decode"):
            for entry in list(self.starting[pool]):
                if entry[0] <= self.now:
                    self.starting[pool].remove(entry)
                    self.workers[pool].append(entry[1])
        result = {"now_ms": self.now, "is_done": self.left <= 0}
        step = {"until_ms": ms, **result}
        for pool in ("prefill", "decode"):
            alive = self.workers[pool]
            result[f"active_{pool}_count"] = step[f"active_{pool}"] = len(alive)
            step[f"starting_{pool}"] = len(self.starting[pool])
            result[f"total_{pool}_count"] = len(alive) + len(self.starting[pool])
            passes = [self.one_pass(pool, r.choice(alive)) for _ in range(r.randint(0, 10) if alive else 0)]
            if r.random() < 0.85:
                passes += [self.one_pass(pool, w) for w in alive]
            step[f"{pool}_passes"] = passes
            extra = {"var_prefill_length": 0.0, "sum_prefill_kv_tokens": 0, "var_decode_kv_tokens": 0.0,
                     "var_queued_prefill_length": 0.0, "var_queued_decode_kv_tokens": 0.0}
            result[f"{pool}_fpm_snapshots"] = [{**dict(zip(COLUMNS, p)), **extra} for p in passes]
        self.script.append(step)
        return result

    def apply_scaling(self, prefill, decode):
        self.script[-1]["apply"] = [prefill, decode]
        for pool, target in (("prefill", prefill), ("decode", decode)):
            if pool == "prefill" and not self.disagg:
                continue
            alive, starting = self.workers[pool], self.starting[pool]
            while len(alive) + len(starting) > target:
                (starting or alive).pop()
            while len(alive) + len(starting) < target:
                entry = self.ids[pool]
                self.ids[pool] += 1
                if self.delay:
                    starting.append((self.now + self.delay * 1000, entry))
                else:
                    alive.append(entry)

    def drain_traffic(self):
        r = self.rng
        duration = (self.now - self.last_drain) / 1000
        self.last_drain = self.now
        traffic = {"duration_s": duration, "num_req": r.choice([0, r.randint(1, 400)]), "avg_isl": r.uniform(200, 9000),
                   "avg_osl": r.uniform(1, 500), "avg_ttft_ms": 1.0, "avg_itl_ms": 1.0,
                   "avg_kv_hit_rate": r.choice([0.0, r.uniform(0, 1)])}
        self.script[-1]["traffic"] = traffic
        return traffic

    def finalize(self):
        return {}


def one_run(seed, config, delay=0, steps=26, capabilities=None):
    rng = random.Random(seed)
    disagg = config["mode"] == "disagg"
    engine = Engine(rng, disagg, steps, delay)
    pool = {"num_gpu": 1, "max_num_batched_tokens": 8192, "max_num_seqs": 256, "max_kv_tokens": 400000,
            "context_length": 400000, **(capabilities or {})}
    caps = WorkerCapabilities(prefill=EngineCapabilities(**pool) if disagg else None, decode=EngineCapabilities(**pool))
    adapter = ReplayPlannerAdapter(PlannerConfig.model_validate(config), engine, caps)
    ticks, record = [], adapter._record_diagnostics

    def spy(tick_input, effects, result):
        record(tick_input, effects, result)
        row = {"now_s": tick_input.now_s, "active_prefill": result["active_prefill_count"],
               "active_decode": result["active_decode_count"], "gpu_hours": adapter._cumulative_gpu_hours}
        if tick_input.traffic is not None:
            row["traffic"] = dataclasses.asdict(tick_input.traffic)
        if effects.scale_to is not None:
            row["scale_to"] = {k: v for k, v in dataclasses.asdict(effects.scale_to).items() if v is not None}
        row.update({k: v for k, v in dataclasses.asdict(effects.diagnostics).items() if v is not None})
        ticks.append(row)

    adapter._record_diagnostics = spy
    adapter._recorder.finalize = lambda: None
    report = adapter.run()
    return {"config": config, "capabilities": pool, "columns": COLUMNS, "steps": engine.script, "ticks": ticks,
            "scaling_events": [dataclasses.asdict(e) for e in report.scaling_events],
            "gpu_hours": adapter._cumulative_gpu_hours}


def runs():
    sla = {"optimization_target": "sla", "ttft": 1500, "itl": 50, "load_adjustment_interval": 10,
           "throughput_adjustment_interval": 30, "enable_load_scaling": True, "load_predictor": "kalman",
           "prefill_engine_num_gpu": 2, "decode_engine_num_gpu": 1}
    out, seed = [], 0
    for mode in ("agg", "disagg"):
        for change, delay, caps in [
            ({}, 0, {}),
            ({"ttft": 400, "itl": 15}, 0, {}),
            ({"load_predictor": "constant", "min_gpu_budget": 4, "max_gpu_budget": 5}, 15, {}),
            ({"enable_throughput_scaling": False, "load_scaling_down_sensitivity": 100, "itl": 25}, 25, {}),
            ({"enable_load_scaling": False, "max_gpu_budget": 6}, 12, {}),
            ({"max_gpu_budget": 3, "min_endpoint": 2, "itl": 20}, 0, {"max_kv_tokens": 90000}),
            ({"max_num_fpm_samples": 12, "fpm_sample_bucket_size": 4, "load_min_observations": 3}, 0, {"max_num_seqs": 16}),
            ({"optimization_target": "throughput"}, 0, {"context_length": 40000}),
            ({"optimization_target": "latency", "max_gpu_budget": -1}, 15, {}),
        ]:
            seed += 1
            out.append(one_run(seed, {"mode": mode, **sla, **change}, delay, 26, caps))
    write("runs.json", {"runs": out})


def predictors():
    rng = random.Random(5)
    kinds = {
        "level": lambda i: rng.gauss(1000, 120),
        "count": lambda i: float(rng.randint(0, 60)),
        "trend": lambda i: 500 + 40 * i + rng.gauss(0, 25),
        "swing": lambda i: 13000 + (-1) ** i * rng.uniform(400, 1800),
        "burst": lambda i: math.exp(rng.gauss(3, 1.2)),
    }
    out = []
    for kind, draw in kinds.items():
        series = [0.0, 0.0] + [draw(i) for i in range(9)]
        for name in ("constant", "kalman", "arima", "prophet"):
            for log1p in (False, True):
                config = PlannerConfig.model_validate({"mode": "agg", "optimization_target": "sla", "load_predictor": name,
                                                       "load_predictor_log1p": log1p, "prophet_window_size": 7})
                predictor, values = LOAD_PREDICTORS[name](config), []
                for value in series:
                    predictor.add_data_point(value)
                    values.append(float(predictor.predict_next()))
                out.append({"predictor": name, "log1p": log1p, "kind": kind, "series": series, "predictions": values})
    write("predictors.json", {"cases": out})


for make in (budgets, runs, predictors):
    if len(sys.argv) < 3 or make.__name__ in sys.argv[2:]:
        make()
