import {expect, test} from 'vitest'
import {parseKedaSpec} from '../../config/scaling/parse-keda-spec.ts'
import {type KedaPollOutcome, KedaScaler} from './keda-scaler.ts'

const TRIGGER = {type: 'prometheus', metadata: {query: 'sum(waiting)', threshold: '5'}}

function scaler(spec: object): KedaScaler {
  const parsed = parseKedaSpec({triggers: [TRIGGER], ...spec})
  if (!parsed.ok) throw new Error(parsed.error.message)
  return new KedaScaler(parsed.value, 0)
}

function poll(keda: KedaScaler, atMs: number, replicas: number, answer: number | null): KedaPollOutcome {
  const sizes = {specReplicas: replicas, readyPods: replicas}
  return keda.poll({nowMs: atMs, isHpaActive: true, askTriggers: () => [answer], ...sizes})
}

test('goes to zero once the cooldown since the last active poll is over, and wakes with one', () => {
  const keda = scaler({cooldownPeriod: 60})
  expect(poll(keda, 400, 3, 7)).toMatchObject({replicas: 3, isActive: true})
  // Stored as second 0; 60 s later to the millisecond is not yet over.
  expect(poll(keda, 60_000, 3, 0)).toMatchObject({replicas: 3, why: 'cooling-down'})
  expect(poll(keda, 60_001, 3, 0)).toMatchObject({replicas: 0, why: 'to-zero'})
  expect(poll(keda, 90_400, 0, 1)).toMatchObject({replicas: 1, why: 'activated'})
})

test('does not go to zero in an outage, and asks for the fallback after more failures than the threshold', () => {
  const keda = scaler({cooldownPeriod: 0, fallback: {failureThreshold: 1, replicas: 4}})
  const sizes = {specReplicas: 2, readyPods: 2}
  expect(poll(keda, 400, 2, null)).toMatchObject({replicas: 2, hasError: true, isActive: false})
  // The second failure in a row counts, on whichever path: 4 replicas of 5 each.
  expect(keda.answerHpa([null], sizes)).toEqual([{kind: 'series', milli: [20_000]}])
  expect(poll(keda, 30_400, 2, null)).toMatchObject({replicas: 2, hasError: false, isActive: true})
  expect(keda.answerHpa([3], sizes)).toEqual([{kind: 'series', milli: [3000]}])
  expect(keda.failures).toEqual([0])
})

test('makes no queries of its own while the HPA makes them', () => {
  const keda = scaler({minReplicaCount: 1})
  keda.answerHpa([9], {specReplicas: 1, readyPods: 1})
  expect(poll(keda, 30_400, 2, null)).toMatchObject({isFromHpa: true, isActive: true, hasError: false})
})

test('writes three decimals, and nothing below zero', () => {
  const keda = scaler({})
  const milliOf = (value: number): unknown => keda.answerHpa([value], {specReplicas: 1, readyPods: 1})[0]
  expect(milliOf(0.0625)).toEqual({kind: 'series', milli: [62]})
  expect(milliOf(-3)).toEqual({kind: 'series', milli: [0]})
  expect(milliOf(Number.NaN)).toEqual({kind: 'series', milli: [0]})
})

test('refuses an idle size that would fight with the HPA', () => {
  const parsed = parseKedaSpec({triggers: [TRIGGER], minReplicaCount: 2, idleReplicaCount: 1})
  expect(parsed.ok ? '' : parsed.error.message).toBe('spec.idleReplicaCount is 1; it must be at most 0')
})
