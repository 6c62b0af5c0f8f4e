import type {Scaling} from '../scenario.ts'

/** What a policy is called where people choose it or read of it. */
interface PolicyWords {
  /** In a list to choose from. */
  readonly title: string
  /** In a sentence; '' where the form below says it all. */
  readonly about: string
  /** In the name of a run. */
  readonly short: string
}

/** Every policy a scenario can have, in the order of the flag. */
export const POLICY_WORDS: Readonly<Record<Scaling['policy'], PolicyWords>> = {
  dynamo: {title: 'Dynamo planner', about: '', short: 'planner'},
  fixed: {
    title: 'none: a fixed fleet',
    about: 'A plain run: the fleet keeps its size.',
    short: 'fixed fleet',
  },
  schedule: {
    title: 'schedule',
    about: 'A table of replicas by time, whatever happens.',
    short: 'schedule',
  },
  hpa: {
    title: 'HPA (Kubernetes)',
    about: 'Kubernetes’ HorizontalPodAutoscaler, fed by Prometheus.',
    short: 'HPA',
  },
  keda: {
    title: 'KEDA',
    about: 'KEDA’s ScaledObject: the HPA it writes, and its own loop between zero and one.',
    short: 'KEDA',
  },
  kpa: {
    title: 'KPA (Knative)',
    about: 'Knative’s autoscaler: a stable window, and a panic window for bursts.',
    short: 'Knative KPA',
  },
}

export const POLICIES = Object.keys(POLICY_WORDS) as readonly Scaling['policy'][]
