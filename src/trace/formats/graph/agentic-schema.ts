/** What the header of an agentic Mooncake file calls itself. */
export const AGENTIC_SCHEMA = 'dynamo.agentic_mooncake'
