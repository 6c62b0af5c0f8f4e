import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {runCli} from '../src/cli/run-cli.ts'
import bands from '../src/report/honesty/measured-bands.json' with {type: 'json'}
import {
  isComparable,
  type MeasuredPoint,
  parseMeasured,
  parseSimulated,
  simulatePoint,
} from './support/measured.ts'
import {computeBands, tableOf} from './support/measured-bands.ts'

const text = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const measured = parseMeasured(text('./measured/measured.csv'))
const simulated = parseSimulated(text('./measured/simulated.csv'))

/** Replays that are run again here: the cheapest of every GPU and backend. */
const POINTS = 40

async function commandLine(argv: readonly string[]) {
  let out = ''
  let error = ''
  const code = await runCli(argv, {
    writeOut: written => {
      out += written
    },
    writeError: written => {
      error += written
    },
    isTerminal: false,
  })
  return {code, out, error}
}

/** Points in turn from each pair of GPU and backend, those with least to generate first. */
function cheapest(): MeasuredPoint[] {
  const queues = new Map<string, MeasuredPoint[]>()
  const work = ({requests, osl}: MeasuredPoint) => Number(requests) * Number(osl)
  for (const point of measured.filter(isComparable).sort((a, b) => work(a) - work(b))) {
    const pair = `${point.system} ${point.backend}`
    queues.set(pair, [...(queues.get(pair) ?? []), point])
  }
  const lists = [...queues.values()]
  return lists
    .flatMap(list => list.map((point, rank) => ({point, rank})))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, POINTS)
    .map(({point}) => point)
}

test('the points are those that are named with their source', () => {
  const sha256 = createHash('sha256').update(text('./measured/measured.csv')).digest('hex')
  expect(text('./measured/README.md')).toContain(sha256)
  expect(measured).toHaveLength(554)
  expect(simulated).toHaveLength(2 * measured.filter(isComparable).length)
})

describe('replays of measured points give what is on record', () => {
  const onRecord = new Map(simulated.map(point => [`${point.id} ${point.release}`, point]))
  test.each(cheapest().map((point, i) => [point.id, i % 2 === 0 ? '1.2.1' : '1.6.1', point] as const))(
    '%s under %s',
    {timeout: 60_000},
    async (id, release, point) => {
      const {ttftMs, tpotMs, e2eMs, ...rest} = onRecord.get(`${id} ${release}`)!
      const now = await simulatePoint(point, release, commandLine)
      expect(now).toMatchObject(rest)
      for (const [key, value] of Object.entries({ttftMs, tpotMs, e2eMs})) {
        const own = now[key as 'ttftMs' | 'tpotMs' | 'e2eMs']
        if (value === null) expect(own).toBeNull()
        else expect(Math.abs(own! / value - 1)).toBeLessThan(1e-9)
      }
    },
  )
})

test('the bands that are shown, and the table of the document, are those of the points', () => {
  const computed = computeBands(measured, simulated)
  expect(bands).toEqual(JSON.parse(JSON.stringify(computed)))
  expect(text('../docs/reference/measured.md')).toContain(tableOf(computed))
})
