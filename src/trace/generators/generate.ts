import {unreachable} from '../../core/assert.ts'
import {generateSessions, type SessionsSpec} from './session-generator.ts'
import {generateToolagent, type ToolagentSpec} from './toolagent-generator.ts'

/** A trace as the recipe that makes it: the same recipe gives the same bytes on every machine. */
export type TraceGenerator =
  | {readonly kind: 'toolagent'; readonly spec: ToolagentSpec}
  | {readonly kind: 'sessions'; readonly spec: SessionsSpec}

/** Mooncake JSONL. */
export function generateTrace(generator: TraceGenerator): string {
  switch (generator.kind) {
    case 'toolagent':
      return generateToolagent(generator.spec)
    case 'sessions':
      return generateSessions(generator.spec)
    default:
      return unreachable(generator)
  }
}
