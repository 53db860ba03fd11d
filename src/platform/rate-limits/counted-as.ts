import { SetMetadata } from '@nestjs/common';
import type { ActionClass } from './rate-limits.service.js';

export const ACTION_CLASS = Symbol('action class');
export const UNCOUNTED = Symbol('uncounted');

/**
 * The class by which a route's requests are counted; by caller, or by address where nobody calls yet. Without it a GET
 * is one of `reads`, anything else one of `writes`, and a public route is none.
 */
export const CountedAs = (kind: ActionClass) => SetMetadata(ACTION_CLASS, kind);

/** Not even by address: the route is never refused, or counts by itself. */
export const Uncounted = () => SetMetadata(UNCOUNTED, true);
