import type {CatalogueEntry} from './catalogue.ts'

const FOLDER = 'https://raw.githubusercontent.com/kvcache-ai/Mooncake/main/FAST25-release/traces'

const shared = {
  traceBlockSize: 512,
  licence: 'Apache-2.0',
  madeBy: "the authors of Mooncake (FAST '25), https://github.com/kvcache-ai/Mooncake",
} as const

/** Public traces that are not ours to bundle: the user's browser fetches them from their own place, when told to. */
export const REMOTE_TRACES: readonly CatalogueEntry[] = [
  {
    id: 'mooncake-conversation',
    title: 'Mooncake conversation hour',
    description:
      'An hour of a chat service as recorded by the Mooncake authors, on 3 s ticks; 12,031 requests.',
    file: `${FOLDER}/conversation_trace.jsonl`,
    sha256: 'b8cbb061a85206d729d91cdc2981f43c9e0d99209dce588d3af5f7934408b9df',
    bytes: 3_029_533,
    requests: 12_031,
    ...shared,
  },
  {
    id: 'mooncake-synthetic',
    title: 'Mooncake synthetic hour',
    description: 'Long-context traffic the Mooncake authors composed of public data sets; 3,993 requests.',
    file: `${FOLDER}/synthetic_trace.jsonl`,
    sha256: 'bd070915a98fc0ed264d7cfef2ce746002eb3076a695ec31ba2674c0111ec131',
    bytes: 1_136_313,
    requests: 3_993,
    ...shared,
  },
  {
    id: 'mooncake-toolagent',
    title: 'Mooncake tool-agent hour',
    description:
      'An hour of tools and agents as recorded by the Mooncake authors, on 3 s ticks; 23,608 requests.',
    file: `${FOLDER}/toolagent_trace.jsonl`,
    sha256: '48a2db1a13d3bc05e6330140c64f604ba366df20d3c9e128b5c35a01c1fa5f71',
    // Of a trace with as many requests and prompt blocks.
    bytes: 4_400_000,
    isSizeEstimate: true,
    requests: 23_608,
    ...shared,
  },
]
