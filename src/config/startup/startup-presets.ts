/** A start-up that people report, by the name it has on the command line and in the form. */
export interface StartupPreset {
  readonly name: string
  readonly label: string
  /** As `parseStartup` reads it. */
  readonly text: string
  /** Where the time comes from; the spread around it is ours where it says so. */
  readonly source: string
}

export const STARTUP_PRESETS: readonly StartupPreset[] = [
  {
    name: 'snapshot',
    label: 'Snapshot restore',
    text: 'lognormal(median=10s,p95=20s)',
    source: 'Dynamo documentation, Snapshot: restore from a checkpoint about 10 s; the spread is ours',
  },
  {
    name: 'local-disk',
    label: 'Image and weights on the node',
    text: 'lognormal(median=1min,p95=2min)',
    source: 'Dynamo documentation, Snapshot: cold start about 1 min; the spread is ours',
  },
  {
    name: 'pvc',
    label: 'Weights from a shared volume',
    text: 'quantiles(p5=5min,p95=10min)',
    source: 'Dynamo recipe kv-router-a-b-testing: 5 to 10 min from a PVC',
  },
  {
    name: 'image-pull',
    label: 'Image pulled to a fresh node, 8B model',
    text: 'stages(pull=quantiles(p5=5min,p95=6min),extract=quantiles(p5=3min,p95=4min),start=2min)',
    source:
      'BentoML, Cold-Starting LLMs on Kubernetes: pull 5 to 6 min, extract 3 to 4 min, start about 2 min',
  },
  {
    name: 'first-pull',
    label: 'First download of image and weights',
    text: 'lognormal(median=20min,p95=30min)',
    source: 'Dynamo recipe kv-router-a-b-testing: about 20 min the first time; the spread is ours',
  },
]
