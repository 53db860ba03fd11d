import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { Config } from '../config/config.js';

interface Description<L extends string> {
  /** Without the prefix that all of ours have. */
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly L[];
}

const PREFIX = 'mailroom_';

/** This node's numbers, as Prometheus reads them. Whoever counts something makes its counter here, once. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  readonly contentType = this.registry.contentType;

  constructor({ http }: Config) {
    // Without a token nobody can read them, and they are not free.
    if (http.metricsToken !== undefined) collectDefaultMetrics({ register: this.registry });
  }

  counter<L extends string>({ name, ...rest }: Description<L>): Counter<L> {
    return new Counter({ ...rest, name: PREFIX + name, registers: [this.registry] });
  }

  /** A number that is looked up when it is asked for. */
  gauge({ name, help }: Description<never>, value: () => number): void {
    const gauge: Gauge = new Gauge({
      name: PREFIX + name,
      help,
      registers: [this.registry],
      collect: () => gauge.set(value()),
    });
  }

  /** In seconds. */
  histogram<L extends string>({ name, ...rest }: Description<L>, buckets: readonly number[]): Histogram<L> {
    return new Histogram({ ...rest, name: PREFIX + name, buckets: [...buckets], registers: [this.registry] });
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}
