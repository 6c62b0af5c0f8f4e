"""The cheapest setting by Optuna: its samplers and its storage, our replays.

    pip install optuna
    python docs/recipes/optuna_recommend.py trace.jsonl planner.json --trials 60 --storage sqlite:///study.db

Started on many machines with one storage they share the study. A setting that misses the objective is infeasible by
as much as it misses.
"""

import argparse
import json

import optuna

from replay_trial import replay

SPACE = {
    "planner.min_endpoint": (1, 8, 1),
    "planner.ttft": (300, 3000, 300),
    "planner.load_scaling_down_sensitivity": (50, 95, 15),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trace")
    parser.add_argument("planner")
    parser.add_argument("--ttft", type=float, default=1000)
    parser.add_argument("--itl", type=float, default=50)
    parser.add_argument("--share", type=float, default=0.95)
    parser.add_argument("--trials", type=int, default=60)
    parser.add_argument("--phases", type=int, default=3)
    parser.add_argument("--storage")
    args, flags = parser.parse_known_args()
    with open(args.planner, encoding="utf-8") as file:
        planner = json.load(file)
    objective = f"ttft={args.ttft:g},itl={args.itl:g},share={args.share:g}"

    def cost(trial):
        knobs = {
            name: trial.suggest_int(name, low, high, step=step) for name, (low, high, step) in SPACE.items()
        }
        outcome = replay(args.trace, planner, knobs, objective, args.phases, flags)
        trial.set_user_attr("share", outcome["share"])
        trial.set_user_attr("holds", outcome["holds"])
        return outcome["gpu_hours"]

    def missing(trial):
        return [args.share - trial.user_attrs.get("share", 0)]

    sampler = optuna.samplers.TPESampler(seed=0, constraints_func=missing)
    study = optuna.create_study(
        study_name="planner-replay", storage=args.storage, sampler=sampler, load_if_exists=True
    )
    study.optimize(cost, n_trials=args.trials)
    done = [trial for trial in study.trials if "share" in trial.user_attrs]
    holding = [trial for trial in done if trial.user_attrs["share"] >= args.share]
    if holding:
        best = min(holding, key=lambda trial: trial.value)
        print(json.dumps({"best": best.params, "gpu_hours": best.value, **best.user_attrs}))
    else:
        nearest = max(done, key=lambda trial: trial.user_attrs["share"])
        print(json.dumps({"best": None, "nearest": nearest.params, "gpu_hours": nearest.value, **nearest.user_attrs}))


if __name__ == "__main__":
    main()
