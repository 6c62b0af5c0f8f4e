"""Records what the reference (ai-dynamo 1.2.1) does with one case, as JSON on stdout.

usage: python record.py CASE.json     (in the directory that holds the case's trace)

CASE.json: {"trace": "file.jsonl", "argv": [...]}. The trace's name and argv are what `python -m dynamo.replay` gets.
Planner runs also record every scaling event and every tick; a field that is None is left out.
"""

import contextlib
import dataclasses
import hashlib
import importlib.metadata
import io
import json
import logging
import os
import sys
import tempfile

# They depend on the host's speed.
HOST_DEPENDENT = ("wall_time_ms", "processed_tokens_per_s", "processed_output_tokens_per_s")


def without_none(fields):
    return {key: value for key, value in fields.items() if value is not None}


def describe_tick(adapter, tick_input, effects, counts):
    row = {
        "now_s": tick_input.now_s,
        "active_prefill": counts["active_prefill_count"],
        "active_decode": counts["active_decode_count"],
        "gpu_hours": adapter._cumulative_gpu_hours,
    }
    if tick_input.traffic is not None:
        row["traffic"] = dataclasses.asdict(tick_input.traffic)
    if effects.scale_to is not None:
        row["scale_to"] = without_none(dataclasses.asdict(effects.scale_to))
    return row | without_none(dataclasses.asdict(effects.diagnostics))


def watch_planner(seen):
    """Puts a listener around the planner adapter's tick and run."""
    from dynamo.planner.offline.replay_adapter import ReplayPlannerAdapter as Adapter

    record_tick, run = Adapter._record_diagnostics, Adapter.run
    ticks = []

    def record_tick_and_listen(self, tick_input, effects, counts):
        record_tick(self, tick_input, effects, counts)
        ticks.append(describe_tick(self, tick_input, effects, counts))

    def run_and_listen(self):
        result = run(self)
        seen["planner"] = {
            "total_ticks": result.total_ticks,
            "scaling_events": [dataclasses.asdict(event) for event in result.scaling_events],
            "gpu_hours": self._cumulative_gpu_hours,
            "ticks": ticks,
        }
        return result

    Adapter._record_diagnostics, Adapter.run = record_tick_and_listen, run_and_listen


def record(case):
    from dynamo.replay import main as replay

    result = {"case": case, "reference": f"ai-dynamo {importlib.metadata.version('ai-dynamo')}"}
    with open(case["trace"], "rb") as trace:
        result["trace_sha256"] = hashlib.sha256(trace.read()).hexdigest()
    seen, out, err = {}, io.StringIO(), io.StringIO()
    watch_planner(seen)
    with tempfile.TemporaryDirectory() as scratch:
        report_path = os.path.join(scratch, "report.json")
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            replay.main([case["trace"], *case["argv"], "--report-json", report_path])
        with open(report_path) as report:
            result["report"] = {key: value for key, value in json.load(report).items() if key not in HOST_DEPENDENT}
    start = out.getvalue().find("NVIDIA AIPerf")
    if start >= 0:
        result["table"] = out.getvalue()[start:].split("Saved full")[0]
    return result | seen


if __name__ == "__main__":
    os.environ.setdefault("DYN_LOG", "error")
    logging.disable(logging.INFO)
    with open(sys.argv[1]) as file:
        recorded = record(json.load(file))
    json.dump(recorded, sys.stdout, separators=(",", ":"))
