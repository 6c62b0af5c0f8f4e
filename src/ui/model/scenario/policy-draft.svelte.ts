import {initialScaling} from '../../../config/scaling/initial-scaling.ts'
import {
  isOtherPolicy,
  OTHER_POLICIES,
  type OtherScaling,
  type ParsedScaling,
  parseScalingText,
  readScalingText,
} from '../../../config/scaling/parse-scaling.ts'
import {
  type PolicyField,
  type PolicyFieldGroup,
  policyFields,
  valueAt,
  withValueAt,
} from '../../../config/scaling/policy-fields.ts'
import type {Scaling} from '../../../config/scenario.ts'
import {ok, type Result} from '../../../core/result.ts'
import {type DraftValue, draftOf} from '../../kit/form/draft.ts'
import {writtenText} from './written-text.svelte.ts'

type OtherPolicy = OtherScaling['policy']

/**
 * Who scales, and the settings of every policy but Dynamo's planner: a text each, which is what counts. Fields read from it
 * and write into it, so that a manifest may be pasted and then be changed by its knobs.
 */
export class PolicyDraft {
  policy: Scaling['policy'] = $state('dynamo')
  #texts: Record<OtherPolicy, string> = $state(initialTexts())

  readonly #document: OtherScaling | null = $derived.by(() => {
    const read = this.other === null ? null : readScalingText(this.other, this.text, writtenText.documents)
    return read?.ok ? read.value : null
  })

  /** The policy with its settings; null under Dynamo's planner and for a fleet nobody scales. */
  readonly parsed: Result<ParsedScaling> | null = $derived(
    this.other === null ? null : parseScalingText(this.other, this.text, writtenText.documents),
  )

  /** None while the text cannot be read. */
  readonly groups: readonly PolicyFieldGroup[] = $derived(
    this.#document === null ? [] : policyFields(this.#document),
  )

  /** The first thing that is wrong with the settings. */
  readonly problem: string | undefined = $derived(
    this.parsed === null || this.parsed.ok
      ? undefined
      : this.parsed.error.message.replace('--policy-config: ', ''),
  )

  load(scaling: Scaling): void {
    this.policy = scaling.policy
    this.#texts = initialTexts()
    if (isOtherPolicy(scaling)) this.#texts[scaling.policy] = textOf(scaling)
  }

  get other(): OtherPolicy | null {
    return OTHER_POLICIES.find(policy => policy === this.policy) ?? null
  }

  /** Whether it looks at moments of its own choosing. */
  get hasPhase(): boolean {
    return this.policy !== 'fixed' && this.policy !== 'schedule'
  }

  get text(): string {
    return this.other === null ? '' : this.#texts[this.other]
  }

  set text(text: string) {
    if (this.other !== null) this.#texts[this.other] = text
  }

  /** What scales, as far as nobody else says it. */
  get scaling(): Result<OtherScaling | null> {
    if (this.parsed === null) return ok(null)
    return this.parsed.ok ? ok(this.parsed.value.scaling) : this.parsed
  }

  draft({field, path}: PolicyField): DraftValue {
    return draftOf(field, valueAt(this.#document?.config, path))
  }

  set({field, path}: PolicyField, draft: DraftValue): void {
    if (this.#document === null) return
    const config = withValueAt(this.#document.config, path, typedValue(field, String(draft).trim()))
    this.text = textOf({...this.#document, config})
  }
}

/** What is no plain number stays the text it is while somebody types; the reader then says what is wrong. */
function typedValue(field: PolicyField['field'], text: string): unknown {
  if (text === '') return undefined
  const isNumber = (field.type === 'integer' || field.type === 'number') && String(Number(text)) === text
  return isNumber ? Number(text) : text
}

function initialTexts(): Record<OtherPolicy, string> {
  const entries = OTHER_POLICIES.map(policy => [policy, textOf(initialScaling(policy))])
  return Object.fromEntries(entries) as Record<OtherPolicy, string>
}

/** JSON with what is short on one line. */
function textOf({config}: OtherScaling): string {
  return JSON.stringify(config, null, 2).replace(/\{\s+([^{}[\]]{0,70}?)\s+\}/g, (_, inner: string) => {
    return `{${inner.replace(/\s*\n\s*/g, ' ')}}`
  })
}
