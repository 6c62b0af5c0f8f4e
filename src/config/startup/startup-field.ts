import {ok} from '../../core/result.ts'
import type {ScenarioField} from '../scenario-field.ts'
import {withOrWithout} from '../scenario-lens.ts'
import {parseStartup} from './parse-startup.ts'
import {formatStartup} from './startup-spec.ts'

/** How new instances start, told as one text, `lognormal(median=1min,p95=3min)`. */
export const STARTUP_FIELD: ScenarioField = {
  read: ({startup}) => (startup === undefined ? null : formatStartup(startup)),
  write: (scenario, value) => {
    if (value === null) return ok(withOrWithout(scenario, 'startup', null))
    const startup = parseStartup(String(value))
    return startup.ok ? ok({...scenario, startup: startup.value}) : startup
  },
  owner: 'ours',
  isKnob: true,
  key: 'startup',
  link: 'startup',
  linkAfter: 'scaling',
  group: 'run',
  flagGroup: 'Fleet',
  metavar: 'SPEC',
  label: 'Start-up',
  help:
    'How new instances start: 90s, lognormal(median=1min,p95=3min), quantiles(p5=5min,p95=10min), ' +
    'stages(pull=2min,load=1min), or snapshot, local-disk, pvc, image-pull, first-pull; after it ' +
    ';fail(share=5%,timeout=10min), ;straggle(share=2%,factor=4), ;slow(passes=50,factor=3) for the first passes, and ' +
    ';standby(count=2,start=10s,cost=30%) for a warm pool. Default: startup_time of the engine args.',
  unit: null,
  advanced: true,
  type: 'text',
  nullable: true,
  default: null,
}
