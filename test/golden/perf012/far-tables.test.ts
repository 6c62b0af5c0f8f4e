import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from 'vitest'
import {farTableOf} from '../../../src/config/checks/far-tables.ts'
import {RELEASES} from '../../../src/config/release.ts'
import {loadAicModel} from '../../../src/perf/aic/load-aic-model.ts'
import {AicDataError} from '../../../src/perf/aic/tables/errors.ts'
import {type MeasuredPoint, parseMeasured} from '../../support/measured.ts'
import {fetchFromDisk, requestOf, unwrap} from './fixtures.ts'

const MEASURED = join(import.meta.dirname, '../../measured/measured.csv')
const points = parseMeasured(readFileSync(MEASURED, 'utf8')).filter(
  ({model_simulated, system, backend, measured_tpot_ms}) =>
    measured_tpot_ms !== '' &&
    farTableOf({aic_model_path: model_simulated, aic_system: system, aic_backend: backend}) !== null,
)

it.each(RELEASES)('real engines decode in less than half the time where the tables are marked, %s', async release => {
  const ratios: number[] = []
  for (const point of points) {
    const {tp, moe_tp, moe_ep, ...rest} = point
    const sizes = {tp: Number(tp), moe_tp_size: Number(moe_tp), moe_ep_size: Number(moe_ep)}
    const engine = {system: rest.system, backend: rest.backend, model: rest.model_simulated, ...sizes}
    const model = unwrap(await loadAicModel(requestOf(engine, undefined, release), fetchFromDisk))
    try {
      ratios.push(Number(point.measured_tpot_ms) / model.decodeMs(Number(point.concurrency), meanContext(point), 2))
    } catch (error) {
      // Some widths were not measured.
      if (!(error instanceof AicDataError)) throw error
    }
  }
  ratios.sort((a, b) => a - b)
  expect(ratios.length).toBeGreaterThan(10)
  expect(ratios[Math.floor(ratios.length / 2)]).toBeLessThan(0.5)
})

/** Tokens a request has behind it half way through its answer; lengths are 80 to 100 % of nominal. */
function meanContext({isl, osl}: MeasuredPoint): number {
  return Math.round(0.9 * (Number(isl) + Number(osl) / 2))
}
