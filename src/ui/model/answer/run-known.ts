import {ok, type Result} from '../../../core/result.ts'
import type {PointFigures} from '../../../sweep/points.ts'
import type {PointRequest} from '../../../worker/protocol.ts'
import type {SpareWorkers} from '../../../worker/spare-workers.ts'
import {factsOf, type KnownPoints} from './known-points.ts'

/** Who runs what nobody waits for, and what was run before. */
export interface SpareHost {
  readonly spare: Pick<SpareWorkers, 'run'>
  readonly known: KnownPoints
}

/** Figures of a run: those of before, or made by the next spare worker. */
export async function runKnown(
  {spare, known}: SpareHost,
  {traceSha256, ...request}: PointRequest & {readonly traceSha256: string},
  signal: AbortSignal,
): Promise<Result<PointFigures>> {
  const {scenario} = request
  // A profile is known by its path alone, so its runs are not kept.
  const isKept = scenario.engineTiming !== 'profile'
  const facts = factsOf(scenario, traceSha256)
  const before = isKept ? await known.find(facts) : null
  signal.throwIfAborted()
  if (before !== null) return ok(before)
  const figures = await spare.run(request, signal)
  if (isKept && figures.ok) known.keep(facts, figures.value)
  return figures
}
