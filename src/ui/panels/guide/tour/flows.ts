/** Stations of the guide's diagrams; what the sections say in sentences, in the order it happens. */
export const REQUEST_FLOW = [
  {name: 'Arrives', what: 'at the time the trace says'},
  {name: 'Is routed', what: 'to one instance: in turn, or to the one with the least to do for it'},
  {name: 'Waits', what: 'until a pass has room for it: tokens, requests and KV blocks'},
  {
    name: 'Prompt',
    what: 'blocks known from earlier requests are skipped, the rest is computed, in chunks if it is long',
  },
  {name: 'First token', what: 'TTFT ends here'},
  {name: 'Next tokens', what: 'one a pass, beside all others on the instance: the gaps are the ITL'},
  {name: 'Done', what: 'its blocks stay until their space is needed'},
] as const

export const TICK_FLOW = [
  {name: 'Looks', what: 'the engine stands still; passes and finished requests since the last tick are read'},
  {name: 'Learns', what: 'how long a pass takes, from samples it holds'},
  {name: 'Estimates', what: 'TTFT and ITL of what is queued on each instance'},
  {name: 'Decides', what: 'by the targets: one more, one fewer, or no change'},
  {name: 'Is held', what: 'to the least and the most that are allowed'},
  {name: 'Sets', what: 'target counts: new instances start, surplus ones finish what they have'},
] as const

export const AGG_FLOW = [
  {name: 'Router', what: 'one pool to choose from'},
  {
    name: 'Instance',
    what: 'computes prompts and tokens in the same passes: a long prompt delays the next token of everyone beside it',
  },
  {name: 'Answer', what: ''},
] as const

export const DISAGG_FLOW = [
  {name: 'Router', what: 'the prefill pool first'},
  {name: 'Prefill instance', what: 'prompts alone'},
  {name: 'KV transfer', what: 'as long as its bandwidth asks for, if one is given'},
  {name: 'Decode instance', what: 'tokens alone, no prompt in their way'},
  {name: 'Answer', what: 'TTFT holds both queues and one decode step'},
] as const
