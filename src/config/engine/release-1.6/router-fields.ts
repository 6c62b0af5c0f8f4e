import type {Field} from '../../field.ts'
import type {RouterConfig} from '../../scenario.ts'
import {ROUTER_FIELDS} from '../router-fields.ts'
import {DEFAULT_ROUTER_CONFIG_16} from './router-config.ts'

const added = {
  group: 'router',
  advanced: true,
  unit: null,
  type: 'number',
  nullable: false,
  min: 0,
  max: 1e9,
} as const

const CHANGES: Readonly<Record<string, object>> = {
  overlap_score_credit: {max: 1e9, default: DEFAULT_ROUTER_CONFIG_16.overlap_score_credit},
  router_queue_threshold: {default: DEFAULT_ROUTER_CONFIG_16.router_queue_threshold},
  router_prefill_load_model: {
    help: 'none = a prompt counts until its first token; aic = an instance is taken to have worked off what GPU tables say it can since.',
  },
}

/** Options of 1.6.1's KV router in the order of a form. */
export const ROUTER_FIELDS_16: readonly Field<keyof RouterConfig, 'router'>[] = [
  ...ROUTER_FIELDS.map(field => ({...field, ...CHANGES[field.key]})),
  {
    ...added,
    key: 'overlap_score_credit_decay',
    label: 'Overlap credit decay',
    help: 'How fast the credit for cached blocks falls with the load of an instance; 0 = not at all.',
    default: 0,
  },
  {
    ...added,
    key: 'decode_active_request_weight',
    label: 'Weight of a request',
    help: 'Cost of each request an instance has, beside the blocks it holds.',
    unit: 'blocks',
    default: 0,
  },
]
