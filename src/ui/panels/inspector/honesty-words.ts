import {FIRST_RELEASE} from '../../../config/release.ts'
import type {ConservationCheck} from '../../../report/honesty/conservation.ts'
import {type Deviation, largestDeviation} from '../../../report/honesty/deviation.ts'
import type {Honesty} from '../../../report/honesty/honesty.ts'
import {fullCacheBand, type MeasuredRelease, type RatioBand} from '../../../report/honesty/measured.ts'
import {LONG_WAIT_MS, SATURATION_RULE, type Saturation} from '../../../report/honesty/saturation.ts'
import {formatCount, formatFixed, formatValue} from '../../kit/format.ts'

/** One thing a reader should know before trusting a result: a few words, and what is behind them. */
export interface HonestyItem {
  readonly id:
    | 'timing'
    | 'grid'
    | 'calibration'
    | 'measured'
    | 'kv'
    | 'saturation'
    | 'checks'
    | 'deviation'
    | 'alone'
    | 'digest'
  readonly label: string
  /** Good and bad are marked; what is merely so is not. */
  readonly tone: 'good' | 'bad' | 'plain'
  readonly detail: string
}

export function honestyItems(honesty: Honesty): HonestyItem[] {
  return [
    {
      id: 'timing',
      label: `${honesty.timing} timing`,
      tone: 'plain',
      detail: 'Where pass times come from; the sentence above says what that means.',
    },
    gridItem(honesty),
    ...calibrationItems(honesty),
    ...measuredItems(honesty),
    saturationItem(honesty.saturation),
    checksItem(honesty.checks),
    deviationItem(honesty.deviation),
    ...aloneItems(honesty),
    ...digestItems(honesty.resultSha256),
  ]
}

function gridItem({outsideShare, timing}: Honesty): HonestyItem {
  if (outsideShare === null) {
    const why =
      timing === 'polynomial'
        ? 'The polynomial is a formula: it has no measured grid to stay inside of.'
        : 'This timing does not tell which lookups fell outside its measurements.'
    return {id: 'grid', label: 'no measured grid', tone: 'plain', detail: why}
  }
  const share = formatValue(outsideShare, 'share')
  return {
    id: 'grid',
    label: `${share} of lookups outside the grid`,
    tone: outsideShare > 0.05 ? 'bad' : 'plain',
    detail: `${share} of pass-time lookups fell outside the measured grid of the pool that had most of them; there the tables are extrapolated.`,
  }
}

/** What nobody else's replay has. */
function aloneItems({noCounterpart = []}: Honesty): HonestyItem[] {
  if (noCounterpart.length === 0) return []
  const parts = noCounterpart.join(', ')
  const detail =
    `ai-dynamo’s replay has nothing like ${parts}. Such rules are ours, after what the systems document of themselves, and held by tests; ` +
    'there is no run of it to compare this one with.'
  return [{id: 'alone', label: `no counterpart in ai-dynamo: ${parts}`, tone: 'plain', detail}]
}

/** What a run of the user's own said of the figures. */
function calibrationItems({calibration}: Honesty): HonestyItem[] {
  if (calibration === undefined) return []
  const {of, overheadMs, requests, errorBefore, errorAfter} = calibration
  const [before, after] = [formatValue(errorBefore, 'share'), formatValue(errorAfter, 'share')]
  const overhead =
    overheadMs === 0
      ? ''
      : ` Besides, real requests take ${formatValue(overheadMs, 'ms')} outside the engine: the headline’s TTFT and end-to-end latency hold them, with what was simulated beside; tables and charts do not.`
  const detail =
    `Speed-up ratios fitted to one half of the requests of ${of}; on the other half, ${formatCount(requests)} requests, the median ` +
    `error of a latency went from ${before} to ${after}.${overhead}`
  return [{id: 'calibration', label: `calibrated: error ${before} to ${after}`, tone: 'good', detail}]
}

/** What public measurements of real engines say of the figures. */
function measuredItems({measured, preemptions = 0}: Honesty): HonestyItem[] {
  if (measured === undefined) return []
  if (measured.kind === 'none') {
    const detail = `No measurement near this: ${measured.why}.`
    return [{id: 'measured', label: 'no measurement near this', tone: 'plain', detail}]
  }
  const {band, model, release} = measured
  const {points, models, itl, ttft, e2e} = band
  const pair = `${band.backend} on ${band.system}`
  const known = models.includes(model) ? '' : ` ${model} is not among them.`
  const rightShare = formatValue(release.order.rightShare, 'share')
  const detail =
    `In ${points} public measurements of ${pair} (${models.join(', ')}; closed loop, no shared prefixes) real ITL was ` +
    `${times(itl)} what is simulated, end-to-end latency ${times(e2e)}, TTFT ${times(ttft)}, so that a simulated TTFT is a lower ` +
    `bound.${known} GPUs and TP sizes whose ITL differs by 15 % or more stand in the right order in ${rightShare} of ` +
    'pairs. Nothing measured checks prefix reuse, open arrivals, routers, disaggregation, planners or start-up.'
  const where =
    fullCacheBand(release, preemptions) === null ? ' times this' : ' times where the KV cache has room'
  const label = `real ITL ${itl[0].toFixed(2)} to ${itl[2].toFixed(2)}${where}`
  return [{id: 'measured', label, tone: 'plain', detail}, ...kvFullItems(release, preemptions)]
}

