import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { entryOf } from './indexed-entries.js';
import type { IndexedMessage, Position } from './position.store.js';
import { SliceStore, type StoredSlice } from './slice.store.js';
import { type Segment, bitOf, decodeEntries, encodeEntries, sliceOf } from './slices.js';

/** Makes the index say of messages that it knows what they say now: after it, nothing of a deleted one is in it. */
@Injectable()
export class CorrectIndex {
  constructor(private readonly slices: SliceStore) {}

  /** Corrects what is stored, and returns the open segment as it is now. The position must be locked. */
  async of(manager: EntityManager, position: Position, changed: readonly IndexedMessage[]): Promise<Segment> {
    const entries = decodeEntries(position);
    const firstSeq = position.seq - entries.length + 1;
    const bySlice = new Map<number, IndexedMessage[]>();
    for (const message of changed) {
      if (message.seq >= firstSeq) entries[message.seq - firstSeq] = entryOf(message);
      else bySlice.set(sliceOf(message.seq), [...(bySlice.get(sliceOf(message.seq)) ?? []), message]);
    }
    if (bySlice.size > 0) {
      const stored = await this.slices.find(manager, position.conversationId, [...bySlice.keys()]);
      for (const slice of stored) await this.correct(manager, slice, bySlice.get(slice.slice) ?? []);
    }
    return { firstSeq, entries };
  }

  /** What changed without a change of its words (a reaction, a pin) writes nothing. */
  private async correct(
    manager: EntityManager,
    stored: StoredSlice,
    changed: readonly IndexedMessage[],
  ): Promise<void> {
    const { conversationId, slice } = stored;
    const entries = decodeEntries(stored);
    let isChanged = false;
    for (const message of changed) {
      const place = bitOf(message.seq);
      const [before, after] = [new Set(entries[place]?.terms), new Set(entryOf(message).terms)];
      const gone = [...before].filter((term) => !after.has(term));
      const come = [...after].filter((term) => !before.has(term));
      if (gone.length + come.length === 0) continue;
      isChanged = true;
      const bit = 1n << BigInt(place);
      if (gone.length > 0) await this.slices.clear(manager, conversationId, slice, { bit, terms: gone });
      const bits = new Map(come.map((term) => [term, bit]));
      await this.slices.set(manager, conversationId, slice, bits);
      entries[place] = entryOf(message);
    }
    if (isChanged) await this.slices.replaceTerms(manager, { ...stored, ...encodeEntries(entries) });
  }
}
