// Draws docs/cold-start-sweep.svg: our cold-start sweep of the bundled hour, the reference's and the published one.
//
//   npm run --silent replay -- sweep static-traces/toolagent-hour.jsonl.gz --num-workers 2 \
//     --planner-config '…as in record-reference.mjs…' --preset cold-start --repeats 5 --out sweep-out
//   node tools/sweep/picture.mjs sweep-out/sweep.jsonl docs/cold-start-sweep.svg
//
// The reference's points are tools/sweep/reference-hour.json; the published ones were read off NVIDIA's picture of
// another trace, the Mooncake tool-agent hour, which ours imitates. Ours are the median and the range of all repeats of a point;
// a point of the reference is one run, at the first phase.
import {readFileSync, writeFileSync} from 'node:fs'
import process from 'node:process'
import {groups, max, median, min} from 'd3-array'
import {scaleLinear, scaleLog} from 'd3-scale'
import {area, line} from 'd3-shape'
import {bundleAndImport} from '../bundle.mjs'

const [rowsFile, out] = process.argv.slice(2)
if (rowsFile === undefined || out === undefined) throw new Error('usage: SWEEP_JSONL OUT')

const {PUBLISHED_POINTS} = await bundleAndImport('src/sweep/published.ts')
const rows = readFileSync(rowsFile, 'utf8').trimEnd().split('\n').map(JSON.parse)
const ours = groups(rows, row => Number(row.axes.startup_time))
const repeats = max(ours, ([, {length}]) => length)
const recorded = JSON.parse(readFileSync('tools/sweep/reference-hour.json', 'utf8')).points

const PANEL = {width: 400, height: 190, left: 60, right: 26, top: 30, bottom: 30}
const COLUMNS = 2
const HEADER = 46
const INK = '#1c2733'
const SOFT = '#5b6875'
const PUBLISHED = '#9aa5b1'
const BLUE = '#1f6feb'
const ORANGE = '#c2570c'

/** Each figure: its name in a row of ours or of the reference's report, its name in a published point, its colour. */
const PANELS = [
  {
    title: 'TTFT, ms (log); dotted: the SLA of 1,500 ms',
    isLog: true,
    limit: 1500,
    figures: [
      {name: 'p90', ours: 'p90_ttft_ms', published: 'ttftMsP90', colour: ORANGE},
      {name: 'mean', ours: 'mean_ttft_ms', published: 'ttftMsMean', colour: BLUE},
    ],
  },
  {
    title: 'ITL, ms (log); dotted: the SLA of 50 ms',
    isLog: true,
    limit: 50,
    figures: [
      {name: 'p90', ours: 'p90_itl_ms', published: 'itlMsP90', colour: ORANGE},
      {name: 'mean', ours: 'mean_itl_ms', published: 'itlMsMean', colour: BLUE},
    ],
  },
  {
    title: 'GPU-hours',
    from: 0,
    figures: [{name: '', ours: 'gpu_hours', published: 'gpuHours', colour: BLUE}],
  },
  {
    title: 'Scale-ups',
    from: 0,
    figures: [{name: '', ours: 'scale_ups', published: 'scaleUps', colour: BLUE}],
  },
]

const height = HEADER + PANEL.height * Math.ceil(PANELS.length / COLUMNS)
const width = PANEL.width * COLUMNS
writeFileSync(
  out,
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    ' font-family="system-ui, sans-serif" font-size="11" role="img" aria-labelledby="t">',
    '<title id="t">Cold-start sweep: TTFT, ITL, GPU-hours and scale-ups over the start-up time of an engine</title>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    drawKey(),
    ...PANELS.map(drawPanel),
    '</svg>\n',
  ].join('\n'),
)

function drawKey() {
  const text = (x, words) => `<text x="${x}" y="24" fill="${INK}">${words}</text>`
  return [
    `<path d="M14 20h26" stroke="${BLUE}" stroke-width="2"/>`,
    text(46, `Planner Replay: median and range of ${repeats} phases`),
    `<circle cx="312" cy="20" r="4" fill="none" stroke="${INK}" stroke-width="1.4"/>`,
    text(322, 'ai-dynamo 1.2.1, one phase'),
    `<path d="M492 20h26" stroke="${PUBLISHED}" stroke-width="1.5" stroke-dasharray="4 3"/>`,
    text(524, 'published, Mooncake hour (read off a picture)'),
  ].join('\n')
}

