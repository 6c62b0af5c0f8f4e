import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {RELEASES, type Release} from '../../../src/config/release.ts'
import {SYSTEM_NAMES} from '../../../src/config/gpus.ts'
import {answerPerfPoints} from '../../../src/perf/aic/perf-points.ts'
import {type PointFile, pointSources, readGolden, unwrap} from './fixtures.ts'

/** Answers of either estimator for the GPUs beyond the first three, made by tools/perf/record-systems.py. */
const FOLDERS: Readonly<Record<Release, string>> = {
  '1.2.1': import.meta.dirname,
  '1.6.1': join(import.meta.dirname, '../perf013'),
}
/** Bit equality is reached; the slack is for a Math.log2 that differs in its last bit on another host. */
const TOLERANCE = 1e-12

describe.each(RELEASES)('GPUs beyond the first three, %s', release => {
  const {cases} = readGolden<{cases: readonly PointFile[]}>('further_systems.json', FOLDERS[release])

  it('are all there, on three backends, and most of it has an answer', () => {
    const recorded = new Set(cases.map(({system}) => system))
    expect([...recorded].every(system => SYSTEM_NAMES.some(name => name === system))).toBe(true)
    expect(new Set(cases.map(({system, backend}) => `${system} ${backend}`)).size).toBe(3 * recorded.size)
    const points = cases.flatMap(engine => engine.points)
    expect(points.filter(({latency_ms}) => latency_ms !== null).length).toBeGreaterThan(points.length / 2)
  })

  it.each(cases.map(engine => [`${engine.system} ${engine.backend} ${engine.model}`, engine] as const))(
    '%s',
    async (_, engine) => {
      const {points} = unwrap(await answerPerfPoints(engine, pointSources(release))) as PointFile
      expect(points.map(({error}) => error)).toEqual(engine.points.map(({error}) => error))
      for (const [i, {latency_ms: reference}] of engine.points.entries()) {
        const ours = points[i]!.latency_ms
        if (reference === null) expect(ours).toBeNull()
        else expect(Math.abs(ours! - reference) / reference).toBeLessThanOrEqual(TOLERANCE)
      }
    },
  )
})
