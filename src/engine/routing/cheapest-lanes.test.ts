import fc from 'fast-check'
import {expect, test} from 'vitest'
import {DEFAULT_ROUTER_CONFIG} from '../../config/engine/router-config.ts'
import {RandomStream} from '../../core/random.ts'
import {BusyTest} from './busy-test.ts'
import {CheapestLanes} from './cheapest-lanes.ts'
import {LaneCosts} from './lane-costs.ts'
import {RouterLoads} from './router-loads.ts'

const BLOCK = 16
const LIMIT = 200
const PROMPTS = Int32Array.of(16, 40, 100, 333, 0, 160)

const config = fc.record({
  overlap_score_credit: fc.constantFrom(0, 0.7, 1, 3),
  prefill_load_scale: fc.constantFrom(0, 0.3, 1),
  router_track_active_blocks: fc.boolean(),
  router_track_prefill_tokens: fc.boolean(),
  overlap_score_credit_decay: fc.constantFrom(0, 0.1),
  decode_active_request_weight: fc.constantFrom(0, 0.1),
})

/** Depths of a request, as nested sets of lanes, and some lanes by themselves. */
const depths = fc.record({
  sets: fc.array(fc.record({every: fc.integer({min: 1, max: 4}), more: fc.integer({min: 1, max: 8})}), {
    maxLength: 3,
  }),
  told: fc.array(fc.record({lane: fc.nat(), depth: fc.nat(20)}), {maxLength: 4}),
})

const step = fc.record({prompt: fc.nat(PROMPTS.length - 1), lane: fc.nat(), kind: fc.nat(3), cached: depths})

test('the place chosen is the one that a look at every cost would choose, and all are busy when each is', () => {
  fc.assert(
    fc.property(
      config,
      fc.integer({min: 1, max: 90}),
      fc.boolean(),
      fc.nat(1000),
      fc.array(step, {maxLength: 200, size: 'max'}),
      (changes, laneCount, skipsSome, seed, steps) => {
        const lanes = Int32Array.from({length: laneCount}, (_, i) => (i * 37) % laneCount).filter(
          (lane, i, all) => all.indexOf(lane) === i && !(skipsSome && lane % 5 === 3),
        )
        if (lanes.length === 0) return
        const loads: RouterLoads = new RouterLoads({
          blocksOf: request => Math.floor(PROMPTS[requestPrompt[request]!]! / BLOCK),
          sharedPaths: null,
          createPrefillLoad: null,
          loadChanged: lane => {
            cheapest.loadChanged(lane)
            busy.loadChanged(lane)
          },
        })
        const requestPrompt = steps.map(({prompt}) => prompt)
        const inputLength = Int32Array.from(requestPrompt, prompt => PROMPTS[prompt]!)
        const costs = new LaneCosts({
          config: {...DEFAULT_ROUTER_CONFIG, ...changes},
          inputLength,
          blockSize: BLOCK,
          loads,
        })
        const cheapest = new CheapestLanes(costs)
        const busy = new BusyTest(loads, LIMIT)
        loads.reserveLanes(laneCount)
        costs.reserveLanes(laneCount)
        cheapest.setRegistered(lanes, laneCount)
        busy.setRegistered(lanes, laneCount)
        const bits = new Uint32Array(Math.ceil(laneCount / 32))
        for (const lane of lanes) bits[lane >>> 5]! |= 1 << (lane & 31)
        const ours = new RandomStream(seed, 'a')
        const plain = new RandomStream(seed, 'a')
        steps.forEach(({lane, kind, cached}, request) => {
          if (kind === 0) loads.settle(lane % (request + 1), 0)
          else if (kind === 1) loads.free(lane % (request + 1), 0)
          else {
            costs.cached.begin(bits)
            let depth = 0
            let every = 1
            for (const set of cached.sets) {
              every *= set.every
              depth += set.more
              const inside = new Uint32Array(bits.length)
              for (let i = 0; i < laneCount; i += every) inside[i >>> 5]! |= 1 << (i & 31)
              if (!costs.cached.narrow(inside, 0, depth)) break
            }
            for (const told of cached.told) costs.cached.tell(lanes[told.lane % lanes.length]!, told.depth)
            costs.begin(request, lanes, bits)
            const all = [...lanes].map(each => costs.of(each))
            const least = Math.min(...all)
            const ties = all.flatMap((cost, place) => (cost === least ? [place] : []))
            const expected = ties[ties.length === 1 ? 0 : plain.nextInt(ties.length)]
            const chosen = cheapest.choose(ours)
            expect(chosen).toBe(expected)
            const tokens = inputLength[request]!
            loads.place(request, lanes[chosen]!, tokens > 0 ? {tokens, expectedNanos: null} : null, 0)
          }
          expect(busy.areAllBusy(0)).toBe(lanes.every(each => loads.prefillTokensAt(each, 0) > LIMIT))
        })
      },
    ),
    {numRuns: 300},
  )
})
