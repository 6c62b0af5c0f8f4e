/** What tells a format from another, apart from its reader: that is fetched with the first file of its kind. */
export const DYNAMO_SCHEMA = 'dynamo.request.trace.v1'
/** Of before the two were one: the same events, and the chain of requests that wait for one another has a name of its own. */
export const DYNAMO_AGENT_SCHEMA = 'dynamo.agent.trace.v1'

/** What the header of an agentic Mooncake file calls itself. */
export const AGENTIC_SCHEMA = 'dynamo.agentic_mooncake'

export const TEXT_KEYS = ['text_input', 'text', 'prompt'] as const

/** A key that is known to hold a prompt's text. */
export function isTextKey(key: string): boolean {
  return TEXT_KEYS.some(known => known === key)
}
