import {describe, expect, test} from 'vitest'
import {parseYamlDocuments} from '../yaml-text.ts'
import {AUTOSCALER_PARSERS, parseHpaSettings} from './parse-autoscaler.ts'
import {type AutoscalerName, parsePolicyText} from './parse-policy-text.ts'

const HPA = `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: vllm-decode
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: vllm-decode}
  maxReplicas: 8
  metrics:
    - type: Pods
      pods:
        metric: {name: vllm:num_requests_waiting}
        target: {type: AverageValue, averageValue: 5}
    - type: External
      external:
        metric: {name: p95_ttft}
        target: {type: Value, value: 500m}
  behavior:
    scaleDown:
      policies: [{type: Pods, value: 1, periodSeconds: 60}]
`

const SCALED_OBJECT = `
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: vllm}
spec:
  scaleTargetRef: {name: vllm}
  minReplicaCount: 1
  maxReplicaCount: 3
  pollingInterval: 15
  triggers:
    - type: prometheus
      metadata:
        serverAddress: http://prometheus:9090
        metricName: vllm_waiting
        query: sum(vllm:num_requests_waiting{model="x"}) or vector(0)
        threshold: '5'
    - type: prometheus
      metricType: Value
      metadata:
        query: histogram_quantile(0.9, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[2m])))
        threshold: '1.5'
`

function read(policy: AutoscalerName, text: string): unknown {
  const document = parsePolicyText(policy, text, parseYamlDocuments)
  if (!document.ok) return document.error.message
  const parsed = AUTOSCALER_PARSERS[policy](document.value)
  return parsed.ok ? parsed.value : parsed.error.message
}

describe('among what else a deployment has', () => {
  const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: {name: vllm}\n'
  const alone = read('keda', SCALED_OBJECT)

  test('the manifest of the policy is found, in documents and in a List', () => {
    expect(read('keda', `${SERVICE}---${SCALED_OBJECT}`)).toEqual(alone)
    const items = [SERVICE, SCALED_OBJECT].map(text => `  - ${text.trim().replaceAll('\n', '\n    ')}\n`)
    expect(read('keda', `apiVersion: v1\nkind: List\nitems:\n${items.join('')}`)).toEqual(alone)
  })

  test('its spec is found under other names, as Helm values have it', () => {
    const spec = SCALED_OBJECT.split('spec:')[1]!.replaceAll('\n', '\n  ')
    const values = `image: {tag: x}\nautoscaling:\n  keda:${spec}\n`
    expect(read('keda', values)).toEqual(alone)
    expect(read('keda', `${values}  other:${spec}\n`)).toContain('there are 2 of those in it: give one')
    expect(read('keda', 'image: {tag: x}')).toContain('nor a spec with triggers')
    expect(read('hpa', 'autoscaling: {enabled: true, minReplicas: 1, maxReplicas: 8}')).toContain(
      'goes by cpu',
    )
  })

  test('where there is none, what there is instead is named', () => {
    expect(read('hpa', `${SERVICE}---${SCALED_OBJECT}`)).toContain('holds a Service')
  })
})

describe('a pasted HorizontalPodAutoscaler', () => {
  test('names the metric that the simulator does not know', () => {
    expect(read('hpa', HPA)).toContain('pools.all.metrics[1] asks for "p95_ttft"')
  })

  test('becomes settings for each pool once it is told what that metric is', () => {
    const document = parsePolicyText('hpa', HPA, parseYamlDocuments)
    if (!document.ok) throw new Error(document.error.message)
    const parsed = parseHpaSettings({
      ...document.value,
      signals: {p95_ttft: 'ttft(p95,5m)'},
      scrapeSeconds: 30,
    })
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        notices: [],
        settings: {
          observe: {scrapeS: 30, lagS: 0},
          pools: {
            decode: {
              spec: {minReplicas: 1, maxReplicas: 8},
              signals: [
                {kind: 'gauge', gauge: 'waiting', over: 'none'},
                {kind: 'ttft', quantile: 0.95, windowS: 300},
              ],
            },
          },
        },
      },
    })
  })

  test('beside another goes to the pool that its name says', () => {
    const both = `${HPA}\n---\n${HPA.replaceAll('vllm-decode', 'vllm-prefill')}`
    const document = parsePolicyText('hpa', both, parseYamlDocuments)
    expect(document.ok ? Object.keys(document.value.pools as object) : document.error).toEqual([
      'decode',
      'prefill',
    ])
    expect(read('hpa', `${HPA}\n---\n${HPA}`)).toContain('each one’s name'.replace('’', "'"))
  })
})

test('a pasted ScaledObject becomes triggers over what the simulator has; the rest is named', () => {
  expect(read('keda', SCALED_OBJECT)).toMatchObject({
    notices: ['pools.all.triggers[0].metadata.metricName is not simulated and has no effect.'],
    settings: {
      pools: {
        prefill: {spec: {pollingIntervalS: 15, maxReplicas: 3}},
        decode: {
          signals: [
            {kind: 'gauge', gauge: 'waiting', over: 'sum'},
            {kind: 'ttft', quantile: 0.9, windowS: 120},
          ],
        },
      },
    },
  })
})

test('a Knative service becomes the parameters of its autoscaler', () => {
  const service = `
apiVersion: serving.knative.dev/v1
kind: Service
spec:
  template:
    metadata: {annotations: {autoscaling.knative.dev/target: "8", autoscaling.knative.dev/window: 2m}}
    spec: {containerConcurrency: 10}
`
  expect(read('kpa', service)).toMatchObject({
    settings: {pools: {decode: {total: 8, target: 5.6, stableWindowS: 120, panicWindowS: 12}}},
  })
})

test.each([
  ['hpa', SCALED_OBJECT, 'holds a ScaledObject; policy hpa takes a HorizontalPodAutoscaler'],
  ['hpa', 'metrics: [', 'not valid YAML'],
  ['hpa', '[1]', 'policy-config is not an object with named fields'],
  ['keda', 'pools: {decode: {triggers: []}}', 'pools.decode.triggers is empty'],
  ['hpa', 'pools: {}', 'pools names none of all, agg, prefill and decode'],
  ['hpa', 'maxReplicas: 3', 'pools.all.metrics[0] goes by cpu, which is not simulated'],
] as const)('policy %s given %j: %s', (policy, text, message) => {
  expect(read(policy, text)).toContain(message)
})