function kvFullItems(release: MeasuredRelease, preemptions: number): HonestyItem[] {
  const kvFull = fullCacheBand(release, preemptions)
  if (kvFull === null) return []
  const detail =
    `${formatCount(preemptions)} pre-emptions for a full KV cache. Under 1.2.1 a waiting request takes the place of running ones; ` +
    `real engines let it wait: in ${kvFull.points} measurements like this their end-to-end latency was ${times(kvFull.e2e)} ` +
    'what is simulated. Limit max_num_seqs to what the cache holds, or replay 1.6.1.'
  return [{id: 'kv', label: 'KV cache was full: slower than real engines', tone: 'bad', detail}]
}

function times([p10, median, p90]: RatioBand): string {
  return `${p10.toFixed(2)} to ${p90.toFixed(2)} times (median ${median.toFixed(2)})`
}

function saturationItem(saturation: Saturation): HonestyItem {
  const {label, arrivalRps, completionRps, waitingAtLastArrival, waitingPeak, longWaitShare, unfinished} =
    saturation
  const queue = `${formatCount(waitingAtLastArrival)} waited for a first token at the last arrival, ${formatCount(waitingPeak)} at the peak`
  const rates = `${formatFixed(completionRps, 2)} completions to ${formatFixed(arrivalRps, 2)} arrivals a second until then`
  const left = unfinished > 0 ? `; ${formatCount(unfinished)} never finished` : ''
  return {
    id: 'saturation',
    label,
    tone: label === 'stable' ? 'good' : 'bad',
    detail: `${formatValue(longWaitShare, 'share')} waited over ${LONG_WAIT_MS / 1000} s; ${queue}; ${rates}${left}. ${SATURATION_RULE}`,
  }
}

function checksItem(checks: readonly ConservationCheck[]): HonestyItem {
  const failed = checks.filter(check => !check.passes)
  const list = (failed.length > 0 ? failed : checks).map(({name, detail}) => `${name} (${detail})`).join('. ')
  return {
    id: 'checks',
    label:
      failed.length === 0
        ? `${checks.length} conservation checks passed`
        : `${failed.length} of ${checks.length} conservation checks failed`,
    tone: failed.length === 0 ? 'good' : 'bad',
    detail: `${failed.length > 0 ? 'Failed: ' : ''}${list}.`,
  }
}

function digestItems(resultSha256: string | null): HonestyItem[] {
  if (resultSha256 === null) return []
  return [
    {
      id: 'digest',
      label: `result ${resultSha256.slice(0, 8)}`,
      tone: 'plain',
      detail: `SHA-256 of every column, tick and figure: ${resultSha256}. The same scenario on the same trace gives the same one in every browser and on the command line.`,
    },
  ]
}

/** Below this, only the last digits of sums differ. */
const ROUNDING = 1e-9

function deviationItem(deviation: Deviation): HonestyItem {
  const reference = `ai-dynamo ${deviation.release ?? FIRST_RELEASE}`
  if (deviation.kind === 'not_compared') {
    return {
      id: 'deviation',
      label: 'not compared with the reference',
      tone: 'plain',
      detail: `Not compared with ${reference}: ${deviation.why}.`,
    }
  }
  const largest = largestDeviation(deviation.figures)
  const worst = deviation.figures.find(figure => figure.relative === largest)
  const isEqual = largest <= ROUNDING
  const percent = `${(largest * 100).toPrecision(2)} %`
  return {
    id: 'deviation',
    label: isEqual ? 'equal to the reference' : `within ${percent} of the reference`,
    tone: isEqual ? 'good' : 'bad',
    detail:
      `The recorded run ${deviation.name} of ${reference} has the same trace checksum and configuration; ` +
      (isEqual
        ? `all ${deviation.figures.length} headline figures agree to rounding.`
        : `of ${deviation.figures.length} headline figures ${worst?.key} differs most, by ${percent}.`),
  }
}
