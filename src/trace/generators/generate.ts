import {unreachable} from '../../core/assert.ts'
import {type DaySpec, generateDay} from './day-generator.ts'
import {generateSessions, type SessionsSpec} from './session-generator.ts'
import {generateToolagent, type ToolagentSpec} from './toolagent-generator.ts'

/** A trace as the recipe that makes it: the same recipe gives the same bytes on every machine. */
export type TraceGenerator =
  | {readonly kind: 'toolagent'; readonly spec: ToolagentSpec}
  | {readonly kind: 'sessions'; readonly spec: SessionsSpec}
  | {readonly kind: 'day'; readonly spec: DaySpec}

/** Mooncake JSONL. */
export function generateTrace(generator: TraceGenerator): string {
  switch (generator.kind) {
    case 'toolagent':
      return generateToolagent(generator.spec)
    case 'sessions':
      return generateSessions(generator.spec)
    case 'day':
      return generateDay(generator.spec)
    default:
      return unreachable(generator)
  }
}
