import type {Scaling} from '../scenario.ts'

/** What a policy is called where people choose it or read of it. */
interface PolicyWords {
  /** In a list to choose from. */
  readonly title: string
  /** In a sentence; '' where the form below says it all. */
  readonly about: string
  /** In the name of a run. */
  readonly short: string
  /** Above the track of its decisions. */
  readonly decisions: string
  /** What one of its ticks is. */
  readonly tick: string
  /** Above its settings as text. */
  readonly paste: string
}

/** Every policy a scenario can have, in the order of the flag. */
export const POLICY_WORDS: Readonly<Record<Scaling['policy'], PolicyWords>> = {
  dynamo: {
    title: 'Dynamo planner',
    about: '',
    short: 'planner',
    decisions: 'Planner decisions',
    tick: 'tick',
    paste: '',
  },
  fixed: {
    title: 'none: a fixed fleet',
    about: 'A plain run: the fleet keeps its size.',
    short: 'fixed fleet',
    decisions: '',
    tick: '',
    paste: '',
  },
  schedule: {
    title: 'schedule',
    about: 'A table of replicas by time, whatever happens.',
    short: 'schedule',
    decisions: 'Schedule',
    tick: 'step of the schedule',
    paste:
      'Steps: at (seconds, or times of day), prefill, decode; or paste a table (CSV) of times and replicas',
  },
  hpa: {
    title: 'HPA (Kubernetes)',
    about: 'Kubernetes’ HorizontalPodAutoscaler, fed by Prometheus.',
    short: 'HPA',
    decisions: 'HPA decisions',
    tick: 'HPA sync',
    paste: 'Settings as text: paste a HorizontalPodAutoscaler here, YAML or JSON, one per pool',
  },
  keda: {
    title: 'KEDA',
    about: 'KEDA’s ScaledObject: the HPA it writes, and its own loop between zero and one.',
    short: 'KEDA',
    decisions: 'KEDA decisions',
    tick: 'KEDA sync',
    paste: 'Settings as text: paste a ScaledObject here, YAML or JSON, one per pool',
  },
  kpa: {
    title: 'KPA (Knative)',
    about: 'Knative’s autoscaler: a stable window, and a panic window for bursts.',
    short: 'Knative KPA',
    decisions: 'KPA decisions',
    tick: 'KPA decision',
    paste: 'Settings as text: paste a Knative Service here, YAML or JSON',
  },
}

export const POLICIES = Object.keys(POLICY_WORDS) as readonly Scaling['policy'][]
