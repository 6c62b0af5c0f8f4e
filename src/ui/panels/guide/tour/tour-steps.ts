export interface TourStep {
  readonly title: string
  /** What to do, and what to look for; never what comes out, which depends on the scenario. */
  readonly text: string
  /** Of a link, without the version. */
  readonly link: string
  readonly action: string
}

const BASE = 'preset=agg-161&trace=toolagent-5min'

/** From a scenario somebody else made to a setting of one's own: each step is a link that runs nothing by itself. */
export const TOUR_STEPS: readonly TourStep[] = [
  {
    title: 'Run a scenario',
    text: 'Press Run. Read from the top: whether the objective is held and in how many of the repeats, then the figures, each with its median and range. What the repeats differ by is luck; smaller differences mean nothing.',
    link: BASE,
    action: 'Open the scenario',
  },
  {
    title: 'Ask what happened',
    text: 'What happened lists what an expert would say, each with its stretch of time. Choose a time: all charts mark it. Choose a tick in the decisions: the inspector shows what the planner saw and what would have tipped it.',
    link: BASE,
    action: 'Open the scenario',
  },
  {
    title: 'Change one thing',
    text: 'Where a cure was tried, its button compares both runs. Or change a knob yourself and Run again: earlier runs stay in the Library, and Compare says which is better, and whether that is luck.',
    link: `view=compare&compare=${encodeURIComponent(BASE)}&compare=${encodeURIComponent(`${BASE}&planner.min_endpoint=3`)}`,
    action: 'Open a comparison',
  },
  {
    title: 'Turn two knobs',
    text: 'A sweep runs every pair of values. The heat map shows where the objective begins to hold, and the first sentence names the cheapest point that does.',
    link: `${BASE}&view=sweep&sweep=num_workers:1,2,4&sweep=planner.min_endpoint:1,2,3`,
    action: 'Open the sweep',
  },
  {
    title: 'Ask whether another policy does better',
    text: 'The bench drives the same traffic by fixed fleets, Dynamo’s planner, HPA, KEDA and Knative, and looks back for the cheapest schedule. What lies between a policy and hindsight is the room left.',
    link: `${BASE}&view=bench`,
    action: 'Open the bench',
  },
  {
    title: 'Take a recommendation along',
    text: 'Recommend searches what it may choose, here the planner or none, the number of instances and the planner’s floor, for the cheapest setting that holds your objective in the median of its phases, and hands it over as configuration, command and report. Give your GPU its price first, and it goes by money.',
    link: `${BASE}&view=recommend&space=policy&budget=40`,
    action: 'Open the search',
  },
]
