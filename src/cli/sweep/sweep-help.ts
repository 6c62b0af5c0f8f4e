import {SWEEP_PRESETS} from '../../sweep/presets.ts'
import {describeOwnFlags} from '../own-flags.ts'
import {SWEEP_FLAGS} from './sweep-arguments.ts'

/** The text of `sweep --help`. */
export function formatSweepHelp(): string {
  return [
    'usage: planner-replay sweep TRACE [flags of a replay] --vary KEY=from:to:step|a,b,c [--vary …] --out DIR',
    '',
    'Runs a replay at every point of a grid. A second --vary gives one series per value. A point that is finished in',
    'DIR is not run again, so an interrupted sweep goes on where it stopped; shards that wrote to one folder, or whose',
    'folders were copied together, are merged by the same command without --shard.',
    '',
    ...describeOwnFlags(SWEEP_FLAGS),
    '',
    'keys: engine.FIELD and bare FIELD (every engine), prefill.FIELD, decode.FIELD, planner.FIELD, num_workers,',
    'num_prefill_workers, num_decode_workers, gpus_per_instance, objective.ttft_ms, objective.itl_ms, objective.share,',
    ' arrival_speedup_ratio, replay_concurrency, router_mode, router.FIELD,',
    'input_tokens and the other flags of generated traffic, engine_timing, seed, trace_seed, planner_phase,',
    'planner=on,off (off: the initial fleet alone), tp (GPUs per engine)',
    '',
    'presets:',
    ...SWEEP_PRESETS.map(({id, description}) => `  ${id.padEnd(14)} ${description}`),
    '',
    'exit codes: 0 done, 1 a run failed, 2 bad input',
    '',
  ].join('\n')
}
