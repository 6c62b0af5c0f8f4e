import type {SimulatorClient} from '../../../worker/client.ts'

/** Searches what would have tipped a decision, in the worker: the decision is taken again some thousand times. */
export type Tip = SimulatorClient['computeTipping']
