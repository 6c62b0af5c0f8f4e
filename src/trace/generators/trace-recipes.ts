import type {Scenario} from '../../config/scenario.ts'
import {unreachable} from '../../core/assert.ts'
import type {TraceGenerator} from './generate.ts'

/**
 * How each trace of `static-traces/` is made. Without the generators themselves, so that the page knows which traces
 * can be made anew before it loads the code that does it.
 */
export const TRACE_RECIPES = {
  'toolagent-hour': {kind: 'toolagent', spec: {seed: 1, requestCount: 23608, tickCount: 1180}},
  'toolagent-5min': {kind: 'toolagent', spec: {seed: 5, requestCount: 640, tickCount: 100}},
  'bursty-sessions': {
    kind: 'sessions',
    spec: {
      seed: 11,
      sessionCount: 160,
      turns: [1, 6],
      burst: [1, 14],
      gapMs: [2000, 9000],
      delayMs: [1500, 30000],
      prompt: [600, 7000],
      growth: [80, 1600],
      output: [20, 420],
      families: 4,
      familyBlocks: 3,
      traceBlockSize: 512,
    },
  },
} as const satisfies Readonly<Record<string, TraceGenerator>>

/** Traces without a file, because it would be large: they are made where they are replayed. */
export const GENERATED_RECIPES = {
  'day-morning-ramp': {
    kind: 'day',
    spec: {
      seed: 3,
      requestCount: 200_000,
      days: 1,
      dayS: 86_400,
      nightFloor: 0.15,
      lunchDip: 0.2,
      eveningShare: 0.5,
      weekendShare: 0.45,
      burstsPerDay: 14,
      burstFactor: 2.2,
      driftShare: 0.08,
      chatShare: 0.46,
    },
  },
  'week-compressed': {
    kind: 'day',
    spec: {
      seed: 4,
      requestCount: 100_000,
      days: 7,
      dayS: 7200,
      nightFloor: 0.15,
      lunchDip: 0.2,
      eveningShare: 0.5,
      weekendShare: 0.45,
      burstsPerDay: 6,
      burstFactor: 2.2,
      driftShare: 0.08,
      chatShare: 0.46,
    },
  },
} as const satisfies Readonly<Record<string, TraceGenerator>>

/** The recipe of a trace of the catalogue; null = nobody here can make it. */
export function recipeOf(traceId: string): TraceGenerator | null {
  const recipes = Object.entries({...TRACE_RECIPES, ...GENERATED_RECIPES})
  return recipes.find(([id]) => id === traceId)?.[1] ?? null
}

/** Seed of the trace that a scenario replays; null = it cannot be made anew, or none is replayed. */
export function ownTraceSeed({trace, synthetic}: Pick<Scenario, 'trace' | 'synthetic'>): number | null {
  if (trace.kind !== 'catalogue' || synthetic !== undefined) return null
  return recipeOf(trace.id)?.spec.seed ?? null
}

/** The same kind of traffic, generated anew. */
export function withSeed(recipe: TraceGenerator, seed: number): TraceGenerator {
  switch (recipe.kind) {
    case 'toolagent':
      return {kind: 'toolagent', spec: {...recipe.spec, seed}}
    case 'sessions':
      return {kind: 'sessions', spec: {...recipe.spec, seed}}
    case 'day':
      return {kind: 'day', spec: {...recipe.spec, seed}}
    default:
      return unreachable(recipe)
  }
}

/** The seed that the next generation of a scenario's traffic follows on; null where another seed would change nothing. */
export function seedOfTraffic(scenario: Pick<Scenario, 'trace' | 'synthetic' | 'traceSeed'>): number | null {
  const {synthetic, traceSeed} = scenario
  const own = ownTraceSeed(scenario)
  // Traffic of flags has a seed where it arrives at a rate.
  if (synthetic !== undefined)
    return synthetic.request_rate === undefined ? null : (synthetic.arrival_seed ?? 42)
  return own === null ? null : (traceSeed ?? own)
}

export const NO_SEED = 'traffic in even steps is the same for every seed, that of --request-rate is not'

/** Why a trace cannot be made with another seed. */
export const NO_RECIPE = 'only traces of static-traces/ have a generator'
