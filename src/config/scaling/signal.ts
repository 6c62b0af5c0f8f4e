/** A gauge that every instance shows: requests in its queue, in its batch, or its share of KV blocks in use (0 to 1). */
export type Gauge = 'waiting' | 'running' | 'kv'

/** What is made of one gauge over instances; `none`: nothing, so that a second instance makes two series. */
export type Aggregation = 'sum' | 'avg' | 'max' | 'none'

/** A number that an autoscaler can go by, and the simulator has (policies.md 4.1). */
export type Signal =
  | {readonly kind: 'gauge'; readonly gauge: Gauge; readonly over: Aggregation}
  /** Requests without a first token yet, in the router or on an instance. */
  | {readonly kind: 'queued'}
  /** Requests that the router holds back. */
  | {readonly kind: 'router'}
  /** Requests on their way through the fleet. */
  | {readonly kind: 'inflight'}
  /** Arrivals per second. */
  | {readonly kind: 'rate'; readonly windowS: number}
  /** Seconds to the first token, as a histogram of Prometheus tells them. */
  | {readonly kind: 'ttft'; readonly quantile: number; readonly windowS: number}
  /** Mean over instances of the larger of waiting/5 and KV/0.8. */
  | {readonly kind: 'saturation'}

/** The shortest text that `parseSignal` reads as this signal. */
export function formatSignal(signal: Signal): string {
  switch (signal.kind) {
    case 'gauge':
      return signal.over === 'none' ? signal.gauge : `${signal.over}(${signal.gauge})`
    case 'rate':
      return `rate(${signal.windowS}s)`
    case 'ttft':
      return `ttft(${signal.quantile},${signal.windowS}s)`
    default:
      return signal.kind
  }
}
