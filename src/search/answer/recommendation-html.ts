import {VERSION} from '../../config/link/version.ts'
import {amount, latency, percent} from '../../report/findings/words.ts'
import {costOf, type Recommendation, type Told} from './recommendation.ts'
import type {WhyNot} from './recommendation-json.ts'
import {
  briefNameOf,
  fixedName,
  runsWord,
  sameAsToday,
  tellCost,
  tellEnd,
  tellHeld,
  tellMost,
  tellRecommendation,
  tellShares,
} from './recommendation-text.ts'

interface ReportOptions {
  readonly why: WhyNot | null
  readonly summary: string
}

/** One page to print: question, answer, evidence, spread and limits. No script, nothing loaded, the same for equal answers. */
export function recommendationHtml(answer: Recommendation, {why, summary}: ReportOptions): string {
  const {objective, seed, evaluations} = answer
  const [first = '', ...others] = tellRecommendation(answer)
  const {full, partial} = evaluations
  const held = why?.held ? [tellHeld(why.held)] : []
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Planner Replay ${VERSION}">
<title>${escapeHtml(first)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(first)}</h1>
${others.map(sentence => `<p>${escapeHtml(sentence)}</p>`).join('\n')}
${asToday(answer)}
<h2>Question</h2>
<p>What is the cheapest setting that serves ${percent(objective.share)} of requests within TTFT ${latency(objective.ttftMs)} and ITL ${latency(objective.itlMs)}${tellMost(answer)}?</p>
<p>Today: ${escapeHtml(summary)}</p>
${why === null ? '' : `<h2>Why nothing holds</h2>\n<ul>${why.reasons.map(reason => `<li>${escapeHtml(reason)}</li>`).join('')}</ul>\n${held.map(sentence => `<p>${escapeHtml(sentence)}</p>`).join('')}`}
<h2>Evidence</h2>
${picture(answer)}
${table(answer)}
<h2>Limits</h2>
<ul>
<li>${full} runs of the whole trace and ${partial} of parts of it, seed ${seed}; ${escapeHtml(answer.reason === null ? 'the search was not over' : tellEnd(answer))}.</li>
<li>A share is the median over the ${runsWord(answer)} that were run, in brackets the least and the most where they differ; the last column says in how many of them the objective holds.</li>
<li>Of this trace and this model of the engines: another day's traffic is another question. What was not tried may be cheaper.</li>
</ul>
</body>
</html>
`
}

/** What the setting that is named first leaves as it is. */
function asToday(answer: Recommendation): string {
  const named = answer.best ?? answer.unverified ?? answer.nearest
  const same = named === null ? [] : sameAsToday(named, answer)
  return same.length === 0 ? '' : `<p>As today: ${escapeHtml(same.join(', '))}.</p>`
}

const STYLE = `
body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:14px/1.45 system-ui,sans-serif;color:#16181d;background:#fff}
h1{font-size:20px;line-height:1.35}h2{font-size:14px;margin:1.4em 0 .3em}
table{border-collapse:collapse;width:100%;font-size:12px;font-variant-numeric:tabular-nums}
th,td{padding:3px 8px 3px 0;text-align:left;border-bottom:1px solid #d5d8de;font-weight:400;vertical-align:top}
thead th{color:#4d5564}.best>*{font-weight:600}svg{width:100%;height:auto}text{font:11px system-ui,sans-serif;fill:#16181d}
p{overflow-wrap:anywhere}
@media print{body{margin:0;padding:0;max-width:none;font-size:11px}h1{font-size:14px;margin-top:0}p{margin:.5em 0}table{font-size:10px}
h2{margin:.8em 0 .2em}ul{margin:.4em 0}th,td{padding-block:1.5px}svg{max-height:42mm}tr,svg,li{break-inside:avoid}}@page{size:A4;margin:14mm}`

/** What is on paper stays one page. */
const MOST_ROWS = 6

function table(answer: Recommendation): string {
  const {best, surest, unverified, today, fixed, front, objective} = answer
  const row = (label: string, told: Told | null) =>
    told === null
      ? ''
      : `<tr${told === best ? ' class="best"' : ''}><th scope="row">${escapeHtml(label)}</th><td>${tellShares(told, objective.share)}</td><td>${escapeHtml(tellCost(told))}</td><td>${told.holds.in} of ${told.holds.of}</td></tr>`
  // What comes about as near to the objective is what one would choose between.
  const distance = ({share}: Told) => Math.abs(share - objective.share)
  const others = front
    .filter(told => ![best, surest, unverified].some(own => own?.id === told.id))
    .toSorted((a, b) => distance(a) - distance(b))
    .slice(0, MOST_ROWS)
    .sort((a, b) => costOf(a) - costOf(b))
  return `<table><thead><tr><th scope="col">Setting</th><th scope="col">Share in time</th><th scope="col">Cost</th><th scope="col">Holds in</th></tr></thead><tbody>
${row(best === null ? '' : briefNameOf(best, answer), best)}${row(surest === null ? '' : briefNameOf(surest, answer), surest)}${row(unverified === null ? '' : `${briefNameOf(unverified, answer)} (not verified)`, unverified)}${row('today’s setting', today)}${row(fixed === null ? '' : `best fixed fleet (${fixedName(fixed)})`, fixed)}${others.map(told => row(briefNameOf(told, answer), told)).join('\n')}
</tbody></table>`
}

const WIDTH = 640
const HEIGHT = 220
const LEFT = 44
const BOTTOM = 30

/** Share against cost: every setting tried, the recommended one filled. */
function picture({tried, best, today, fixed, objective}: Recommendation): string {
  const all = [...tried, ...(today === null ? [] : [today]), ...(fixed === null ? [] : [fixed])]
  if (all.length === 0) return ''
  const most = Math.max(...all.map(costOf)) * 1.05
  const least = Math.min(...all.map(({share}) => share), objective.share) - 0.02
  const x = (told: Told) => (LEFT + (costOf(told) / most) * (WIDTH - LEFT - 8)).toFixed(1)
  const unit = all.some(({cost}) => cost === null) ? 'GPU-hours' : 'cost'
  const y = (share: number) => (8 + ((1 - share) / (1 - least)) * (HEIGHT - BOTTOM - 8)).toFixed(1)
  const dot = (told: Told) =>
    `<circle cx="${x(told)}" cy="${y(told.share)}" r="${told.id === best?.id ? 6 : 3.5}" fill="${told.id === best?.id ? '#D07425' : 'none'}" stroke="#0062CF"/>`
  const mark = (told: Told | null, label: string) =>
    told === null
      ? ''
      : `<text x="${x(told)}" y="${y(told.share)}" dx="6" dy="-5">${label}</text><path d="M${x(told)} ${y(told.share)}m-4-4l8 8m0-8l-8 8" stroke="#16181d"/>`
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Share of requests in time against ${unit} of ${all.length} settings">
<line x1="${LEFT}" x2="${WIDTH}" y1="${y(objective.share)}" y2="${y(objective.share)}" stroke="#4d5564" stroke-dasharray="4 4"/>
<text x="0" y="${y(objective.share)}" dy="4">${percent(objective.share)}</text><text x="0" y="14">100 %</text>
<text x="${LEFT}" y="${HEIGHT - 8}">0</text><text x="${WIDTH - 8}" y="${HEIGHT - 8}" text-anchor="end">${amount(most)} ${unit}</text>
${tried.map(dot).join('')}${mark(today, 'today')}${mark(fixed, 'fixed fleet')}
</svg>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, char => `&#${char.charCodeAt(0)};`)
}
