"""The cheapest setting by Ray Tune: its cluster and its schedulers, our replays.

    pip install "ray[tune]"
    python docs/recipes/ray_tune_recommend.py "$PWD/trace.jsonl" planner.json --samples 60

Every node needs a checkout of this project at the same place, in which `npm ci` was run, and the trace at a full path.
A setting that misses the objective is charged for it, so that the least of what is reported holds if anything does.
"""

import argparse
import json
import os
import sys

from ray import tune

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.dirname(os.path.dirname(HERE))
# More than any fleet costs, per point of share that is missed.
CHARGE = 1000

SPACE = {
    "planner.min_endpoint": tune.randint(1, 9),
    "planner.ttft": tune.qrandint(300, 3000, 300),
    "planner.load_scaling_down_sensitivity": tune.choice([50, 65, 80, 95]),
}


def trial(knobs, trace, planner, objective, share, phases, flags):
    sys.path.insert(0, HERE)
    os.chdir(CHECKOUT)
    from replay_trial import replay

    outcome = replay(trace, planner, knobs, objective, phases, flags)
    missed = max(share - outcome["share"], 0)
    return {**outcome, "charged": outcome["gpu_hours"] + CHARGE * missed}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trace")
    parser.add_argument("planner")
    parser.add_argument("--ttft", type=float, default=1000)
    parser.add_argument("--itl", type=float, default=50)
    parser.add_argument("--share", type=float, default=0.95)
    parser.add_argument("--samples", type=int, default=60)
    parser.add_argument("--phases", type=int, default=3)
    args, flags = parser.parse_known_args()
    with open(args.planner, encoding="utf-8") as file:
        planner = json.load(file)
    objective = f"ttft={args.ttft:g},itl={args.itl:g},share={args.share:g}"
    asked = tune.with_parameters(
        trial,
        **{"trace": args.trace, "planner": planner, "objective": objective},
        **{"share": args.share, "phases": args.phases, "flags": flags},
    )
    tuner = tune.Tuner(
        tune.with_resources(asked, {"cpu": 1}),
        param_space=SPACE,
        tune_config=tune.TuneConfig(metric="charged", mode="min", num_samples=args.samples),
    )
    best = tuner.fit().get_best_result()
    holds = best.metrics["share"] >= args.share
    found = {key: best.metrics[key] for key in ("share", "gpu_hours", "holds")}
    print(json.dumps({"best" if holds else "nearest": best.config, **found}))


if __name__ == "__main__":
    main()