function drawPanel(panel, index) {
  const left = (index % COLUMNS) * PANEL.width
  const top = HEADER + Math.floor(index / COLUMNS) * PANEL.height
  const x = scaleLinear([0, 300], [PANEL.left, PANEL.width - PANEL.right])
  const y = yScale(panel)
  return [
    `<g transform="translate(${left} ${top})">`,
    `<text x="${PANEL.left}" y="16" font-weight="600" fill="${INK}">${panel.title}</text>`,
    ...drawAxes(x, y, panel),
    ...panel.figures.flatMap(figure => drawFigure(figure, x, y)),
    '</g>',
  ].join('\n')
}

function yScale({isLog, from, figures}) {
  const values = figures.flatMap(figure => [
    ...rows.map(row => Number(row[figure.ours])),
    ...recorded.map(point => recordedFigure(point, figure)),
    ...PUBLISHED_POINTS.map(point => point[figure.published]),
  ])
  const domain = [from ?? min(values), max(values)]
  const range = [PANEL.height - PANEL.bottom, PANEL.top]
  return isLog ? scaleLog(domain, range) : scaleLinear(domain, range).nice()
}

function drawAxes(x, y, {isLog, limit}) {
  const isLabelled = value => !isLog || /^[125]/.test(String(value))
  const bottom = PANEL.height - PANEL.bottom
  const marks = y
    .ticks(4)
    .filter(isLabelled)
    .flatMap(value => [
      `<path d="M${PANEL.left} ${at(y(value))}H${PANEL.width - PANEL.right}" stroke="#e3e8ed"/>`,
      `<text x="${PANEL.left - 6}" y="${at(y(value) + 4)}" text-anchor="end" fill="${SOFT}">${value.toLocaleString('en')}</text>`,
    ])
  const labels = x
    .ticks(6)
    .map(
      value =>
        `<text x="${at(x(value))}" y="${bottom + 16}" text-anchor="middle" fill="${SOFT}">${value}${value === 300 ? ' s' : ''}</text>`,
    )
  const target =
    limit === undefined
      ? []
      : [
          `<path d="M${PANEL.left} ${at(y(limit))}H${PANEL.width - PANEL.right}" stroke="#b42318" stroke-dasharray="2 2"/>`,
        ]
  return [...marks, ...labels, ...target]
}

function drawFigure(figure, x, y) {
  const path = line()
  const published = path(PUBLISHED_POINTS.map(point => [x(point.startupS), y(point[figure.published])]))
  const valuesOf = runs => runs.map(row => Number(row[figure.ours]))
  const own = path(ours.map(([startupS, runs]) => [x(startupS), y(median(valuesOf(runs)))]))
  const range = area()
    .x(([startupS]) => x(startupS))
    .y0(([, runs]) => y(min(valuesOf(runs))))
    .y1(([, runs]) => y(max(valuesOf(runs))))
  const highest = max(valuesOf(ours.at(-1)[1]))
  return [
    `<path d="${short(range(ours))}" fill="${figure.colour}" fill-opacity="0.18"/>`,
    `<path d="${short(published)}" fill="none" stroke="${PUBLISHED}" stroke-width="1.5" stroke-dasharray="4 3"/>`,
    `<path d="${short(own)}" fill="none" stroke="${figure.colour}" stroke-width="2"/>`,
    ...recorded.map(
      point =>
        `<circle cx="${at(x(point.startup_time))}" cy="${at(y(recordedFigure(point, figure)))}" r="4" fill="none" stroke="${INK}" stroke-width="1.4"/>`,
    ),
    `<text x="${PANEL.width - PANEL.right}" y="${at(y(highest) - 8)}" text-anchor="end" fill="${figure.colour}">${figure.name}</text>`,
  ]
}

/** The recorder keeps counts beside the report. */
function recordedFigure(point, {ours: key}) {
  return point.report[key] ?? point[key]
}

function at(position) {
  return Number(position.toFixed(1))
}

function short(path) {
  return path.replace(/\d+\.\d+/g, digits => at(Number(digits)))
}
