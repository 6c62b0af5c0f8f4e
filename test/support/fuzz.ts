/** Cases of a fuzzed reader: few in every run of the tests, ten thousand in `npm test -- fuzz`. */
export const FUZZ = {numRuns: Number(process.env.FUZZ_RUNS ?? 500)}
