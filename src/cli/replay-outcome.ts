import type {Problem} from '../core/result.ts'

export type ReplayOutcome =
  | {readonly kind: 'done'}
  | {readonly kind: 'bad-input'; readonly problem: Problem}
  | {readonly kind: 'failed'; readonly message: string}
