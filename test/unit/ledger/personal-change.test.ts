import { expect, it } from 'vitest';
import { decodePersonal, encodePersonal } from '../../../src/ledger/personal-change.js';
import { decodeReference } from '../../../src/mailbox/reference.js';
import { aReference } from '../../support/builders.js';
import { fc } from '../../support/property.js';

const id = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String);

it('a personal change comes back from its line as it was, with its recipients', () => {
  fc.assert(
    fc.property(id, fc.array(id, { minLength: 1 }), (subject, recipients) => {
      const reference = aReference({ type: 'user.updated', conversationId: '', rev: 0, seq: 0, subject });
      const line = encodePersonal({ reference, recipients });
      expect(line).not.toContain('\n');
      expect(decodePersonal(line)).toEqual({
        reference: decodeReference(line.split('\t')[0] ?? ''),
        recipients,
      });
      expect(decodePersonal(line)?.reference.subject).toBe(subject);
    }),
  );
});

it('a line of a newer version, or without recipients, is none', () => {
  expect(decodePersonal('zz,,0,0,1\t2')).toBeUndefined();
  expect(decodePersonal('uu,,0,0,1')).toBeUndefined();
});
