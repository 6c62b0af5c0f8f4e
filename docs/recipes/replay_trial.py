"""One setting replayed through several planner phases by the command line: what Optuna and Ray Tune optimise.

Run from a checkout of this project in which `npm ci` was run. Knobs are planner.FIELD, engine.FIELD and flags of a
replay with underscores (num_workers).
"""

import json
import statistics
import subprocess


def replay(trace, planner, knobs, objective, phases=3, flags=()):
    """Medians over the phases: share of requests that met the objective, and GPU-hours."""
    config = dict(planner)
    engine = {}
    options = []
    for name, value in knobs.items():
        owner, _, field = name.rpartition(".")
        if owner == "planner":
            config[field] = value
        elif owner == "engine":
            engine[field] = value
        else:
            options += ["--" + name.replace("_", "-"), str(value)]
    interval = config.get("load_adjustment_interval", 5)
    reports = [
        run(trace, config, engine, objective, phase * interval / phases, [*options, *flags])
        for phase in range(phases)
    ]
    return {
        "share": statistics.median_low(report["sla_attainment"] for report in reports),
        "gpu_hours": statistics.median_low(report["gpu_hours"] for report in reports),
        "holds": sum(report["meets_objective"] for report in reports),
    }


def run(trace, config, engine, objective, phase_s, flags):
    command = ["npm", "run", "--silent", "replay", "--", trace, "--planner-config", json.dumps(config)]
    command += ["--objective", objective, "--planner-phase", f"{phase_s:.3f}", "--json", *flags]
    if engine:
        command += ["--extra-engine-args", json.dumps(engine)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)["planner_replay"]
